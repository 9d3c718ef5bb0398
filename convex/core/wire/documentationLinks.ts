/** Where a deployment tells about itself, by the relation of the link (RFC 8631, RFC 9727). */
export function documentationLinks(siteUrl: string) {
  return {
    "service-desc": { href: `${siteUrl}/v1/openapi.json`, type: "application/json" },
    "service-doc": { href: `${siteUrl}/v1/docs`, type: "text/html" },
    status: { href: `${siteUrl}/v1/health`, type: "application/json" },
  } as const;
}

/** The same as the value of a `Link` header (RFC 8288). */
export function documentationLinkHeader(siteUrl: string): string {
  return Object.entries(documentationLinks(siteUrl))
    .map(([relation, { href, type }]) => `<${href}>; rel="${relation}"; type="${type}"`)
    .join(", ");
}
