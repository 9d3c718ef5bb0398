import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mock } from "./adapters/mock";
import { dockHost, keyOf } from "./dockHost.testing";
import { named } from "./resources/naming";
import { resourceTables } from "./tables";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => Object(error).data,
  );

describe("creating a dock", () => {
  it("asks nobody, and takes what the provider recommends", async () => {
    const { create } = await dockHost();
    expect(await create({ apiKey: keyOf("away") })).toMatchObject({
      lastSyncStatus: "pending",
      syncInProgress: false,
      syncConfig: { enabled: true, intervalSeconds: 120 },
      keyVersion: 1,
    });
  });

  it.each([
    [{ provider: "nobody" }, "unknown_provider", "/provider"],
    [{ baseUrl: "https://api.example.com" }, "base_url_not_allowed", "/baseUrl"],
    [{ baseUrl: "https://169.254.169.254/" }, "url_not_allowed", "/baseUrl"],
  ])("refuses %j", async (more, code, pointer) => {
    const { create, rows } = await dockHost();
    expect(await refusal(create(more))).toMatchObject({ status: 422, code, errors: [{ pointer }] });
    expect(await rows("docks")).toEqual([]);
  });

  it.each([
    ["no master key", ""],
    ["a wrong master key", "not-a-key"],
  ])("stores nothing with %s", async (_what, masterKey) => {
    const { create, rotate, rows } = await dockHost();
    const { id } = await create();
    const before = await rows("docks");
    vi.stubEnv("ENCRYPTION_MASTER_KEY", masterKey);
    const refused = { status: 503, code: "encryption_not_configured" };
    expect(await refusal(create({ name: "Other" }))).toMatchObject(refused);
    expect(await refusal(rotate(id, keyOf("none")))).toMatchObject(refused);
    expect(await rows("docks")).toEqual(before);
  });
});

describe("rotating a key", () => {
  it("is refused to a key that the provider refuses, and one of another account; the dock keeps the one that it has", async () => {
    const { create, rotate, patch, rows } = await dockHost();
    const { id } = await create();
    await patch(id, { providerAccountId: "acme" });
    const before = await rows("docks");
    const attempts = [
      ["no-mock-key-at-all", { status: 422, code: "api_key_refused", errors: [{ pointer: "/apiKey" }] }],
      [keyOf("other"), { status: 409, code: "account_mismatch", errors: [{ pointer: "/apiKey" }] }],
      [keyOf("away"), { status: 503, code: "provider_unavailable" }],
    ] as const;
    for (const [apiKey, expected] of attempts) expect(await refusal(rotate(id, apiKey))).toMatchObject(expected);
    expect(await rows("docks")).toEqual(before);
  });

  it("takes another key of the account, and forgets what the one before has left", async () => {
    const { create, rotate, patch, rows } = await dockHost();
    const { id } = await create();
    await patch(id, {
      providerAccountId: "acme",
      lastSyncStatus: "error",
      lastSyncError: "The provider answered 401.",
      rateLimitRemaining: 0,
      rateLimitResetAt: Date.now() + 60_000,
    });
    const [before] = await rows("docks");
    const rotated = await rotate(id, `${keyOf("acme")}-next`);
    expect(rotated).toMatchObject({ lastSyncStatus: "pending", keyHint: "next", providerAccountId: "acme" });
    for (const field of ["lastSyncError", "rateLimitRemaining", "rateLimitResetAt"])
      expect(rotated).not.toHaveProperty(field);
    const [after] = await rows("docks");
    expect(after?.encryptedApiKey).not.toEqual(before?.encryptedApiKey);
  });

  it("takes any key while nothing was synced, also of a provider that is away", async () => {
    const { create, rotate } = await dockHost();
    const { id } = await create();
    for (const account of ["other", "away"])
      expect(await rotate(id, keyOf(account))).toMatchObject({ lastSyncStatus: "pending" });
  });

  it("waits for a sync that runs, as a deletion does", async () => {
    const { create, rotate, remove, patch } = await dockHost();
    const { id } = await create();
    await patch(id, { syncInProgress: true, syncStartedAt: Date.now(), lastSyncStatus: "syncing" });
    for (const attempt of [() => rotate(id, keyOf("acme")), () => remove(id)])
      expect(await refusal(attempt())).toMatchObject({ status: 409, code: "sync_in_progress" });
  });
});

describe("the deployment's key", () => {
  it("is rotated while syncs run, and what they have read before stays readable", async () => {
    const { create, test, patch, host, get } = await dockHost();
    const { id } = await create();
    await patch(id, { syncInProgress: true, lastSyncStatus: "syncing" });
    vi.stubEnv("ENCRYPTION_KEY_VERSION", "2");
    vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", "ab".repeat(32));
    vi.stubEnv("ENCRYPTION_MASTER_KEY", "cd".repeat(32));
    expect(await test(id)).toMatchObject({ isValid: true });
    const reencrypt = makeFunctionReference<"action", Record<string, never>, object>(
      "core/records/reencryption:reencryptSecrets",
    );
    expect(await host.action(reencrypt, {})).toEqual({ reencrypted: 1, unreadable: 0, next: null });
    vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", "");
    expect(await get(id)).toMatchObject({ keyVersion: 2, syncInProgress: true, lastSyncStatus: "syncing" });
    expect(await test(id)).toMatchObject({ isValid: true });
  });
});

describe("a test", () => {
  it("says whether the key holds, and leaves that in the health and the trail", async () => {
    const { create, test, rows } = await dockHost();
    const works = await create();
    expect(await test(works.id)).toEqual({ isValid: true, rateLimit: { remaining: 4999, limit: 5000 } });
    const refused = await create({ name: "Refused", apiKey: "no-mock-key-at-all" });
    expect(await test(refused.id)).toEqual({ isValid: false, message: "The provider refused the key (401)." });
    const health = await rows("healthChecks");
    expect(health.map(({ resourceType, resourceId, status }) => [resourceType, resourceId, status])).toEqual([
      ["dock", works.id, "healthy"],
      ["dock", refused.id, "degraded"],
    ]);
    expect(await rows("docks")).toMatchObject([{ rateLimitRemaining: 4999, rateLimitLimit: 5000 }, {}]);
    const reads = (await rows("auditLogs")).filter(({ action }) => action === "credential.decrypt");
    expect(reads.map(({ recordId }) => recordId)).toEqual([works.id, refused.id]);
  });

  it("asks no provider for whom the deployment refuses as too many", async () => {
    const { create, test, rotate, get } = await dockHost();
    const { id } = await create();
    const asked = vi.spyOn(mock, "validateCredentials");
    vi.stubEnv("RATE_LIMITS", "user=2");
    await test(id);
    await rotate(id, keyOf("acme-2"));
    expect(asked).toHaveBeenCalledTimes(2);
    const limited = { status: 429, code: "rate_limited" };
    expect(await refusal(test(id))).toMatchObject(limited);
    expect(await refusal(rotate(id, keyOf("acme-3")))).toMatchObject(limited);
    expect(asked).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(30_000);
    expect(await test(id)).toMatchObject({ isValid: true });
    expect((await get(id)).keyHint).toBe(keyOf("acme-2").slice(-4));
  });

  it("leaves a provider alone that wants to be", async () => {
    const { create, test, patch, rows } = await dockHost();
    const { id } = await create();
    await patch(id, { rateLimitRemaining: 0, rateLimitResetAt: Date.now() + 60_000 });
    expect(await refusal(test(id))).toMatchObject({ status: 409, code: "rate_limited_by_provider" });
    expect((await rows("auditLogs")).filter(({ action }) => action === "credential.decrypt")).toEqual([]);
    vi.advanceTimersByTime(61_000);
    expect(await test(id)).toMatchObject({ isValid: true });
  });
});

describe("a dock in the trash", () => {
  /** A twentieth of what Convex lets a transaction do. */
  const tight = { documentsRead: 1600, documentsWritten: 800, databaseQueries: 2000 };

  async function withResources(count: number) {
    const world = await dockHost(tight);
    const { host, organizationId } = world;
    const dock = await world.create();
    for (const table of resourceTables)
      for (let from = 0; from < count; from += 100)
        await host.run(async ({ db }) => {
          const dockId = db.normalizeId("docks", dock.id);
          if (!dockId) throw new Error("There is no dock.");
          for (let at = from; at < from + 100; at++)
            await db.insert(table, {
              organizationId,
              dockId,
              provider: "mock",
              providerResourceId: `r-${at}`,
              ...named(table, `r-${at}`),
              tags: [],
              status: "running",
              lastSeenAt: 1,
              createdAt: 1,
              updatedAt: 1,
            });
        });
    await host.run(async ({ db }) => {
      const dockId = db.normalizeId("docks", dock.id);
      if (dockId)
        for (let at = 0; at < 300; at++)
          await db.insert("dockPermissions", { organizationId, dockId, level: "read", createdAt: 1 });
    });
    return { ...world, id: dock.id };
  }
  const live = async ({ rows }: Awaited<ReturnType<typeof withResources>>) =>
    (await Promise.all(resourceTables.map((table) => rows(table)))).flat().filter(({ deletedAt }) => !deletedAt).length;

  it("has no key and no grants any more, and what it brought follows, in steps that do not grow with it", async () => {
    const world = await withResources(500);
    await world.remove(world.id);
    const [dock] = await world.rows("docks");
    expect(dock).not.toHaveProperty("encryptedApiKey");
    expect(dock).not.toHaveProperty("keyHint");
    await world.settle();
    expect(await live(world)).toBe(0);
    expect(await world.rows("dockPermissions")).toEqual([]);
    expect(await world.rows("scheduledJobs")).toMatchObject([{ status: "completed", result: { deleted: 2000 } }]);
  });

  it("comes back in error, without a key, and keeps what had not followed it yet", async () => {
    const world = await withResources(100);
    await world.patch(world.id, { providerAccountId: "acme" });
    await world.remove(world.id);
    expect(await world.restore(world.id)).toMatchObject({
      lastSyncStatus: "error",
      lastSyncError: expect.stringContaining("key"),
    });
    await world.settle();
    expect(await live(world)).toBe(400);
    expect(await refusal(world.test(world.id))).toMatchObject({ status: 409, code: "api_key_missing" });
    expect(await refusal(world.rotate(world.id, keyOf("other")))).toMatchObject({ code: "account_mismatch" });
    expect(await world.rotate(world.id, keyOf("acme"))).toMatchObject({ lastSyncStatus: "pending", keyVersion: 1 });
  });

  it("is deleted for good with all that it brought", async () => {
    const world = await withResources(100);
    await world.remove(world.id);
    await world.settle();
    await world.remove(world.id, true);
    await world.settle();
    for (const table of ["docks", "dockPermissions", ...resourceTables] as const)
      expect(await world.rows(table)).toEqual([]);
  });
});
