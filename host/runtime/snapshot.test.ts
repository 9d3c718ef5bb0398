import { expect, it, onTestFinished, vi } from "vitest";
import { openFixture, valueOf } from "../testing/testDeployment.testing";

it("answers a query at a timestamp while nothing was written since, and refuses it afterwards", async () => {
  const deployment = await openFixture();
  onTestFinished(() => deployment.close());
  // A new interval cron runs at once.
  await vi.waitFor(async () => expect(await valueOf(deployment, "query", "behaviour:read", { name: "ticks" })).toBe(1));
  await valueOf(deployment, "mutation", "agents:create", { guid: "g", tenant: "snapshot" });
  const snapshotTimestamp = deployment.latestTimestamp();
  const readAtSnapshot = () =>
    deployment.call({
      type: "query",
      path: "agents:byTenant",
      argsText: JSON.stringify({ tenant: "snapshot" }),
      caller: { kind: "anonymous" },
      metadata: { requestId: "0123456789abcdef", ip: null, userAgent: null },
      allowInternal: false,
      snapshotTimestamp,
    });
  expect(await readAtSnapshot()).toMatchObject({ status: "success", timestamp: snapshotTimestamp });
  await valueOf(deployment, "mutation", "agents:create", { guid: "h", tenant: "snapshot" });
  await expect(readAtSnapshot()).rejects.toMatchObject({ status: 503, code: "OutOfRetention" });
});
