import { InexactNumber, isExact } from "./exactNumbers";
import { shownName, storedName, withNames } from "./fieldNames";

// The border to JSON text, REST's form of every value: exact numbers, and field names that Convex cannot hold.

/** Without one of these no name of the text needs another form. */
const mayHoldForeignName = /[^ -~\t\n\r]|\\|"\$|""|__proto__/;
/** Fifteen digits always survive. */
const mayHoldInexactNumber = /\d{16}|\d[eE]/;
/** No text that anybody may send: lone surrogates are refused. */
const mark = "\ud800number";
const numberLiteral = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Parses a request's JSON. Names below the root are the ones to store, and a number that a double cannot hold is an
 * `InexactNumber`, which no field takes.
 * @throws SyntaxError for what is no JSON, RangeError for what nests too deeply to be read.
 */
export function parseJsonText(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const marked = mayHoldInexactNumber.test(text) ? withMarkedNumbers(text, value) : value;
  if (!mayHoldForeignName.test(text) || typeof marked !== "object" || marked === null) return marked;
  if (Array.isArray(marked)) return withNames(marked, storedName);
  const fields = Object.entries(marked).map(([name, inner]) => [name, withNames(inner, storedName)]);
  return Object.fromEntries(fields);
}

/** True if every number of the JSON text is what `parseJsonText` makes of it. */
export function isExactJson(text: string): boolean {
  return !mayHoldInexactNumber.test(text) || withMarkedNumbers(text, mark) === mark;
}

/** The JSON text of an answer, under the names that callers know. */
export function jsonTextOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes("\\\\u") ? JSON.stringify(withNames(value, shownName)) : text;
}

/** JSON.parse rounds without a word, so what it would round goes through it as marked text. */
function withMarkedNumbers(text: string, value: unknown): unknown {
  const parts: string[] = [];
  let copied = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "-" || isDigit(character)) {
      numberLiteral.lastIndex = at;
      const literal = numberLiteral.exec(text)?.[0] ?? "-";
      if (!isExact(literal)) {
        parts.push(text.slice(copied, at), `"${mark}"`);
        copied = at + literal.length;
      }
      at += literal.length - 1;
    }
  }
  if (parts.length === 0) return value;
  parts.push(text.slice(copied));
  return JSON.parse(parts.join(""), (_name, inner: unknown) => (inner === mark ? new InexactNumber() : inner));
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}
