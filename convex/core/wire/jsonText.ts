import { parseExactly } from "./exactNumbers";
import { shownName, storedName, withNames } from "./fieldNames";

// The border to JSON text, REST's form of every value: exact numbers, and field names that Convex cannot hold.

/** Without one of these no name of the text needs another form. */
const mayHoldForeignName = /[^ -~\t\n\r]|\\|"\$|""|__proto__/;

/**
 * Parses a request's JSON. Names below the root are the ones to store, and a number that a double cannot hold is an
 * `InexactNumber`, which no field takes.
 * @throws {SyntaxError} for what is no JSON, {RangeError} for what nests too deeply to be read.
 */
export function parseJsonText(text: string): unknown {
  const marked = parseExactly(text);
  if (!mayHoldForeignName.test(text) || typeof marked !== "object" || marked === null) return marked;
  if (Array.isArray(marked)) return withNames(marked, storedName);
  const fields = Object.entries(marked).map(([name, inner]) => [name, withNames(inner, storedName)]);
  return Object.fromEntries(fields);
}

/** The JSON text of an object with more fields at its end: what a text holds already is not read again. */
export function withFields(text: string, fields: Readonly<Record<string, string>>): string {
  const more = JSON.stringify(fields).slice(1);
  return text === "{}" ? `{${more}` : `${text.slice(0, -1)},${more}`;
}

/** The JSON text of an answer, under the names that callers know. */
export function jsonTextOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes("\\\\u") ? JSON.stringify(withNames(value, shownName)) : text;
}
