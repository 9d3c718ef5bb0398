import { ProblemError } from "../core/wire/errors";

const unitDecimals = 6;
const costDecimals = 4;
const percentDecimals = 4;

/** `value` in units of its last decimal: exactly what its shortest decimal form says. */
function scaled(value: number, decimals: number): bigint {
  const form = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!form) throw new Error(`${value} is no decimal number from 0 on.`);
  const [, whole = "", fraction = "", exponent = "0"] = form;
  const shift = decimals - fraction.length + Number(exponent);
  if (shift < 0) throw new Error(`${value} has more than ${decimals} decimals.`);
  return BigInt(whole + fraction) * 10n ** BigInt(shift);
}

/** Units in millionths. @throws {Error} for a number with more than six decimals */
export function microUnitsOf(units: number): bigint {
  return scaled(units, unitDecimals);
}

/** Millionths as units. @throws {ProblemError} 422 where a number cannot hold them */
export function unitsOf(microUnits: bigint): number {
  return exactNumber(microUnits, "units") / 10 ** unitDecimals;
}

/** What units cost, in minor units of the currency: rounded half up, once. @throws {ProblemError} 422 beyond 2^53 */
export function costOf(microUnits: bigint, unitCost: number): number {
  const exact = microUnits * scaled(unitCost, costDecimals);
  return exactNumber(roundedHalfUp(exact, 10n ** BigInt(unitDecimals + costDecimals)), "amount");
}

/** The share `part / whole` of a percentage of an amount, rounded half up. */
export function percentOf(amount: bigint, percent: number, { part, whole }: { part: number; whole: number }): bigint {
  const exact = amount * scaled(percent, percentDecimals) * BigInt(part);
  return roundedHalfUp(exact, 100n * 10n ** BigInt(percentDecimals) * BigInt(whole));
}

/** An amount as a number. @throws {ProblemError} 422 beyond what a number holds exactly */
export function exactNumber(value: bigint, what: "amount" | "units"): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  const unit = what === "amount" ? "minor units" : "millionths";
  throw new ProblemError(
    "bill_too_large",
    `An ${what === "amount" ? "amount" : "count of units"} of ${value} ${unit} is beyond 2^53.`,
  );
}

function roundedHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}
