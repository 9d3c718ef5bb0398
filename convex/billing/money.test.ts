import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amountText, priceText } from "./bills/amounts";
import { costOf, microUnitsOf, percentOf, unitsOf } from "./money";

/** A decimal text as a fraction of whole numbers. */
function fractionOf(text: string): { readonly over: bigint; readonly under: bigint } {
  const [whole = "", decimals = ""] = text.split(".");
  return { over: BigInt(whole + decimals), under: 10n ** BigInt(decimals.length) };
}

const decimal = (wholes: bigint, places: number) =>
  fc
    .tuple(fc.bigInt({ min: 0n, max: wholes }), fc.stringMatching(new RegExp(`^\\d{0,${places}}$`)))
    .map(([whole, decimals]) => (decimals === "" ? String(whole) : `${whole}.${decimals}`));

describe("amounts of money", () => {
  it("are units times price, as fractions say, rounded once, halves up", () => {
    fc.assert(
      fc.property(decimal(99_999n, 6), decimal(99_999n, 4), (units, cost) => {
        const [ofUnits, ofCost] = [fractionOf(units), fractionOf(cost)];
        const over = ofUnits.over * ofCost.over;
        const under = ofUnits.under * ofCost.under;
        const rest = over % under;
        const expected = over / under + (2n * rest >= under ? 1n : 0n);
        expect(costOf(microUnitsOf(Number(units)), Number(cost))).toBe(Number(expected));
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    [1.005, 100, 101],
    [0.5, 1, 1],
    [1.5, 1, 2],
    [2.5, 1, 3],
    [0.1, 3, 0],
    [0.000001, 499_999.9999, 0],
    [0.000001, 500_000, 1],
    [3, 0.3333, 1],
    [0, 250, 0],
  ])("%s units at %s cost %s", (units, cost, amount) => {
    expect(costOf(microUnitsOf(units), cost)).toBe(amount);
  });

  it("are refused where a number cannot hold them", () => {
    expect(() => costOf(microUnitsOf(1_000_000_000), 1_000_000_000)).toThrow(/beyond 2\^53/);
    expect(() => unitsOf(2n ** 60n)).toThrow(/beyond 2\^53/);
    expect(() => microUnitsOf(0.0000001)).toThrow(/more than 6 decimals/);
    expect(() => microUnitsOf(-1)).toThrow(/no decimal number/);
  });

  it("come back as the units that they were", () => {
    fc.assert(
      fc.property(decimal(999_999_999n, 6), (text) => {
        expect(unitsOf(microUnitsOf(Number(text)))).toBe(Number(text));
      }),
    );
  });

  it("are shares of a percentage", () => {
    expect(percentOf(10_001n, 50, { part: 1, whole: 1 })).toBe(5001n);
    expect(percentOf(10_000n, 12.3456, { part: 1, whole: 1 })).toBe(1235n);
    expect(percentOf(10_000n, 100, { part: 10, whole: 31 })).toBe(3226n);
  });

  it("are written with the decimals of their currency", () => {
    expect(amountText(123_450, "usd")).toBe("USD 1,234.50");
    expect(amountText(-5, "eur")).toBe("−EUR 0.05");
    expect(amountText(1234, "jpy")).toBe("JPY 1,234");
    expect(amountText(1234, "kwd")).toBe("KWD 1.234");
    expect(amountText(Number.MAX_SAFE_INTEGER, "usd")).toBe("USD 90,071,992,547,409.91");
    expect(priceText(250.5, "usd")).toBe("USD 2.505");
    expect(priceText(0.0001, "usd")).toBe("USD 0.000001");
    expect(priceText(250, "usd")).toBe("USD 2.50");
  });
});
