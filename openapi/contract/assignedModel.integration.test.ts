import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import * as steps from "./assignedModel.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** Random histories of clients, teams, places in both, roles and memberships; after each step the model says who reaches what. */

/** A budget, not a bound: what it does not reach is left to the next run. */
const budgetMs = 25_000;
const maximumHistories = 30;

let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});
afterAll(() => portico.close());

const step: fc.Arbitrary<steps.Step> = fc
  .record({
    kind: fc.constantFrom(...steps.kinds),
    person: fc.nat(steps.peopleCount - 1),
    holder: fc.nat(steps.maximumHolders - 1),
    role: fc.nat(steps.roleNames.length - 1),
  })
  .map((one) => ({ ...one, [fc.toStringMethod]: () => `${one.kind}(${one.person}, ${one.holder}, ${one.role})` }));

it("list, get and update reach exactly the clients that the model says", async () => {
  let [histories, taken] = [0, 0];
  const deadline = Date.now() + budgetMs;
  const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16, size: "max" }), async (history) => {
    if (Date.now() > deadline) return;
    histories += 1;
    const stage = await steps.begin(portico);
    for (const one of history) {
      // Out of time: what was seen so far was right.
      if (Date.now() > deadline) return;
      await steps.take(stage, one);
      await steps.look(stage);
      taken += 1;
    }
  });
  try {
    await fc.assert(property, { numRuns: maximumHistories, endOnFailure: true });
  } finally {
    noteTries(taken);
    process.stdout.write(`assigned rows: ${histories} histories, ${taken} steps\n`);
  }
  expect(taken).toBeGreaterThan(0);
}, 3_600_000);
