// Convex holds field names of at most 1,024 printable ASCII characters that do not begin with `$`; JSON has any. A name
// that Convex cannot hold is stored with `\uXXXX` for each UTF-16 unit that stands in the way, as JSON itself writes it.
// REST shows and takes the names themselves, Convex functions the stored ones: they could not carry any others.

/** Convex's limit. */
export const maximumNameCharacters = 1024;
const emptyName = "\\u";
const plainName = /^(?!\$|__proto__$)(?:(?!\\u)[ -~])+$/;

/** The field name that holds `name` in Convex, which `shownName` turns back; longer than Convex takes if `name` is. */
export function storedName(name: string): string {
  if (plainName.test(name)) return name;
  if (name === "") return emptyName;
  // Assigned by name, as Convex's own client does, it would set the prototype and be lost.
  if (name === "__proto__") return `${escaped("_")}_proto__`;
  return name.replace(/^\$|\\(?=u)|[^ -~]/g, escaped);
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The name that the field name `stored` stands for. */
export function shownName(stored: string): string {
  if (!stored.includes("\\u")) return stored;
  if (stored === emptyName) return "";
  return stored.replace(/\\u([0-9a-f]{4})/g, (_escape, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/** True for what `storedName` writes: one name has one form, or two fields of an object could stand for the same name. */
export function isStoredName(stored: string): boolean {
  return storedName(shownName(stored)) === stored;
}

/** `value` with every field name at any depth mapped; what is no plain object or array stays what it is. */
export function withNames(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((element) => withNames(element, rename));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [rename(name), withNames(inner, rename)]));
}
