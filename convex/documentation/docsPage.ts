import { entityTagOf } from "../core/wire/etag";
import { conventionsText } from "./conventions";
import { documentDomains } from "./documentDomains";
import { initializer, style } from "./pageFiles";
import type { DocumentDomain } from "./documentDomains";
import type { HttpDocument } from "../core/wire/httpDocument";

/** Nothing is loaded from elsewhere, nothing inline runs or styles; Swagger UI's icons are data: URLs. */
function policyWith(signInUrl?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${signInUrl === undefined ? "" : ` ${signInUrl}`}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * The page of the API reference; `versionOf` gives the hash that a file's URL carries, `basePath` stands before every path. With the
 * local sign-in of development it offers that too.
 */
export function pageFor(versionOf: (name: string) => string, basePath: string, signInUrl?: string): HttpDocument {
  const url = (name: string) => `${basePath}/v1/docs/${name}?v=${versionOf(name)}`;
  return revalidatedDocument(
    "text/html; charset=utf-8",
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portico API reference</title>
<link rel="stylesheet" href="${url("swagger-ui.css")}">
<link rel="stylesheet" href="${basePath}/v1/docs/reference.css">
<link rel="icon" type="image/png" href="${url("favicon-32x32.png")}">
</head>
<body>
<nav id="domains" aria-label="Domains of the API">
${documentDomains.map((domain) => linkTo(domain, basePath)).join("\n")}
</nav>
<div id="swagger-ui"${signInUrl === undefined ? "" : ` data-sign-in="${signInUrl}"`}></div>
<noscript>The reference needs JavaScript. The document itself is at <a href="${basePath}/v1/openapi.json">/v1/openapi.json</a>.</noscript>
<script src="${basePath}/v1/docs/initializer.js" defer></script>
<script src="${url("swagger-ui-bundle.js")}" defer></script>
</body>
</html>
`,
    policyWith(signInUrl),
  );
}

/** Where the page opens a domain; `data-tags` as addresses of its operations name them. */
function linkTo({ name, title, tags }: DocumentDomain, basePath: string): string {
  const data = `data-domain="${name}" data-title="${title}" data-document="${basePath}/v1/openapi/${name}"`;
  const tagsInUrls = tags.map((tag) => encodeURIComponent(tag)).join(" ");
  return `<a href="${basePath}/v1/docs?domain=${name}" ${data} data-tags="${tagsInUrls}"><b>${title}</b> <span>${tags.join(", ")}</span></a>`;
}

/** The deployment's own files beside Swagger UI's, by name. */
export const ownFiles: ReadonlyMap<string, HttpDocument> = new Map([
  ["initializer.js", revalidatedDocument("text/javascript; charset=utf-8", initializer)],
  ["reference.css", revalidatedDocument("text/css; charset=utf-8", style)],
  ["conventions.md", negotiated(revalidatedDocument("text/markdown; charset=utf-8", conventionsText))],
]);

/** Browsers get a page at the same address. */
function negotiated({ headers, ...document }: HttpDocument): HttpDocument {
  return { ...document, headers: { ...headers, vary: "Accept" } };
}

function revalidatedDocument(contentType: string, body: string, policy = policyWith()): HttpDocument {
  return {
    status: 200,
    headers: {
      "content-type": contentType,
      "cache-control": "no-cache",
      etag: entityTagOf(body),
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
    },
    body,
  };
}
