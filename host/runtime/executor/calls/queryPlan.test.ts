import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { rangeAfter, rangeThrough } from "./queryPlan";

const key = fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes));

it("a position narrows the range of a query and never widens it", () => {
  fc.assert(
    fc.property(key, key, key, fc.constantFrom("asc" as const, "desc" as const), (one, other, position, order) => {
      const [lower, upper] = Buffer.compare(one, other) < 0 ? [one, other] : [other, one];
      for (const narrow of [rangeAfter, rangeThrough]) {
        const narrowed = narrow({ index: null, lower, upper }, order, position);
        expect(Buffer.compare(narrowed.lower, lower)).toBeGreaterThanOrEqual(0);
        expect(Buffer.compare(narrowed.upper, upper)).toBeLessThanOrEqual(0);
      }
    }),
  );
});
