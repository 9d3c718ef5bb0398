/**
 * The one JSON text of a value, whatever the order of its fields: what is hashed, or compared as text. RFC 8785: fields in the order of
 * their names' UTF-16 units, numbers and texts as ECMAScript writes them. Fields without a value are left out.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  // Sorted as texts: an object made of sorted entries would put names that are whole numbers first, in their own order.
  fields.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(",")}}`;
}
