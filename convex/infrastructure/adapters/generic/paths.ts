/** Segments of what RFC 3986 lets stand in them, and a query behind: no scheme, no host, no root, no fragment. */
const pathForm = /^[\w.~!$'()*+,;=:@%&-]+(\/[\w.~!$'()*+,;=:@%&-]+)*(\?[\w.~!$'()*+,;=:@%&/?-]*)?$/;

/** Whether a path of a mapping stays below the address that the mapping is at, whoever decodes it. */
export function isPathBelow(path: string): boolean {
  if (!pathForm.test(path) || /%(?![0-9A-Fa-f]{2})/.test(path)) return false;
  const [segments = ""] = path.split("?");
  return segments.split("/").every((segment) => {
    const plain = segment.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    // What is encoded twice is decoded by some: a percent sign that stays is refused with the rest.
    return plain !== "." && plain !== ".." && !/[/\\%]/.test(plain);
  });
}

/**
 * The URL of a path below `baseUrl`, whose own query is for the mapping alone. It is put together rather than resolved, which would let
 * a path name another host.
 */
export function urlBelow(baseUrl: string, path: string, parameters: Readonly<Record<string, string>> = {}): string {
  const { origin, pathname } = new URL(baseUrl);
  const url = new URL(`${origin}${pathname.replace(/\/+$/, "")}/${path}`);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
