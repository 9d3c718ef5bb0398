import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agentCountsSchema, countedPerSite, tally } from "./counts";

const agents = (online: number, offline: number) => [
  ...Array.from({ length: online }, () => ({ connectionStatus: "online" }) as const),
  ...Array.from({ length: offline }, () => ({ connectionStatus: "offline" }) as const),
];

describe("tally", () => {
  test.each([
    [0, 0, { online: 0, offline: 0, isCapped: false }],
    [2, 1, { online: 2, offline: 1, isCapped: false }],
    [3, 0, { online: 3, offline: 0, isCapped: false }],
    [2, 2, { online: 2, offline: 1, isCapped: true }],
  ])("%i online and %i offline, counted up to 3", (online, offline, expected) => {
    expect(tally(agents(online, offline), 3)).toEqual(expected);
  });

  test("counts are complete exactly when they are not capped", () => {
    const count = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: 60 }), (online, offline, bound) => {
        const counts = agentCountsSchema().parse(tally(agents(online, offline), bound));
        expect(counts.online + counts.offline).toBe(Math.min(bound, online + offline));
        expect(counts.isCapped).toBe(online + offline > bound);
      }),
    );
  });
});

test("a page of any size reads a bounded number of agents", () => {
  expect(countedPerSite(0)).toBe(1000);
  expect(countedPerSite(1)).toBe(1000);
  expect(countedPerSite(25)).toBe(320);
  for (let sites = 1; sites <= 100; sites++) expect(sites * countedPerSite(sites)).toBeLessThanOrEqual(8000);
});
