import { expect, test } from "vitest";
import { separationOf } from "./rankTest";

const ascending = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

test("samples of the same values are not apart", () => {
  expect(separationOf(ascending(100), ascending(100))).toEqual({ medianRatio: 1, deviations: 0 });
});

test("an outlier moves neither figure far", () => {
  const { medianRatio, deviations } = separationOf([...ascending(99), 1e9], ascending(100));
  expect(medianRatio).toBe(1);
  expect(Math.abs(deviations)).toBeLessThan(0.1);
});

test("what is slower throughout is many deviations away", () => {
  const { medianRatio, deviations } = separationOf(ascending(100, 200), ascending(100));
  expect(medianRatio).toBe(5);
  expect(deviations).toBeCloseTo(12.22, 2);
});

test("the published example of Mann and Whitney's statistic comes out", () => {
  // Aesop's race of six tortoises and six hares, by places: one side wins 25 of the 36 pairs.
  const { deviations } = separationOf([1, 7, 8, 9, 10, 11], [2, 3, 4, 5, 6, 12]);
  expect(deviations).toBeCloseTo((25 - 18) / Math.sqrt(39), 10);
});

test("nothing is compared with nothing", () => {
  expect(() => separationOf([], [1])).toThrow("A sample is empty.");
});
