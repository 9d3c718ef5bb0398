/** Stands where a request's JSON has a number that would be another one as a double. */
export class InexactNumber {
  readonly message = "A double cannot hold this number exactly; send it as text.";
}

/** Fifteen digits always survive. */
const mayHoldInexactNumber = /\d{16}|\d[eE]/;
/** No text that anybody may send: lone surrogates are refused. */
const mark = "\ud800number";
const numberLiteral = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** JSON.parse, but with an `InexactNumber` in place of each number that is not kept. @throws {SyntaxError | RangeError} as it does */
export function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return mayHoldInexactNumber.test(text) ? withMarkedNumbers(text, value) : value;
}

/** True if every number of the JSON text is kept. */
export function isExactJson(text: string): boolean {
  return !mayHoldInexactNumber.test(text) || withMarkedNumbers(text, mark) === mark;
}

/**
 * Whether the number of a JSON literal is kept: a whole number comes back from its double as it was, a fraction below 2^53 is
 * what every reader of JSON takes for the nearest double. Neither leaves the range of doubles.
 */
export function isExact(literal: string): boolean {
  const double = Number(literal);
  if (!Number.isFinite(double)) return false;
  const written = decimalOf(literal);
  const read = decimalOf(String(double));
  if (written.digits === read.digits && written.exponent === read.exponent) return true;
  const isFraction = written.exponent < 0;
  return isFraction && double !== 0 && Math.abs(double) < 2 ** 53;
}

/** A decimal without its sign: the significant digits, and the power of ten of the last one. */
function decimalOf(literal: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = "", power = "0"] = literal.toLowerCase().replace(/^-/, "").split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  // Loops: a regular expression would try every run of zeros of a megabyte.
  let start = 0;
  while (all[start] === "0") start++;
  let end = all.length;
  while (end > start && all[end - 1] === "0") end--;
  if (start === end) return { digits: "", exponent: 0 };
  return { digits: all.slice(start, end), exponent: Number(power) - fraction.length + (all.length - end) };
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
