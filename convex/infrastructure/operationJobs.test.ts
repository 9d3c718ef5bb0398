import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api";
import { fakeKey } from "./operationTypes/s3/fakeS3.testing";
import { listed } from "./inventoryHost.testing";
import { operationHost, storageConfig } from "./operationHost.testing";
import type { Id } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15), toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

type World = Awaited<ReturnType<typeof operationHost>>;
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => Object(error).data,
  );
const slowDown = () => ({
  status: 503,
  body: "<Error><Code>SlowDown</Code><Message>secret-of-a-stranger</Message></Error>",
});

describe("a run", () => {
  it("is a job that tells how it went, and so do its service, the event log and the audit trail", async () => {
    const { services, job, eventsOf, settleRuns, storage, audited } = await operationHost();
    const { id } = await services.create();
    const asked = await services.run(id, "test");
    expect(asked).toMatchObject({ operation: "test", status: "pending", isNew: true });
    await settleRuns();
    expect(await job(asked.jobId)).toMatchObject({ status: "completed", result: { isWorking: true }, attempts: 1 });
    expect(storage.requests.map(({ method }) => method)).toEqual(["PUT", "GET", "DELETE"]);
    expect(storage.objects.size).toBe(0);
    expect(await services.get(id)).toMatchObject({ status: "active", lastRunAt: expect.any(Number) });
    expect((await eventsOf(asked.jobId)).map(({ eventType }) => eventType)).toEqual([
      "operation.started",
      "operation.completed",
    ]);
    expect(await audited("operation.run")).toMatchObject([
      { tableName: "operationServices", recordId: id, metadata: { operation: "test", jobId: asked.jobId } },
    ]);
    expect(await services.runs(id)).toMatchObject([
      { jobId: asked.jobId, operation: "test", status: "completed", result: { isWorking: true } },
    ]);
  });

  it("that has failed for good leaves its service in error, in words of our own, until one succeeds", async () => {
    const { services, job, eventsOf, settleRuns, storage, rows } = await operationHost();
    const { id } = await services.create();
    storage.trouble = () => ({
      status: 403,
      body: `<Error><Code>Unheard</Code><Message>${fakeKey.secretAccessKey}</Message></Error>`,
    });
    const { jobId } = await services.run(id, "test");
    await settleRuns();
    const error = "The storage refused the key (403).";
    expect(await job(jobId)).toMatchObject({ status: "failed", error, willRetry: false });
    expect(await services.get(id)).toMatchObject({ status: "error", lastRunError: error });
    expect((await eventsOf(jobId)).at(-1)).toMatchObject({ eventType: "operation.failed", error });
    storage.trouble = undefined;
    await services.run(id, "test");
    await settleRuns();
    const after = await services.get(id);
    expect(after.status).toBe("active");
    expect(after).not.toHaveProperty("lastRunError");
    const everything = JSON.stringify(
      await Promise.all(
        (
          ["scheduledJobs", "eventLogs", "auditLogs", "operationServices", "healthChecks", "notifications"] as const
        ).map(rows),
      ),
    );
    for (const secret of [fakeKey.secretAccessKey, fakeKey.accessKeyId]) expect(everything).not.toContain(secret);
  });

  it("has what it sent in the log of requests, each by no more than its origin", async () => {
    const { services, settleRuns, storage, host, organizationId, rows } = await operationHost();
    await host.run(async ({ db }) => {
      const own = await db.get("organizations", organizationId);
      if (own) await db.patch("organizations", own._id, { settings: { ...own.settings, apiLogSuccessPercent: 100 } });
    });
    const { id } = await services.create();
    const { jobId: working } = await services.run(id, "test");
    await settleRuns();
    storage.trouble = () => ({ status: 403, body: "" });
    const { jobId: failing } = await services.run(id, "list");
    await settleRuns();
    const outbound = (await rows("apiLogs")).filter(({ direction }) => direction === "outbound");
    const url = "https://acme-backups.s3.eu-central-1.amazonaws.com";
    expect(outbound).toMatchObject([
      ...["PUT", "GET", "DELETE"].map((method) => ({ url, method, requestId: working, actorType: "system" })),
      { url, method: "GET", statusCode: 403, requestId: failing, actorType: "system" },
    ]);
    const text = JSON.stringify(outbound);
    for (const secret of [fakeKey.secretAccessKey, fakeKey.accessKeyId, "Signature"])
      expect(text).not.toContain(secret);
  });

  it("tells of itself while its job is its own, and no longer", async () => {
    const { services, host, organizationId, eventsOf, storage, settleRuns, rows } = await operationHost();
    const { id } = await services.create();
    const { jobId } = await services.run(id, "test");
    const noted: boolean[] = [];
    vi.stubGlobal("fetch", async (...request: Parameters<typeof storage.fetch>) => {
      const own = (await rows("scheduledJobs")).find(({ _id }) => _id === jobId);
      for (const lockToken of ["lck_another", own?.lockToken ?? ""]) {
        const event = { eventType: "operation.progressed", payload: { jobId, lockToken }, progress: { step: 1 } };
        const { noteEvent } = internal.infrastructure.operationJobs;
        noted.push(await host.mutation(noteEvent, { organizationId, jobId, lockToken, ...event }));
      }
      return storage.fetch(...request);
    });
    await settleRuns();
    expect(noted).toEqual([false, true, false, true, false, true]);
    const told = (await eventsOf(jobId)).filter(({ eventType }) => eventType === "operation.progressed");
    expect(told).toHaveLength(3);
    expect(JSON.stringify(told)).not.toContain("lck_another");
  });

  it("goes on by itself after what passes", async () => {
    const { services, job, settleRuns, storage } = await operationHost();
    const { id } = await services.create();
    // Four times within the first attempt, and once in the second.
    storage.trouble = () => (storage.requests.length <= 5 ? slowDown() : undefined);
    const { jobId } = await services.run(id, "backup");
    await settleRuns();
    expect(await job(jobId)).toMatchObject({ status: "completed", attempts: 2 });
    expect(await services.get(id)).toMatchObject({ status: "active" });
  });

  it("is answered instead of the same another time, and not instead of another one", async () => {
    const { services, settleRuns } = await operationHost();
    const { id } = await services.create();
    const { id: other } = await services.create({ name: "Others" });
    const first = await services.run(id, "list");
    expect(await services.run(id, "list")).toMatchObject({ jobId: first.jobId, isNew: false });
    expect(await services.run(id, "list", { params: { limit: 25 } })).toMatchObject({
      jobId: first.jobId,
      isNew: false,
    });
    for (const [service, operation, more] of [
      [id, "list", { params: { limit: 5 } }],
      [id, "backup", {}],
      [other, "list", {}],
    ] as const)
      expect((await services.run(service, operation, more)).isNew).toBe(true);
    await settleRuns();
    expect(await services.run(id, "list")).toMatchObject({ isNew: true });
  });

  it("is refused by what is disabled, and waits for nothing there", async () => {
    const { services, settleRuns, job, storage } = await operationHost();
    const { id } = await services.create();
    const { jobId } = await services.run(id, "test");
    await services.update(id, { status: "disabled" });
    expect(await refusal(services.run(id, "test"))).toMatchObject({ code: "operation_disabled", status: 409 });
    await settleRuns();
    expect(await job(jobId)).toMatchObject({ status: "failed", error: "The operation service is disabled." });
    expect([(await services.get(id)).status, storage.requests.length]).toEqual(["disabled", 0]);
    await services.update(id, { status: "active" });
    expect(await services.run(id, "test")).toMatchObject({ isNew: true });
  });

  it.each([
    ["an operation that there is not", "purge_cache", {}, "unknown_operation", "/operation"],
    ["one of the object's prototype", "constructor", {}, "unknown_operation", "/operation"],
    [
      "parameters that it does not take",
      "test",
      { params: { deep: true } },
      "operation_params_invalid",
      "/params/deep",
    ],
    ["too much at once", "list", { params: { limit: 101 } }, "operation_params_invalid", "/params/limit"],
    ["half a resource", "test", { resourceTable: "servers" }, "validation_failed", "/resourceId"],
  ])("is refused with %s", async (_what, operation, more, code, pointer) => {
    const { services, rows } = await operationHost();
    const { id } = await services.create();
    expect(await refusal(services.run(id, operation, more))).toMatchObject({ code, errors: [{ pointer }] });
    expect((await rows("scheduledJobs")).filter(({ action }) => action === "operation.run")).toEqual([]);
  });

  it("is cancelled while it waits, and between two steps while it runs", async () => {
    const world = await operationHost();
    const { services, job, rows, cancel, retry, settleRuns, storage, eventsOf } = world;
    const { id } = await services.create();
    const { jobId: waiting } = await services.run(id, "list");
    await cancel(waiting);
    expect((await rows("scheduledJobs")).some(({ _id }) => _id === waiting)).toBe(false);
    await manyServers(world, 3);
    await world.project("Shop");
    const { jobId } = await services.run(id, "backup");
    let isCancelled = false;
    vi.stubGlobal("fetch", async (...request: Parameters<typeof storage.fetch>) => {
      if (!isCancelled) await cancel(jobId);
      isCancelled = true;
      return storage.fetch(...request);
    });
    await settleRuns();
    expect(await job(jobId)).toMatchObject({ status: "failed", error: "It was cancelled.", willRetry: false });
    expect([...storage.objects.keys()].map((key) => key.slice(key.lastIndexOf("/") + 1))).toEqual([
      "00001-projects.jsonl",
    ]);
    // What somebody cancelled says nothing of the service.
    const after = await services.get(id);
    expect(after).toMatchObject({ status: "active", lastRunAt: expect.any(Number) });
    expect(after).not.toHaveProperty("lastRunError");
    await retry(jobId);
    await settleRuns();
    expect(await job(jobId)).toMatchObject({ status: "completed", attempts: 2 });
    expect((await eventsOf(jobId)).map(({ eventType }) => eventType)).toEqual([
      "operation.started",
      "operation.failed",
      "operation.started",
      "operation.progressed",
      "operation.progressed",
      "operation.completed",
    ]);
  });
});

/** Servers that a dock of the world has brought, each with as much metadata as a row may have. */
async function manyServers({ host, organizationId, dockId }: World, count: number, padding = 0): Promise<void> {
  for (let from = 0; from < count; from += 500)
    await host.run(async ({ db }) => {
      const id = db.normalizeId("docks", dockId);
      if (!id) throw new Error("There is no dock.");
      for (let at = from; at < Math.min(count, from + 500); at += 1) {
        const { providerResourceId, name, status } = listed(at);
        const own = { tags: [], metadata: { padding: "x".repeat(padding) }, lastSeenAt: 1, createdAt: 1, updatedAt: 1 };
        const found = { dockId: id, provider: "mock", providerResourceId, name, status };
        await db.insert("servers", { organizationId, ...found, ...own });
      }
    });
}

/** A server as its row is, without the links that its document tells of besides. */
function withoutProjects(server: object): object {
  return Object.fromEntries(Object.entries(server).filter(([name]) => name !== "projectIds"));
}

interface Manifest {
  readonly backupId: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly parts: readonly {
    readonly name: string;
    readonly table: string;
    readonly rows: number;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

/** The rows of a backup by their tables, each part compared with what the manifest says of it. */
function restored({ storage, organizationId }: World, backupId: unknown) {
  const folder = `${storageConfig.prefix}${organizationId}/`;
  const read = (key: string) => storage.objects.get(folder + key) ?? new Uint8Array();
  const manifest: Manifest = JSON.parse(new TextDecoder().decode(read(`backups/${String(backupId)}.json`)));
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const { name, table, rows, bytes, sha256 } of manifest.parts) {
    const part = read(`data/${manifest.backupId}/${name}`);
    expect([part.length, createHash("sha256").update(part).digest("hex")]).toEqual([bytes, sha256]);
    const lines = new TextDecoder().decode(part).trimEnd().split("\n");
    expect(lines).toHaveLength(rows);
    (tables[table] ??= []).push(...lines.map((line) => Object(JSON.parse(line))));
  }
  return { manifest, tables };
}

async function backedUp(world: World, operationServiceId: string, more: object = {}) {
  vi.setSystemTime(Date.now() + 60_000);
  const { jobId } = await world.services.run(operationServiceId, "backup", more);
  await world.settleRuns();
  const { status, result = {}, error } = await world.job(jobId);
  expect([status, error]).toEqual(["completed", undefined]);
  return { jobId, result };
}

describe("a backup", () => {
  it("holds the inventory as documents show it, with a manifest that proves it, and nothing that is secret", async () => {
    const world = await operationHost();
    const { services, rows } = world;
    const { id } = await services.create();
    world.lists("servers", [listed(1), listed(2, { fullApiData: '{"of":"the provider"}' })]);
    world.lists("domains", [listed(3, { name: "example.com", status: "active" })]);
    await world.sync();
    const [first, second] = await rows("servers");
    const projectId = await world.project("Shop");
    await world.link(projectId, String(first?._id));
    await world.server.remove(String(second?._id));
    const { result } = await backedUp(world, id);
    const { manifest, tables } = restored(world, result["backupId"]);
    expect(manifest.rows).toEqual({
      projects: 1,
      servers: 1,
      webServices: 0,
      domains: 1,
      databases: 0,
      projectResources: 1,
    });
    expect(result).toMatchObject({
      rows: 4,
      parts: 4,
      bytes: manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0),
    });
    expect(tables["servers"]).toEqual([withoutProjects(await world.server.get(String(first?._id)))]);
    expect(tables["projectResources"]).toMatchObject([{ projectId, resourceId: first?._id }]);
    expect(tables["domains"]).toMatchObject([{ domainName: "example.com" }]);
    const everything = [...world.storage.objects.values()].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    expect(everything).not.toMatch(/wJalr|AKIA|mock_acme|_creationTime|of the provider/);
  });

  it("is the same for the same inventory, and in parts where it is large", async () => {
    const world = await operationHost();
    const { id } = await world.services.create();
    await manyServers(world, 1500, 8000);
    const one = restored(world, (await backedUp(world, id)).result["backupId"]);
    const other = restored(world, (await backedUp(world, id)).result["backupId"]);
    expect(one.manifest.parts.length).toBeGreaterThan(1);
    for (const { bytes } of one.manifest.parts) expect(bytes).toBeLessThan(8 * 1024 * 1024);
    expect(one.manifest.backupId).not.toBe(other.manifest.backupId);
    expect(one.manifest.parts).toEqual(other.manifest.parts);
    expect(new Set(one.tables["servers"]?.map(({ name }) => name)).size).toBe(1500);
  });

  it("of a project holds what belongs to it alone", async () => {
    const world = await operationHost();
    const { id } = await world.services.create();
    await manyServers(world, 3);
    const [mine] = await world.rows("servers");
    const projectId = await world.project("Shop");
    await world.project("Others");
    await world.link(projectId, String(mine?._id));
    const { result } = await backedUp(world, id, { projectId });
    const { manifest, tables } = restored(world, result["backupId"]);
    expect(manifest).toMatchObject({ projectId, rows: { projects: 1, servers: 1, projectResources: 1 } });
    expect(tables["servers"]).toMatchObject([{ id: mine?._id }]);
    const gone = await world.project("Gone");
    await world.ann.mutation(api.infrastructure.projects.delete, { ...world.named, projectId: gone });
    const elsewhere = await refusal(world.services.run(id, "backup", { projectId: gone }));
    expect(elsewhere).toMatchObject({ code: "cross_tenant_reference", errors: [{ pointer: "/projectId" }] });
    const server = { resourceTable: "servers", resourceId: mine?._id };
    expect(await refusal(world.services.run(id, "backup", server))).toMatchObject({
      code: "operation_params_invalid",
      errors: [{ pointer: "/resourceTable" }],
    });
  });

  it("of a project is refused to whom the project is not assigned", async () => {
    const world = await operationHost();
    const { services, named, developer, ann } = world;
    const { id } = await services.create();
    await services.grant(id, world.teamId);
    const dev = await developer("dev", world.teamId, ["operation:run", "project:read"]);
    const mine = await world.project("Shop");
    const team = await ann.mutation(api.access.teams.create, { ...named, name: "Others" });
    const theirs = await ann.mutation(api.infrastructure.projects.create, {
      ...named,
      name: "Theirs",
      teamId: team.id,
    });
    const run = (projectId: Id<"projects">) =>
      dev.mutation(api.infrastructure.operationServices.run, {
        ...named,
        operationServiceId: id,
        operation: "backup",
        projectId,
      });
    expect(await run(mine)).toMatchObject({ isNew: true });
    expect(await refusal(run(theirs.id))).toMatchObject({ code: "not_assigned", errors: [{ pointer: "/projectId" }] });
  });

  it("is listed once it is whole, page by page, among whatever else is there", async () => {
    const world = await operationHost();
    const { services, job, settleRuns, storage, organizationId } = world;
    const { id } = await services.create();
    const made: unknown[] = [];
    for (let at = 0; at < 3; at += 1) made.push((await backedUp(world, id)).result["backupId"]);
    const folder = `${storageConfig.prefix}${organizationId}/backups/`;
    storage.objects.set(`${folder}notes.txt`, new Uint8Array(3));
    storage.objects.set(`${storageConfig.prefix}another/backups/${String(made[0])}.json`, new Uint8Array(3));
    const seen: unknown[] = [];
    let params: object = { limit: 2 };
    for (;;) {
      const { jobId } = await services.run(id, "list", { params });
      await settleRuns();
      const result: { backups?: { backupId: string }[]; next?: string } = (await job(jobId)).result ?? {};
      seen.push(...(result.backups ?? []).map(({ backupId }) => backupId));
      if (result.next === undefined) break;
      params = { limit: 2, after: result.next };
    }
    expect(seen).toEqual(made);
  });

  it("is none of a storage that lists what was not asked for", async () => {
    const { services, job, settleRuns, storage } = await operationHost();
    const { id } = await services.create();
    storage.trouble = () => ({
      status: 200,
      body: "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>of/another/account.json</Key><LastModified>2026-01-10T08:00:00Z</LastModified><Size>1</Size></Contents></ListBucketResult>",
    });
    const { jobId } = await services.run(id, "list");
    await settleRuns();
    expect(await job(jobId)).toMatchObject({ status: "failed", error: "The storage listed what was not asked for." });
  });
});
