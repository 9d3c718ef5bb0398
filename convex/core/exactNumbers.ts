/** Stands where a request's JSON has a number that would be another one as a double. */
export class InexactNumber {
  readonly message = "A double cannot hold this number exactly; send it as text.";
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
