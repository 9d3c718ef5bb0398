/** What a proxy puts before every path of the site, `/portico`: the path of `CONVEX_SITE_URL`. Empty where the site has an origin of its own. */
export function siteBasePath(env: Readonly<Record<string, string | undefined>>): string {
  return /^\w+:\/\/[^/]+((?:\/[^/]+)*)\/*$/.exec(env["CONVEX_SITE_URL"] ?? "")?.[1] ?? "";
}
