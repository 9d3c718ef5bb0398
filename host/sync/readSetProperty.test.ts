import * as fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import type { JsonValue, LiveQuery } from "../deployment";
import type { ReloadableDeployment } from "../runtime/openDeployment";
import { openFixture, outcomeOf, valueOf } from "../testing/testDeployment.testing";

const tenant = fc.constantFrom("a", "b");
const number = fc.integer({ min: 0, max: 5 });
const order = fc.constantFrom("asc", "desc");

type Query = readonly [path: string, args: JsonValue];
const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ tenant, count: fc.integer({ min: 1, max: 4 }) }).map((args): Query => ["live:lowest", args]),
  fc.record({ tenant, above: number, through: number, order }).map((args): Query => ["agents:range", args]),
  fc.record({ tenant, order }).map((args): Query => ["agents:collect", args]),
  fc.record({ tenant }).map((args): Query => ["live:tenantSize", args]),
  fc.record({ tenant }).map((args): Query => ["live:labelsOf", args]),
  fc.constant<Query>(["agents:withoutLabel", {}]),
  fc.constant<Query>(["live:agentCount", {}]),
);

type Write =
  | { readonly kind: "add"; readonly tenant: string; readonly checkIns: number; readonly label?: string }
  | { readonly kind: "remove" | "checkIn"; readonly which: number }
  | { readonly kind: "label"; readonly which: number; readonly label: string };
const which = fc.nat({ max: 5 });
const label = fc.constantFrom("x", "y");
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add"), tenant, checkIns: number, label }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("add"), tenant, checkIns: number }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom("remove", "checkIn", "checkIn"), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("label"), which, label }) },
);

/** Runs one write against one of the agents that exist, if any do. */
async function apply(deployment: ReloadableDeployment, agents: string[], step: Write): Promise<void> {
  if (step.kind === "add") {
    const { kind: _kind, ...args } = step;
    agents.push(String(await valueOf(deployment, "mutation", "live:addAgent", args)));
    return;
  }
  const at = agents.length === 0 ? 0 : step.which % agents.length;
  const id = agents[at];
  if (id === undefined) return;
  if (step.kind === "label") await valueOf(deployment, "mutation", "live:setLabel", { id, label: step.label });
  else if (step.kind === "checkIn") await valueOf(deployment, "mutation", "live:checkInById", { id });
  else {
    agents.splice(at, 1);
    await valueOf(deployment, "mutation", "live:removeAgent", { id });
  }
}

it("a live query never differs from a fresh run of the same query, whatever is written", async () => {
  const deployment = await openFixture();
  onTestFinished(() => deployment.close());
  await fc.assert(
    fc.asyncProperty(
      fc.array(query, { minLength: 1, maxLength: 8 }),
      fc.array(write, { maxLength: 25 }),
      async (queries, writes) => {
        for (const name of ["a", "b"]) await valueOf(deployment, "mutation", "agents:removeAll", { tenant: name });
        const agents: string[] = [];
        const querySet = deployment.openQuerySet(() => undefined);
        const live = new Map<number, string>();
        let add: LiveQuery[] = queries.map(([path, args], queryId) => {
          return { queryId, path, argsText: JSON.stringify(args), journal: null };
        });
        for (const step of [null, ...writes]) {
          if (step !== null) await apply(deployment, agents, step);
          const update = await querySet.refresh({
            caller: { kind: "anonymous" },
            allowInternal: false,
            add,
            remove: [],
          });
          add = [];
          for (const { queryId, outcome } of update.results)
            live.set(queryId, outcome.status === "success" ? outcome.valueText : outcome.errorMessage);
          for (const [queryId, [path, args]] of queries.entries()) {
            const fresh = await outcomeOf(deployment, "query", path, args);
            expect(live.get(queryId), path).toBe(fresh.status === "success" ? fresh.valueText : fresh.errorMessage);
          }
        }
        await querySet.close();
      },
    ),
    { numRuns: 150 },
  );
});
