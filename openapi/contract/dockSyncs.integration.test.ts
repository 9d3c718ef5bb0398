import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { resourceTables } from "../../convex/infrastructure/tables";
import { send } from "./client.testing";
import { nextSample } from "./samples.testing";
import { createWorld } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

/** Syncs of docks over REST. The mock provider has as many servers as the name of its account says. */

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(() => portico.close());

const call = (method: string, to: string, body?: object) => send(portico, method, to, world.owner, body);

async function dockOf(account: string): Promise<string> {
  const made = await call("POST", "/v1/docks", {
    name: `Dock ${nextSample()}`,
    provider: "mock",
    apiKey: `mock_${account}_correct-horse-battery`,
    syncConfig: { enabled: false },
  });
  expect(made.status, made.text).toBe(201);
  return String(made.body["id"]);
}

/** Syncs a dock to its end; answers the run. */
async function synced(dockId: string): Promise<Record<string, unknown>> {
  const begun = await call("POST", `/v1/docks/${dockId}/sync`, {});
  expect(begun.status, begun.text).toBe(202);
  const runOf = async () => (await call("GET", `/v1/sync-history/${String(begun.body["syncId"])}`)).body;
  await expect.poll(async () => (await runOf())["status"]).not.toBe("running");
  return runOf();
}

/** Documents of the tables of resources, and of what their providers say of them, that were written since the start. */
async function resourcesWritten(): Promise<number> {
  const text = await (await fetch(`${portico.cloudUrl}/metrics`)).text();
  const counted = [...resourceTables, "resourcePayloads"].map((table) =>
    Number(new RegExp(`^convex_documents_written_total\\{table="${table}"\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0),
  );
  return counted.reduce((sum, count) => sum + count, 0);
}

it("write what is new, and of what is unchanged nothing", async () => {
  const dockId = await dockOf("fleet-300");
  const before = await resourcesWritten();
  const first = await synced(dockId);
  expect(first).toMatchObject({ status: "success", isComplete: true, sourceId: dockId });
  expect(first["counts"]).toMatchObject({ servers: { created: 300, unchanged: 0, deleted: 0, revived: 0 } });
  const written = await resourcesWritten();
  expect(written - before).toBe(2 * (300 + 2 + 2 + 2));
  const again = await synced(dockId);
  expect(again["counts"]).toMatchObject({ servers: { created: 0, updated: 0, unchanged: 300 } });
  expect((await resourcesWritten()) - written).toBe(0);
});

it("are jobs of the queue, which say what came of them and hold no key", async () => {
  const dockId = await dockOf("fleet-3");
  await synced(dockId);
  const jobs = await call("GET", "/v1/scheduled-jobs?status=completed&limit=100");
  const rows: readonly Record<string, unknown>[] = Object(jobs.body)["data"];
  const job = rows.find(({ action, payload }) => action === "dock.sync" && Object(payload)["dockId"] === dockId);
  expect(job).toMatchObject({ runner: "builtin", attempts: 1, result: { status: "success" } });
  expect(jobs.text).not.toContain("battery");
  const dock = await call("GET", `/v1/docks/${dockId}`);
  expect(dock.body).toMatchObject({ syncInProgress: false, lastSyncStatus: "success", rateLimitRemaining: 4999 });
  expect(dock.body).not.toHaveProperty("keyFingerprint");
});
