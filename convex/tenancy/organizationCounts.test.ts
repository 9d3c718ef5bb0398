import { expect, it } from "vitest";
import { countPlan } from "../core/records/counting";
import { organizationCounts } from "./organizationCounts";
import { readLimits } from "./organizationSummary";

it.each(Object.entries(organizationCounts))("an index answers the number of %s", (_name, countable) => {
  expect(countPlan(countable).index).toMatch(/^by_organizationId/);
});

it("stays within what a query may read, however many kinds of rows are counted", () => {
  for (const kinds of [1, Object.keys(organizationCounts).length, 50]) {
    const { rows, bytes } = readLimits(kinds);
    // One row more is read to know that there are more; a document takes a mebibyte at most.
    expect((rows + 1) * kinds).toBeLessThanOrEqual(32_000);
    expect(bytes * kinds).toBeLessThanOrEqual(8 * 1024 * 1024);
  }
});
