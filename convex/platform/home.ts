import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { documentationLinkHeader, documentationLinks } from "../core/wire/documentationLinks";
import { httpDocument } from "../core/wire/httpDocument";
import { siteBasePath } from "../core/wire/siteBasePath";
import { conventionsHtml } from "./conventionsHtml";
import { favicon } from "./favicon";
import { htmlDocument, jsonDocument } from "./pages";
import type { HttpDocument } from "../core/wire/httpDocument";

const forms = {
  json: (siteUrl: string) => jsonDocument(links(siteUrl)),
  catalog: (siteUrl: string) => jsonDocument(catalog(siteUrl), catalogType),
  html: () => htmlDocument({ title: "Portico", main }),
  conventions: () => htmlDocument({ title: "Conventions · Portico", main: `${conventionsHtml}${wayBack()}` }),
  missing: () => htmlDocument({ title: "Not found · Portico", main: `${missing}${wayBack()}`, status: 404 }),
};

/**
 * What this is and where to read on, as a page or as links; the catalogue of RFC 9727 says the same in its own form. The conventions,
 * and what is shown where nothing is, for people who have come by a browser.
 */
export const page = internalQuery({
  args: {
    form: v.union(
      v.literal("json"),
      v.literal("html"),
      v.literal("catalog"),
      v.literal("icon"),
      v.literal("conventions"),
      v.literal("missing"),
    ),
  },
  returns: httpDocument,
  handler: async (_ctx, { form }): Promise<HttpDocument> => {
    if (form === "icon") return favicon;
    const siteUrl = env["CONVEX_SITE_URL"] ?? "";
    const document = await forms[form](siteUrl);
    const catalogLink = `<${siteUrl}/.well-known/api-catalog>; rel="api-catalog"`;
    const link = `${documentationLinkHeader(siteUrl)}, ${catalogLink}`;
    return { ...document, headers: { ...document.headers, link } };
  },
});

const catalogType = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"';

function links(siteUrl: string): object {
  return {
    name: "Portico",
    version: "v1",
    documentation: `${siteUrl}/v1/docs`,
    openapi: `${siteUrl}/v1/openapi.json`,
    conventions: `${siteUrl}/v1/docs/conventions.md`,
    problems: `${siteUrl}/problems`,
    health: `${siteUrl}/v1/health`,
    catalog: `${siteUrl}/.well-known/api-catalog`,
  };
}

function catalog(siteUrl: string): object {
  const ofApi = Object.entries(documentationLinks(siteUrl)).map(([relation, target]) => [relation, [target]]);
  return { linkset: [{ anchor: `${siteUrl}/v1`, ...Object.fromEntries(ofApi) }] };
}

const missing = `<p class="status">HTTP 404 · <code>not_found</code></p>
<h1>There is nothing at this address</h1>
<p>The API reference lists every path. Check the address; a row of another organization is not found either.</p>`;

function wayBack(): string {
  const base = siteBasePath(env);
  return `<nav><a href="${base}/">Portico</a> · <a href="${base}/v1/docs">API reference</a> · <a href="${base}/problems">Problem codes</a></nav>`;
}

// Relative addresses: the page answers at `/` and `/v1`, whatever the deployment is called by who opened it.
const main = `<h1>Portico</h1>
<p>A multi-tenant backend: organizations and their people, roles and keys, sites and devices, schedules and todos. The same
operations answer over REST, as Convex functions and in a TypeScript SDK.</p>
<ul>
<li><a href="v1/docs">API reference</a> <span>every operation, to read and to try</span></li>
<li><a href="v1/docs/conventions.md">Conventions</a> <span>callers, tenants, lists, writes, problems, versions</span></li>
<li><a href="v1/openapi.json">OpenAPI document</a> <span>for generators, and <a href="v1/openapi-3.0.json">as 3.0</a> for tools that read no 3.1</span></li>
<li><a href="problems">Problem codes</a> <span>what each refusal means and how to mend it</span></li>
<li><a href="v1/health">Health</a> <span>whether it answers</span></li>
</ul>
<h2>The first call</h2>
<p>Send an API key of your organization: <code>Authorization: Bearer sk_…</code> to <code>GET /v1/schedules</code>. Who runs this
deployment makes the first one.</p>`;
