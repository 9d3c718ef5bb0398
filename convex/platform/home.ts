import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { documentationLinkHeader, documentationLinks } from "../core/wire/documentationLinks";
import { httpDocument } from "../core/wire/httpDocument";
import { favicon } from "./favicon";
import { htmlDocument, jsonDocument } from "./pages";
import type { HttpDocument } from "../core/wire/httpDocument";

/** What this is and where to read on, as a page or as links; the catalogue of RFC 9727 says the same in its own form. */
export const page = internalQuery({
  args: { form: v.union(v.literal("json"), v.literal("html"), v.literal("catalog"), v.literal("icon")) },
  returns: httpDocument,
  handler: async (_ctx, { form }): Promise<HttpDocument> => {
    if (form === "icon") return favicon;
    const siteUrl = env["CONVEX_SITE_URL"] ?? "";
    const document =
      form === "catalog"
        ? jsonDocument(catalog(siteUrl), catalogType)
        : form === "json"
          ? jsonDocument(links(siteUrl))
          : await htmlDocument({ title: "Portico", main });
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
