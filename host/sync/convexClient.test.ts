import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { api, openBaseClient, startSyncHost, watch } from "./syncHost.testing";

describe("ConvexClient", () => {
  it("is told the value, each change of it and nothing else", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const watched = watch(client, api.read, { name: "a" });
    await expect.poll(() => watched.values).toEqual([0]);
    const other = host.client();
    expect(await other.mutation(api.add, { name: "a" })).toBe(1);
    await expect.poll(() => watched.values).toEqual([0, 1]);
    await other.mutation(api.add, { name: "unrelated" });
    await other.mutation(api.add, { name: "a" });
    await expect.poll(() => watched.values).toEqual([0, 1, 2]);
    watched.stop();
    await other.mutation(api.add, { name: "a" });
    // A round trip of its own: whatever was sent to the client before has arrived by now.
    expect(await client.mutation(api.add, { name: "a" })).toBe(4);
    expect(watched.values).toEqual([0, 1, 2]);
    expect(host.reported).toEqual([]);
  });

  it("reads its own writes as soon as a mutation resolves", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const watched = watch(client, api.read, { name: "own" });
    await expect.poll(() => watched.values).toEqual([0]);
    for (let i = 1; i <= 20; i++) {
      expect(await client.mutation(api.add, { name: "own" })).toBe(i);
      expect(client.client.localQueryResult("behaviour:read", { name: "own" })).toBe(i);
    }
    const results = await Promise.all(Array.from({ length: 30 }, () => client.mutation(api.add, { name: "own" })));
    expect(results).toEqual(Array.from({ length: 30 }, (_, i) => 21 + i));
    expect(client.client.localQueryResult("behaviour:read", { name: "own" })).toBe(50);
  });

  it("runs actions, and sees what they wrote", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const watched = watch(client, api.read, { name: "acted" });
    expect(await client.action(api.addByAction, { name: "acted" })).toBe(1);
    await expect.poll(() => watched.values.at(-1)).toBe(1);
    await expect(client.action(api.addByAction, { name: "acted", fail: true })).rejects.toThrow(ConvexError);
  });

  it("is told of errors with their data, and of the recovery", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const watched = watch(client, api.evenOnly, { name: "parity" });
    await expect.poll(() => watched.values).toEqual([0]);
    await client.mutation(api.add, { name: "parity" });
    await expect.poll(() => watched.errors.length).toBe(1);
    expect(watched.errors[0]).toMatchObject({ data: { odd: 1 } });
    await client.mutation(api.add, { name: "parity" });
    await expect.poll(() => watched.values).toEqual([0, 2]);
    await expect(client.mutation(api.add, { name: "parity", fail: true })).rejects.toMatchObject({
      data: { reason: "asked to fail", value: 3n },
    });
  });

  it("keeps messages and log lines to itself when errors are redacted, but never data", async () => {
    const host = await startSyncHost({ server: { redactErrors: true } });
    const client = host.client();
    const failure = await client.mutation(api.add, { name: "x", fail: true }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConvexError);
    expect(failure).toMatchObject({ data: { reason: "asked to fail" } });
    const unknown = await client.mutation(api.setLabel, { id: "nonsense", label: "" }).catch((error: unknown) => error);
    expect(String(unknown)).toMatch(/\[Request ID: [0-9a-f]{16}\] Server Error\n {2}Called by client$/);
  });

  it("keeps the bounds of a page while rows come and go", async () => {
    const host = await startSyncHost();
    const client = host.client();
    for (const checkIns of [10, 20, 30, 40, 50]) await client.mutation(api.addAgent, { tenant: "t", checkIns });
    const args = { tenant: "t", paginationOpts: { numItems: 2, cursor: null } };
    const first = watch(client, api.page, args);
    await expect.poll(() => first.values.length).toBe(1);
    const cursor = first.values[0]?.continueCursor ?? "";
    const second = watch(client, api.page, { tenant: "t", paginationOpts: { numItems: 2, cursor } });
    await expect.poll(() => second.values.length).toBe(1);
    const rows = (page: (typeof first.values)[number] | undefined): number[] => page?.page.map((a) => a.checkIns) ?? [];
    expect([rows(first.values[0]), rows(second.values[0])]).toEqual([
      [10, 20],
      [30, 40],
    ]);

    const inserted = await client.mutation(api.addAgent, { tenant: "t", checkIns: 15 });
    await client.mutation(api.addAgent, { tenant: "t", checkIns: 35 });
    expect([rows(first.values.at(-1)), rows(second.values.at(-1))]).toEqual([
      [10, 15, 20],
      [30, 35, 40],
    ]);
    expect(first.values.at(-1)?.continueCursor).toBe(cursor);

    // The client brings its journals along when it comes back.
    host.sockets.at(-1)?.terminate();
    await client.mutation(api.removeAgent, { id: inserted });
    await expect.poll(() => rows(first.values.at(-1))).toEqual([10, 20]);
    expect(rows(second.values.at(-1))).toEqual([30, 35, 40]);
    expect(host.reported).toEqual([]);
  });

  it("never sees two queries of one client disagree", async () => {
    const host = await startSyncHost();
    const seen: [unknown, unknown][] = [];
    const base = openBaseClient(host.server.cloudUrl, () => {
      const value = (name: string): unknown => base.localQueryResult("behaviour:read", { name });
      seen.push([value("outer"), value("inner")]);
    });
    base.subscribe("behaviour:read", { name: "outer" });
    base.subscribe("behaviour:read", { name: "inner" });
    const writers = Array.from({ length: 4 }, () => host.client());
    await Promise.all(
      writers.map(async (writer) => {
        for (let i = 0; i < 25; i++) await writer.mutation(api.nested, {});
      }),
    );
    await expect.poll(() => seen.at(-1)).toEqual([100, 200]);
    expect(seen.length).toBeGreaterThan(3);
    for (const [outer, inner] of seen) expect(inner).toEqual(typeof outer === "number" ? outer * 2 : undefined);
  });
});

describe("a connection that is lost", () => {
  it("is made again, with every subscription", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const watched = watch(client, api.read, { name: "back" });
    await expect.poll(() => watched.values).toEqual([0]);
    host.sockets.at(-1)?.terminate();
    const other = host.client();
    await other.mutation(api.add, { name: "back" });
    await expect.poll(() => watched.values).toEqual([0, 1]);
    expect(host.sockets).toHaveLength(3);
  });

  it("fails actions in flight and runs mutations in flight once", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const watched = watch(client, api.read, { name: "flight" });
    await expect.poll(() => watched.values).toEqual([0]);
    const mutations = Promise.all(Array.from({ length: 50 }, () => client.mutation(api.add, { name: "flight" })));
    const action = client.action(api.addByAction, { name: "elsewhere" });
    const lost = action.catch((error: unknown) => error);
    host.sockets.at(-1)?.terminate();
    expect(String(await lost)).toContain("Connection lost while action was in flight");
    expect(await mutations).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(await client.query(api.read, { name: "flight" })).toBe(50);
  });
});

describe("the host", () => {
  it("runs live queries again after new variables and new code", async () => {
    const host = await startSyncHost();
    const watched = watch(host.client(), api.greeting, {});
    await expect.poll(() => watched.values).toEqual([null]);
    await host.deployment.updateEnvironmentVariables(new Map([["GREETING", "hello"]]));
    await expect.poll(() => watched.values).toEqual([null, "hello"]);
    await host.deployment.reload();
    const client = host.client();
    const counter = watch(client, api.read, { name: "reloaded" });
    await client.mutation(api.add, { name: "reloaded" });
    await expect.poll(() => counter.values.at(-1)).toBe(1);
    expect(watched.values).toEqual([null, "hello"]);
  });

  it("goes on watching after a mutation that never ends has cost it its executor", async () => {
    const host = await startSyncHost({ deployment: { functionTimeLimitMs: 300 } });
    const client = host.client();
    const watched = watch(client, api.read, { name: "kept" });
    await expect.poll(() => watched.values).toEqual([0]);
    const other = host.client();
    await expect(other.mutation(api.loopForever, { name: "kept" })).rejects.toThrow("timed out");
    await other.mutation(api.add, { name: "kept" });
    await expect.poll(() => watched.values).toEqual([0, 1]);
  });

  it("stops a query that never ends, and keeps every other one alive", async () => {
    const host = await startSyncHost({ deployment: { functionTimeLimitMs: 300 } });
    const client = host.client();
    const endless = watch(client, api.endless, { name: "stuck" });
    const healthy = watch(client, api.read, { name: "stuck" });
    const elsewhere = watch(host.client(), api.read, { name: "stuck" });
    await expect.poll(() => [endless.values, healthy.values, elsewhere.values]).toEqual([["ended"], [0], [0]]);
    await host.client().mutation(api.add, { name: "stuck" });
    await expect.poll(() => endless.errors.length).toBe(1);
    expect(endless.errors[0]?.message).toContain("Function execution timed out");
    await expect.poll(() => [healthy.values.at(-1), elsewhere.values.at(-1)]).toEqual([1, 1]);
    await client.mutation(api.add, { name: "stuck" });
    await expect.poll(() => [healthy.values.at(-1), elsewhere.values.at(-1)]).toEqual([2, 2]);
  });

  it("stops a query that eats its memory, and keeps every other one alive", async () => {
    const host = await startSyncHost({ deployment: { functionTimeLimitMs: 60_000 } });
    const client = host.client();
    const hungry = watch(client, api.hungry, { name: "food" });
    const healthy = watch(client, api.read, { name: "food" });
    await expect.poll(() => [hungry.values, healthy.values]).toEqual([["fed"], [0]]);
    await host.client().mutation(api.add, { name: "food" });
    await expect.poll(() => hungry.errors.length).toBe(1);
    expect(hungry.errors[0]?.message).toContain("ran out of memory");
    await expect.poll(() => healthy.values.at(-1)).toBe(1);
    await client.mutation(api.add, { name: "food" });
    await expect.poll(() => healthy.values.at(-1)).toBe(2);
    expect(host.reported).toEqual([]);
  });
});
