import { entityTagOf } from "../core/etag";
import type { HttpDocument } from "../core/httpDocument";

/** Nothing is loaded from elsewhere, nothing inline runs or styles; Swagger UI's icons are data: URLs. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const initializer = `"use strict";
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "/v1/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayOperationId: true,
    filter: true,
    tryItOutEnabled: true,
    persistAuthorization: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "none",
    validatorUrl: null,
    oauth2RedirectUrl: new URL("/v1/docs/oauth2-redirect.html", window.location.href).href,
  });
});
`;

/** The page of the API reference; `versionOf` gives the hash that a file's URL carries. */
export function pageFor(versionOf: (name: string) => string): HttpDocument {
  const url = (name: string) => `/v1/docs/${name}?v=${versionOf(name)}`;
  return revalidatedDocument("text/html; charset=utf-8", `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portico API reference</title>
<link rel="stylesheet" href="${url("swagger-ui.css")}">
<link rel="icon" type="image/png" href="${url("favicon-32x32.png")}">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>The reference needs JavaScript. The document itself is at <a href="/v1/openapi.json">/v1/openapi.json</a>.</noscript>
<script src="${url("swagger-ui-bundle.js")}" defer></script>
<script src="/v1/docs/initializer.js" defer></script>
</body>
</html>
`);
}

/** The script that starts Swagger UI; a file, because the policy allows no inline script. */
export function initializerScript(): HttpDocument {
  return revalidatedDocument("text/javascript; charset=utf-8", initializer);
}

function revalidatedDocument(contentType: string, body: string): HttpDocument {
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
