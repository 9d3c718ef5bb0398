import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { countPlan, countWithin } from "./counting";

async function* rowsOf(sizes: readonly number[], read: { rows: number }) {
  for (const size of sizes) {
    read.rows += 1;
    yield { text: "x".repeat(size) };
  }
}

describe("countWithin", () => {
  it.each([
    [0, { count: 0, isCapped: false }],
    [3, { count: 3, isCapped: false }],
    [4, { count: 3, isCapped: true }],
  ])("counts %i rows up to 3", async (rows, expected) => {
    const read = { rows: 0 };
    expect(await countWithin(rowsOf(Array(rows).fill(1), read), { rows: 3, bytes: 1e6 })).toEqual(expected);
  });

  test("reads no more than its limits and one row, and says when there are more", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10_000 }),
        async (all, rows, bytes) => {
          const read = { rows: 0 };
          const { count, isCapped } = await countWithin(rowsOf(all, read), { rows, bytes });
          expect(count).toBeLessThanOrEqual(rows);
          expect(isCapped).toBe(count < all.length);
          expect(read.rows).toBe(isCapped ? count + 1 : count);
          const before = all.slice(0, Math.max(0, count - 1)).reduce((sum, size) => sum + size, 0);
          expect(before).toBeLessThanOrEqual(bytes);
        },
      ),
    );
  });
});

test("an index answers a count, or the table says what it lacks", () => {
  expect(countPlan({ table: "sites" })).toMatchObject({ equals: [["deletedAt", undefined]] });
  expect(countPlan({ table: "memberships", where: { status: "active" } }).index).toBe("by_organizationId_and_status");
  expect(() => countPlan({ table: "memberships", where: { roleKey: "owner" } })).toThrow(
    "memberships has no index that begins with organizationId, roleKey.",
  );
});
