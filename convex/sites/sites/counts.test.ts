import { getDocumentSize } from "convex/values";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agentCountsSchema, readPerSite, tally } from "./counts";

async function* agents(online: number, offline: number, about = "") {
  for (let at = 0; at < online; at += 1) yield { connectionStatus: "online", about } as const;
  for (let at = 0; at < offline; at += 1) yield { connectionStatus: "offline", about } as const;
}
const anyBytes = Number.MAX_SAFE_INTEGER;

describe("tally", () => {
  test.each([
    [0, 0, { online: 0, offline: 0, isCapped: false }],
    [2, 1, { online: 2, offline: 1, isCapped: false }],
    [3, 0, { online: 3, offline: 0, isCapped: false }],
    [2, 2, { online: 2, offline: 1, isCapped: true }],
  ])("%i online and %i offline, counted up to 3", async (online, offline, expected) => {
    expect(await tally(agents(online, offline), { rows: 3, bytes: anyBytes })).toEqual(expected);
  });

  test("counts are complete exactly when they are not capped", async () => {
    const count = fc.integer({ min: 0, max: 30 });
    await fc.assert(
      fc.asyncProperty(count, count, fc.integer({ min: 1, max: 60 }), async (online, offline, rows) => {
        const counts = agentCountsSchema().parse(await tally(agents(online, offline), { rows, bytes: anyBytes }));
        expect(counts.online + counts.offline).toBe(Math.min(rows, online + offline));
        expect(counts.isCapped).toBe(online + offline > rows);
      }),
    );
  });

  test("ends where the rows are large, one row beyond the bytes at most", async () => {
    const size = getDocumentSize({ connectionStatus: "online", about: "x".repeat(10_000) });
    const counts = await tally(agents(50, 50, "x".repeat(10_000)), { rows: 1000, bytes: size * 4 });
    expect(counts).toEqual({ online: 5, offline: 0, isCapped: true });
  });
});

test("a page of any size reads a bounded number of agents and bytes", () => {
  expect(readPerSite(0).rows).toBe(1000);
  expect(readPerSite(1).rows).toBe(1000);
  expect(readPerSite(25).rows).toBe(320);
  for (let sites = 1; sites <= 100; sites += 1) {
    expect(sites * readPerSite(sites).rows).toBeLessThanOrEqual(8000);
    expect(sites * readPerSite(sites).bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
  }
});
