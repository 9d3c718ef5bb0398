import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import * as steps from "./organizationModel.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Step } from "./organizationModel.testing";

/** Random histories of organizations whose three people fight for names; the model says what each step may do. */

/** A budget, not a bound: what it does not reach is left to the next run. */
const budgetMs = 20_000;
const maximumSequences = 40;
const stepsPerSequence = 24;

let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});
afterAll(() => portico.close());

const person = fc.nat(2);
/** Strangers are refused nearly everything, so the owner acts more often. */
const actor = fc.oneof(person, fc.constant(steps.theOwner), fc.constant(steps.theOwner));
const organization = fc.nat(3);
const name = fc.nat(steps.poolSize + 1);
const perhaps = fc.option(name, { nil: undefined });

const anyStep: fc.Arbitrary<Step> = fc
  .oneof(
    fc.tuple(person, name, perhaps).map((of) => steps.create(...of)),
    fc.tuple(actor, organization, name).map((of) => steps.rename(...of)),
    fc.tuple(actor, organization, name).map((of) => steps.setExternalId(...of)),
    fc.tuple(actor, organization).map((of) => steps.remove(...of)),
    fc.tuple(actor, organization).map((of) => steps.restore(...of)),
    fc.tuple(actor, organization).map((of) => steps.purge(...of)),
    fc.tuple(actor, organization, person).map((of) => steps.transfer(...of)),
    fc.tuple(person, organization, fc.constantFrom("member" as const, "admin" as const)).map((of) => steps.join(...of)),
    fc.tuple(person, perhaps, perhaps).map((of) => steps.write(...of)),
  )
  // A counterexample is read by its titles.
  .map((step) => ({ ...step, [fc.toStringMethod]: () => step.title }));

it("no name leads to two organizations, no claim into a stranger's, and a refusal changes nothing", async () => {
  let [sequences, taken] = [0, 0];
  let deadline = Date.now() + budgetMs;
  let isShrinking = false;
  const histories = fc.array(anyStep, { minLength: 1, maxLength: stepsPerSequence, size: "max" });
  const property = fc.asyncProperty(histories, async (history) => {
    if (Date.now() > deadline) return;
    sequences += 1;
    const { model, real } = await steps.begin(portico);
    for (const step of history) {
      // Out of time: what was seen so far was right.
      if (Date.now() > deadline) return;
      try {
        if (await steps.take(step, model, real)) taken += 1;
      } catch (error) {
        // As much time again, once, to find a shorter history.
        if (!isShrinking) deadline = Date.now() + budgetMs;
        isShrinking = true;
        throw error;
      }
    }
  });
  try {
    await fc.assert(property, { numRuns: maximumSequences });
  } finally {
    noteTries(taken);
    process.stdout.write(`organization names: ${sequences} sequences, ${taken} steps\n`);
  }
  expect(sequences).toBeGreaterThan(0);
}, 3_600_000);
