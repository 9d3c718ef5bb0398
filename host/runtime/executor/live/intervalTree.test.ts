import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IntervalTree } from "./intervalTree";

const key = fc.string({ unit: fc.constantFrom("\0", "a", "b", "ÿ"), maxLength: 4 });
const step = fc.record({ remove: fc.boolean(), lower: key, upper: key, value: fc.integer({ min: 0, max: 5 }) });

const ascending = (a: number, b: number): number => a - b;

describe("an interval tree", () => {
  it("finds exactly what a list of the same intervals finds, through any additions and removals", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(key, { minLength: 1, maxLength: 20 }), (steps, keys) => {
        const tree = new IntervalTree<number>();
        let list: { readonly lower: string; readonly upper: string; readonly value: number }[] = [];
        for (const { remove, lower, upper, value } of steps) {
          list = list.filter((other) => other.lower !== lower || other.upper !== upper || other.value !== value);
          if (remove) tree.delete(lower, upper, value);
          else {
            tree.add(lower, upper, value);
            list.push({ lower, upper, value });
          }
        }
        expect(tree.isEmpty).toBe(list.length === 0);
        for (const probe of keys) {
          const found: number[] = [];
          tree.visitContaining(probe, (value) => void found.push(value));
          const expected = list.filter(({ lower, upper }) => lower <= probe && probe < upper).map(({ value }) => value);
          expect(found.sort(ascending)).toEqual(expected.sort(ascending));
        }
      }),
      { numRuns: 500 },
    );
  });
});
