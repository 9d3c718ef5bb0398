import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ProblemError } from "../wire/errors";
import { InexactNumber } from "../wire/exactNumbers";
import { jsonObject, text } from "../schema/fields";
import { parseInput, pointerOf } from "./validation";
import type { Problem } from "../wire/errors";

const shape = {
  name: text(1, 5),
  count: z.int().optional(),
  status: z.enum(["a", "b"]).default("a"),
  items: z.array(z.strictObject({ "odd/na~me": z.string().optional(), name: text(1, 5) })).optional(),
  metadata: jsonObject(1000).optional(),
};
const readOnly = new Set(["id", "createdAt"]);

function refusalOf(input: unknown): Problem {
  try {
    parseInput(shape, input, readOnly);
  } catch (error) {
    if (error instanceof ProblemError) return error.data;
    throw error;
  }
  throw new Error("The input was accepted.");
}
/** How many faults a refusal names; undefined for an input that is taken. */
function faultCountOf(input: unknown): number | undefined {
  try {
    parseInput(shape, input, readOnly);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.data.errors?.length ?? 0;
    throw error;
  }
}
const faultsOf = (input: unknown) => refusalOf(input).errors?.map(({ pointer, code }) => [pointer, code]);

describe("parseInput", () => {
  it("fills defaults and takes what the shape names", () => {
    expect(parseInput(shape, { name: "x", metadata: { a: [1] } }, readOnly)).toEqual({
      name: "x",
      status: "a",
      metadata: { a: [1] },
    });
  });

  it.each<[string, unknown, [pointer: string, code: string][]]>([
    ["a missing field", {}, [["/name", "required"]]],
    ["an explicit undefined", { name: undefined }, [["/name", "required"]]],
    ["null", { name: null }, [["/name", "invalid_type"]]],
    [
      "a wrong type",
      { name: 5, count: "5" },
      [
        ["/name", "invalid_type"],
        ["/count", "invalid_type"],
      ],
    ],
    ["a value out of bounds", { name: "" }, [["/name", "too_small"]]],
    ["another option", { name: "x", status: "c" }, [["/status", "invalid_value"]]],
    ["an unknown field", { name: "x", nonsense: 1 }, [["/nonsense", "unknown_field"]]],
    ["names that need escaping", { name: "x", "a/b~c": 1 }, [["/a~1b~0c", "unknown_field"]]],
    [
      "faults inside arrays",
      { name: "x", items: [{ name: "y" }, { name: 1, extra: 1, "odd/na~me": 1 }] },
      [
        ["/items/1/odd~1na~0me", "invalid_type"],
        ["/items/1/name", "invalid_type"],
        ["/items/1/extra", "unknown_field"],
      ],
    ],
    ["__proto__", JSON.parse('{"name":"x","__proto__":{"polluted":1}}'), [["/__proto__", "unknown_field"]]],
    [
      "names in free-form JSON as their sender wrote them",
      { name: "x", metadata: { a: [{ "\\u005f_proto__": 1 }] } },
      [["/metadata/a/0/__proto__", "invalid_name"]],
    ],
    [
      "a number that a double cannot hold, wherever it stands",
      { name: new InexactNumber(), count: new InexactNumber(), metadata: { "a/b": new InexactNumber() } },
      [
        ["/name", "inexact_number"],
        ["/count", "inexact_number"],
        ["/metadata/a~1b", "inexact_number"],
      ],
    ],
    [
      "members of Object",
      { name: "x", constructor: 1, toString: 1 },
      [
        ["/constructor", "unknown_field"],
        ["/toString", "unknown_field"],
      ],
    ],
    ["an input that is no object", [], [["", "invalid_type"]]],
    [
      "a read-only field beside another fault",
      { id: 1 },
      [
        ["/name", "required"],
        ["/id", "unknown_field"],
      ],
    ],
  ])("names %s", (_name, input, faults) => {
    expect(refusalOf(input)).toMatchObject({ status: 400, code: "validation_failed" });
    expect(faultsOf(input)).toEqual(faults);
    expect({}).not.toHaveProperty("polluted");
  });

  it("answers 422 when read-only fields are the only fault", () => {
    expect(refusalOf({ name: "x", id: 1, createdAt: 2 })).toMatchObject({
      status: 422,
      code: "read_only_field",
      detail: "These fields cannot be set here: id, createdAt.",
      errors: [{ pointer: "/id", code: "read_only_field" }, { pointer: "/createdAt" }],
    });
  });

  it("lists at most a hundred faults, and repeats no more of a name than Convex could hold", () => {
    const many = refusalOf(Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`field${at}`, 1])));
    expect([many.errors?.length, many.detail]).toEqual([100, "5001 fields are not valid."]);
    const long = refusalOf({ name: "x", ["n".repeat(100_000)]: 1, "\ud800": 1 });
    expect(long.errors?.map(({ pointer }) => pointer)).toEqual([`/${"n".repeat(1024)}`, "/\ufffd"]);
    expect(JSON.stringify(long).isWellFormed()).toBe(true);
    const longAndMany = refusalOf(
      Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`${at}${"n".repeat(900)}`, 1])),
    );
    expect(JSON.stringify(longAndMany).length).toBeLessThan(25_000);
  });

  it("never throws anything but a problem with a fault", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), fc.boolean(), (value, asField) => {
        expect(faultCountOf(asField ? { name: "x", metadata: value, items: value } : value)).not.toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe("pointerOf", () => {
  it("writes RFC 6901 pointers, whose tokens can be read back", () => {
    expect(pointerOf([])).toBe("");
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ maxLength: 20 }), fc.nat())), (path) => {
        const tokens = pointerOf(path).split("/").slice(1);
        expect(tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))).toEqual(path.map(String));
      }),
    );
  });
});
