import { expect, it, onTestFinished } from "vitest";
import { errorOf, openFixture, outcomeOf, valueOf } from "../../../testing/testDeployment.testing";
import { Clock } from "./clock";

it("hands out timestamps that never repeat, whatever the system's clock does", () => {
  const future = BigInt(Date.now() + 3_600_000) * 1_000_000n;
  const clock = new Clock(future);
  expect([clock.next(), clock.next()]).toEqual([future + 1n, future + 2n]);
});

it("shows no timestamp that a crash would forget: what stored nothing has used none", async () => {
  const deployment = await openFixture();
  onTestFinished(() => deployment.close());
  // The fixture's cron writes once, on its own, when it is first deployed.
  await expect.poll(() => valueOf(deployment, "query", "behaviour:read", { name: "ticks" })).toBe(1);
  await valueOf(deployment, "mutation", "behaviour:add", { name: "a" });
  const stored = deployment.latestTimestamp();
  await errorOf(deployment, "mutation", "behaviour:add", { name: "a", fail: true });
  expect(await outcomeOf(deployment, "mutation", "agents:removeAll", { tenant: "none" })).toMatchObject({
    timestamp: stored,
  });
  expect(await outcomeOf(deployment, "query", "behaviour:read", { name: "a" })).toMatchObject({ timestamp: stored });
  expect(deployment.latestTimestamp()).toBe(stored);
  await valueOf(deployment, "mutation", "behaviour:add", { name: "a" });
  expect(deployment.latestTimestamp()).toBeGreaterThan(stored);
});
