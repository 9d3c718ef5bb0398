import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InexactNumber, isExact } from "./exactNumbers";
import { storedName, withNames } from "./fieldNames";
import { jsonTextOf, parseJsonText, withFields } from "./jsonText";

const inexact = [
  "9007199254740993",
  "-9007199254740993",
  "12345678901234567890",
  "9007199254740993.0",
  "9007199254740993.5",
  "9007199254740993e0",
  "900719925474099.3e1",
  // A double, which is written as another number.
  "30023997515803312",
  "1e999",
  "-1e400",
  "1e-400",
  `1${"0".repeat(30)}1`,
];
const exact = [
  "0",
  "-0",
  "0.0",
  "0e999999999999",
  "9007199254740991",
  "9007199254740992",
  "9007199254740994",
  "1.0",
  "100e-2",
  "1e308",
  "10000000000000000000000",
  "0.1",
  "0.10000000000000001",
  "3.14159265358979323846",
  "5e-324",
  "123456789012345.678901234567890",
];

describe("isExact", () => {
  it.each(inexact)("%s is another number as a double", (literal) => expect(isExact(literal)).toBe(false));
  it.each(exact)("%s is kept", (literal) => expect(isExact(literal)).toBe(true));

  it("keeps the whole numbers that come back as they were", () => {
    // Below 10^21, where JavaScript writes whole numbers without an exponent.
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 69n), max: 2n ** 69n }), (whole) => {
        expect(isExact(String(whole))).toBe(String(Number(whole)) === String(whole));
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps every double, however it is written", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect([isExact(String(double)), isExact(double.toExponential())]).toEqual([true, true]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("parseJsonText", () => {
  it("marks numbers at any place, and nothing that only looks like one", () => {
    const [number = ""] = inexact;
    const text = `{"${number}":"${number}","a":[${number},{"b":${number}}],"c":"\\"${number}","d":1,"e":${number}}`;
    const marked = new InexactNumber();
    expect(parseJsonText(text)).toEqual({
      [number]: number,
      a: [marked, { b: marked }],
      c: `"${number}`,
      d: 1,
      e: marked,
    });
  });

  it.each(["{", "9007199254740993x", '{"a":1e}', "01234567890123456789", "[9007199254740993", ""])(
    "refuses %j as JSON.parse does",
    (text) => {
      expect(() => parseJsonText(text)).toThrow(SyntaxError);
    },
  );

  it("reads what JSON.parse reads, but for the names below the root", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
        const parsed = parseJsonText(JSON.stringify({ root: value }));
        expect(parsed).toEqual({ root: withNames(JSON.parse(JSON.stringify(value)), storedName) });
        expect(jsonTextOf(parsed)).toBe(JSON.stringify({ root: value }));
      }),
      { numRuns: 500 },
    );
  });

  it("stores every name alike, whatever other names stand beside it", () => {
    const unit = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code));
    const odd = fc.constantFrom("\u00a0", "\u2028", "\u3000", "\ufeff", "\u0085", " ", "\t");
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(unit, odd), maxLength: 3 }), (name) => {
        expect(parseJsonText(`{"r":{${JSON.stringify(name)}:1}}`)).toEqual({ r: { [storedName(name)]: 1 } });
      }),
      { numRuns: 2000 },
    );
  });

  it("takes time in proportion to a text made to be slow", () => {
    const zeros = "0".repeat(2_000_000);
    expect(parseJsonText(`[0.${zeros}1,"${"9".repeat(2_000_000)}"]`)).toHaveLength(2);
    expect(parseJsonText(`[1${zeros}1]`)).toEqual([new InexactNumber()]);
  });
});

describe("withFields", () => {
  it("writes what reading the text and writing it with the fields would", () => {
    const object = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()).filter((value) => !("key" in value));
    fc.assert(
      fc.property(object, fc.string({ unit: "binary" }), (value, key) => {
        const text = JSON.stringify(value);
        expect(withFields(text, { key })).toBe(JSON.stringify({ ...JSON.parse(text), key }));
      }),
      { examples: [[{}, "sk_live_x"]] },
    );
  });
});
