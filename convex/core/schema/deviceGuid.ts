const uuidDigits = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/;

/** One spelling for what names one device: tools write a UUID in capitals, in braces, as a URN or without hyphens. */
export function canonicalGuid(guid: string): string {
  const bare = guid.toLowerCase().replace(/^urn:uuid:/, "");
  const inner = bare.startsWith("{") && bare.endsWith("}") ? bare.slice(1, -1) : bare;
  if (!uuidDigits.test(inner)) return inner;
  return inner.replaceAll("-", "").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What firmware says where nobody has given the board an id. */
const sharedIds: ReadonlySet<string> = new Set([
  "03000200-0400-0500-0006-000700080009",
  "12345678-1234-5678-90ab-cddeefaabbcc",
]);

/** False for ids that devices share: boards without one of their own, one digit over and over, no digits at all. */
export function namesOneDevice(guid: string): boolean {
  const digits = guid.replace(/[^0-9a-z]/g, "");
  return new Set(digits).size > 1 && !/[{}]/.test(guid) && !sharedIds.has(guid);
}
