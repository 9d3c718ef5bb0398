import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Caller, FunctionOutcome, FunctionType, JsonValue } from "../deployment";
import type { ReloadableDeployment } from "../runtime/openDeployment";
import { executorInThread } from "./executorInThread.testing";
import { openFixture, outcomeOf } from "./testDeployment.testing";

let threaded: ReloadableDeployment;
let inThread: ReloadableDeployment;

beforeAll(async () => {
  threaded = await openFixture();
  inThread = await openFixture({ spawnExecutor: executorInThread });
});
afterAll(async () => {
  await threaded.close();
  await inThread.close();
});

const ada: Caller = {
  kind: "user",
  identity: { issuer: "https://issuer.test", subject: "ada", tokenIdentifier: "https://issuer.test|ada" },
};

const nobody: Caller = { kind: "anonymous" };

const calls: readonly (readonly [type: FunctionType, path: string, args: JsonValue, caller: Caller])[] = [
  ["mutation", "behaviour:add", { name: "one" }, nobody],
  ["mutation", "behaviour:add", { name: "one", fail: true }, nobody],
  ["query", "behaviour:read", { name: "one" }, nobody],
  ["mutation", "behaviour:nested", {}, nobody],
  ["query", "behaviour:depth", { depth: 3 }, nobody],
  ["query", "behaviour:forbidden", {}, nobody],
  ["query", "behaviour:environment", {}, nobody],
  ["query", "behaviour:identity", {}, ada],
  ["query", "behaviour:read", { name: 1 }, nobody],
  ["query", "behaviour:none", {}, nobody],
  ["mutation", "behaviour:read", { name: "one" }, nobody],
  ["mutation", "behaviour:scheduledAdd", { name: "one" }, nobody],
  ["action", "behaviour:addByAction", { name: "two" }, nobody],
  ["action", "behaviour:addByAction", { name: "two", fail: true }, nobody],
  ["action", "nodeActions:sha256", { text: "abc" }, nobody],
  ["query", "behaviour:read", { name: "two" }, nobody],
];

/** Of a failure without the frames of its stack, which the test runner has a hand in here. */
function comparable(outcome: FunctionOutcome | undefined): unknown {
  if (outcome?.status !== "error") return { ...outcome, timestamp: 0n };
  return { ...outcome, errorMessage: outcome.errorMessage.replaceAll(/\n\s+at .*/g, "") };
}

describe("an executor on the thread of the test", () => {
  it.each(calls)("answers a %s of %s with %j as one on a thread of its own does", async (type, path, args, caller) => {
    const [own, other] = await Promise.all(
      [threaded, inThread].map((on) => outcomeOf(on, type, path, args, { caller })),
    );
    const [expected, found] = [own, other].map(comparable);
    expect(found).toEqual(expected);
  });

  it.each([
    ["GET", "/exact"],
    ["GET", "/none"],
    ["GET", "/throws"],
    ["POST", "/deep/one"],
    ["GET", "/streamedByPull"],
  ])("answers %s %s as one on a thread of its own does", async (method, route) => {
    const texts = await Promise.all(
      [threaded, inThread].map(async (deployment) => {
        const init = method === "POST" ? { method, body: "three" } : { method };
        const metadata = { requestId: "0123456789abcdef", ip: null, userAgent: null };
        const request = new Request(`http://127.0.0.1:3211${route}`, init);
        const answer = await deployment.fetchHttpAction(request, nobody, metadata);
        return [answer.status, await answer.text()];
      }),
    );
    expect(texts[1]).toEqual(texts[0]);
  });

  it("runs jobs, tells live queries of changes, and loads code again", async () => {
    let invalidations = 0;
    const set = inThread.openQuerySet(() => (invalidations += 1));
    const add = [{ queryId: 0, path: "behaviour:read", argsText: '{"name":"job"}', journal: null }];
    await set.refresh({ caller: nobody, allowInternal: false, add, remove: [] });
    await outcomeOf(inThread, "mutation", "behaviour:scheduleAdds", { name: "job", delayMs: 0, fail: false });
    const value = async () => outcomeOf(inThread, "query", "behaviour:read", { name: "job" });
    await expect.poll(value).toMatchObject({ valueText: "1" });
    await expect.poll(() => invalidations).toBeGreaterThan(0);
    await inThread.reload();
    expect(await value()).toMatchObject({ valueText: "1" });
    await set.close();
  });
});
