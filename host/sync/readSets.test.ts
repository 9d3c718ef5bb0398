import { describe, expect, it } from "vitest";
import { api, startSyncHost, watch } from "./syncHost.testing";
import type { SyncHost } from "./syncHost.testing";

/** How often the functions of that path have run and logged. */
function runsIn(log: readonly { readonly path: string }[], path: string): number {
  return log.filter((entry) => entry.path === path).length;
}

async function startLogged(): Promise<{ readonly host: SyncHost; runs(path: string): number }> {
  const log: { readonly path: string }[] = [];
  const host = await startSyncHost({ deployment: { onLog: (entry) => void log.push(entry) } });
  return { host, runs: (path) => runsIn(log, path) };
}

describe("a live query runs again", () => {
  it("for rows of its own index range only, moved in or out of it included", async () => {
    const { host, runs } = await startLogged();
    const client = host.client();
    const watched = watch(client, api.tenantSize, { tenant: "mine" });
    await expect.poll(() => watched.values).toEqual([0]);
    await client.mutation(api.addAgent, { tenant: "other", checkIns: 1 });
    await client.mutation(api.addAgent, { tenant: "minor", checkIns: 1 });
    expect(runs("live:tenantSize")).toBe(1);
    const id = await client.mutation(api.addAgent, { tenant: "mine", checkIns: 1 });
    expect(watched.values).toEqual([0, 1]);
    await client.mutation(api.removeAgent, { id });
    expect(watched.values).toEqual([0, 1, 0]);
    expect(runs("live:tenantSize")).toBe(3);
  });

  it("for the part of a range that it has scanned only", async () => {
    const { host, runs } = await startLogged();
    const client = host.client();
    for (const checkIns of [10, 20, 30]) await client.mutation(api.addAgent, { tenant: "t", checkIns });
    const watched = watch(client, api.lowest, { tenant: "t", count: 2 });
    await expect.poll(() => watched.values).toEqual([[10, 20]]);
    await client.mutation(api.addAgent, { tenant: "t", checkIns: 25 });
    expect(runs("live:lowest")).toBe(1);
    await client.mutation(api.addAgent, { tenant: "t", checkIns: 15 });
    expect(watched.values.at(-1)).toEqual([10, 15]);
    await client.mutation(api.addAgent, { tenant: "t", checkIns: 17 });
    expect(runs("live:lowest")).toBe(2);
  });

  it("for the stored file whose URL it gave", async () => {
    const { host, runs } = await startLogged();
    const client = host.client();
    const id = await client.action(api.storeFile, { text: "a", type: "text/plain" });
    const watched = watch(client, api.fileUrl, { id });
    await expect.poll(() => watched.values).toEqual([expect.stringContaining("/api/storage/")]);
    await client.action(api.storeFile, { text: "b", type: "text/plain" });
    expect(runs("files:url")).toBe(1);
    await client.mutation(api.removeFile, { id });
    expect(watched.values).toEqual([expect.any(String), null]);
  });

  it("for the document that it got by id only, even when no index key of it moves", async () => {
    const { host, runs } = await startLogged();
    const client = host.client();
    const id = await client.mutation(api.addAgent, { tenant: "t", checkIns: 1 });
    const other = await client.mutation(api.addAgent, { tenant: "t", checkIns: 2 });
    const watched = watch(client, api.labelOf, { id });
    const range = watch(client, api.tenantSize, { tenant: "t" });
    await expect.poll(() => [watched.values, range.values]).toEqual([[null], [2]]);
    await client.mutation(api.setLabel, { id: other, label: "other" });
    expect(runs("live:labelOf")).toBe(1);
    await client.mutation(api.setLabel, { id, label: "mine" });
    expect(watched.values).toEqual([null, "mine"]);
    // The range has read both rows' contents, so it ran, but its value is the same and was not sent.
    expect(runs("live:tenantSize")).toBe(3);
    expect(range.values).toEqual([2]);
  });

  it("for a table's count when documents come or go, not when they change", async () => {
    const { host, runs } = await startLogged();
    const client = host.client();
    const watched = watch(client, api.agentCount, {});
    await expect.poll(() => watched.values).toEqual([0]);
    const id = await client.mutation(api.addAgent, { tenant: "t", checkIns: 1 });
    expect(watched.values).toEqual([0, 1]);
    await client.mutation(api.setLabel, { id, label: "changed" });
    expect(runs("live:agentCount")).toBe(2);
  });

  it("for a table that did not exist when it ran", async () => {
    const { host } = await startLogged();
    const client = host.client();
    const watched = watch(client, api.strays, {});
    await expect.poll(() => watched.values).toEqual([0]);
    await client.mutation(api.addStray, {});
    await client.mutation(api.addStray, {});
    expect(watched.values).toEqual([0, 1, 2]);
  });

  it("once for all clients that watch the same", async () => {
    const { host, runs } = await startLogged();
    const watched = Array.from({ length: 10 }, () => watch(host.client(), api.tenantSize, { tenant: "shared" }));
    await expect.poll(() => watched.map(({ values }) => values)).toEqual(watched.map(() => [0]));
    await host.client().mutation(api.addAgent, { tenant: "shared", checkIns: 1 });
    await expect.poll(() => watched.map(({ values }) => values)).toEqual(watched.map(() => [0, 1]));
    expect(runs("live:tenantSize")).toBe(2);
  });

  it("not for a mutation that failed", async () => {
    const { host } = await startLogged();
    const client = host.client();
    const watched = watch(client, api.read, { name: "kept" });
    await expect.poll(() => watched.values).toEqual([0]);
    await expect(client.mutation(api.add, { name: "kept", fail: true })).rejects.toThrow("ConvexError");
    await client.mutation(api.add, { name: "kept" });
    expect(watched.values).toEqual([0, 1]);
  });
});
