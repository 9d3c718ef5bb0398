import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { minuteMs } from "../core/wire/durations";
import { encryptSecret } from "../core/wire/encryption";
import { ProviderClient } from "../core/wire/providerClient";
import { mock } from "./adapters/mock";
import { keyOf } from "./dockHost.testing";
import { dockCron, lists, syncWorld } from "./dockSyncHost.testing";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("webhooks", () => {
  /** A world whose organization has an endpoint for everything, which answers nothing. */
  async function toldWorld() {
    const world = await syncWorld();
    const { host, organizationId, rows } = world;
    const stamps = { createdAt: 1, updatedAt: 1 };
    const sealedSecret = await encryptSecret({ table: "webhookEndpoints", organizationId, plaintext: "whsec_none" });
    await host.run(async ({ db }) => {
      await db.patch("organizations", organizationId, { hasWebhooks: true });
      const url = "https://hooks.example.com/portico";
      const endpoint = { organizationId, url, sealedSecret, status: "active", ...stamps } as const;
      await db.insert("webhookEndpoints", { ...endpoint, eventTypes: ["*"] });
    });
    vi.stubGlobal("fetch", async () => new Response(null, { status: 204 }));
    /** What was told since it was last asked for. */
    let told = 0;
    const news = async (): Promise<{ type: string; data: Record<string, unknown> }[]> => {
      const events = (await rows("outboxEvents")).slice(told);
      told += events.length;
      return events.map(({ payload }) => JSON.parse(payload));
    };
    return { ...world, news };
  }
  const sizesOf = (news: { type: string; data: Record<string, unknown> }[]) =>
    news
      .filter(({ type }) => /^(resource|dock)\./.test(type))
      .map(({ type, data }) => `${type} ${Array.isArray(data["resources"]) ? data["resources"].length : ""}`.trim());

  it("are told of syncs that end and fail, and of resources in batches", async () => {
    const { sync, news, rows } = await toldWorld();
    lists({ servers: 60, pageSize: 100 });
    await sync();
    const first = await news();
    expect(sizesOf(first)).toEqual(["resource.created 50", "resource.created 10", "dock.synced"]);
    const [server] = await rows("servers");
    const { _id: resourceId, name, status } = server ?? {};
    expect(Object(first[0]?.data)["resources"][0]).toEqual({ resourceTable: "servers", resourceId, name, status });
    await sync();
    expect(sizesOf(await news())).toEqual(["dock.synced"]);
    lists({ servers: 55, pageSize: 100 });
    await sync();
    await sync();
    expect(sizesOf(await news())).toEqual(["dock.synced", "resource.deleted 5", "dock.synced"]);
    lists({ servers: 60, failsAtPage: 0 });
    await sync();
    const failed = await news();
    expect(sizesOf(failed)).toEqual(["dock.error"]);
    expect(failed[0]?.data).toMatchObject({ lastSyncError: "The provider answered 502." });
  });

  it("are told nothing of what one sync has missed and the next sees as it was", async () => {
    const { sync, news, live } = await toldWorld();
    lists({ servers: 12 });
    await sync();
    lists({ servers: 11 });
    await sync();
    await news();
    lists({ servers: 12 });
    expect(await sync()).toMatchObject({ counts: { servers: { updated: 0, unchanged: 12 } } });
    expect(sizesOf(await news())).toEqual(["dock.synced"]);
    expect((await live()).filter(({ missingSince }) => missingSince !== undefined)).toEqual([]);
  });

  it("are told neither the key nor what it is known by", async () => {
    const { sync, news, rows } = await toldWorld();
    lists({ servers: 3 });
    await sync();
    const text = JSON.stringify(await news());
    const [dock] = await rows("docks");
    expect(dock?.keyFingerprint).toMatch(/^[0-9a-f]{64}$/);
    for (const secret of [dock?.keyFingerprint, keyOf("acme"), "encryptedApiKey"]) expect(text).not.toContain(secret);
  });
});

it("logs requests to the provider with their origins, those that fail at least", async () => {
  const { sync, rows } = await syncWorld();
  vi.stubGlobal("fetch", async () => new Response("{}", { status: 502 }));
  vi.spyOn(mock, "fetch").mockImplementation(async function* ({ apiKey, send }) {
    const headers = { authorization: `Bearer ${apiKey}` };
    const client = new ProviderClient({ headers, maximumCalls: 5, ...(send ? { send } : {}) });
    await client.get("https://api.example.com/v2/servers?token=hidden");
    yield { rows: [] };
    return { complete: true };
  });
  expect(await sync()).toMatchObject({ status: "error" });
  const [job] = await rows("scheduledJobs");
  const outbound = (await rows("apiLogs")).filter(({ direction }) => direction === "outbound");
  expect(outbound).toMatchObject([
    { url: "https://api.example.com", method: "GET", statusCode: 502, requestId: job?._id, actorType: "system" },
  ]);
  expect(JSON.stringify(outbound)).not.toContain("hidden");
});

it("tells of a list that is not whole once, however often that comes", async () => {
  const { sync, rows } = await syncWorld();
  lists({ servers: 12, complete: false });
  for (let times = 0; times < 3; times++) expect(await sync()).toMatchObject({ status: "partial" });
  const told = async () => (await rows("notifications")).filter(({ type }) => type === "dock_sync_failed").length;
  expect(await told()).toBe(1);
  lists({ servers: 12 });
  await sync();
  lists({ servers: 12, complete: false });
  await sync();
  expect((await rows("docks"))[0]).toMatchObject({ lastSyncStatus: "success", consecutiveFailures: 0 });
});

it("begins the first sync of a dock by itself, within a minute", async () => {
  const { host, rows, due, create } = await syncWorld();
  lists({ servers: 3 });
  await create({ name: "Off", syncConfig: { enabled: false } });
  vi.setSystemTime(Date.now() + minuteMs);
  await dockCron(host, "syncDue");
  await due();
  expect(await rows("syncHistory")).toMatchObject([{ trigger: "scheduled", status: "success" }]);
  expect((await rows("docks")).map(({ lastSyncStatus }) => lastSyncStatus)).toEqual(["success", "pending"]);
});
