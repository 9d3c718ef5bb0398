/** The form of a JSON Pointer (RFC 6901): empty for the whole, else its steps each behind a slash. */
export const pointerForm = /^(\/([^~/]|~[01])*)*$/;

/** What a pointer leads to in JSON; undefined where it leads nowhere. */
export function valueAt(json: unknown, pointer: string): unknown {
  let value = json;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const parts: Record<string, unknown> = Object(value);
    const isIndex = !Array.isArray(value) || /^(0|[1-9]\d{0,8})$/.test(name);
    value = typeof value === "object" && isIndex && Object.hasOwn(parts, name) ? parts[name] : undefined;
  }
  return value;
}
