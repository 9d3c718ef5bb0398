import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api } from "../_generated/api";
import { devices, entityHost } from "./entities/entityHost.testing";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => void vi.useRealTimers());

type Host = Awaited<ReturnType<typeof entityHost>>;
type Items = ReturnType<typeof devices>;

/** A run that brings these, in batches, to its end. */
async function sync({ openRun, endRun, upsert }: Host, items: Items, complete = true) {
  const syncRunId = await openRun();
  for (let from = 0; from < items.length; from += 200) await upsert(items.slice(from, from + 200), { syncRunId });
  await endRun(syncRunId, complete);
  return syncRunId;
}

const liveOf = async ({ rows }: Host) =>
  (await rows("entities")).filter(({ deletedAt }) => deletedAt === undefined).map(({ externalId }) => externalId);
const refusal = async (sent: Promise<unknown>) =>
  sent.then(
    () => undefined,
    (error) => Object(error).data.code,
  );

it("deletes what two complete runs have missed, and tells of it", async () => {
  const world = await entityHost();
  const { prune, rows } = world;
  expect(await prune(await sync(world, devices(10)))).toEqual({ deleted: 0, hasMore: false });
  const first = await sync(world, devices(8));
  expect(await prune(first)).toEqual({ deleted: 0, hasMore: false });
  expect(await liveOf(world)).toHaveLength(10);
  expect(await prune(await sync(world, devices(8)))).toEqual({ deleted: 2, hasMore: false });
  expect(await liveOf(world)).toEqual(devices(8).map(({ externalId }) => externalId));
  const events = (await rows("eventLogs")).filter(({ eventType }) => eventType === "entity.deleted");
  expect(events.map(({ payload }) => payload["externalId"])).toEqual(["device-8", "device-9"]);
  expect(await rows("entityCounts")).toMatchObject([{ live: 8 }]);
  const runs = (await rows("syncHistory")).map(({ counts }) => counts["devices"]);
  expect(runs).toMatchObject([{ created: 10, unchanged: 0 }, { unchanged: 8 }, { unchanged: 8 }]);
});

it("deletes nothing by a run that runs, failed, is of another type, or somebody else's", async () => {
  const world = await entityHost();
  const { prune, openRun, endRun, upsert, callerOf, organizationOf, named, kind } = world;
  await sync(world, devices(10));
  await sync(world, devices(5));
  const open = await openRun();
  await upsert(devices(5), { syncRunId: open });
  expect(await refusal(prune(open))).toBe("sync_not_complete");
  await endRun(open, false);
  expect(await refusal(prune(open))).toBe("sync_not_complete");
  expect(await refusal(upsert(devices(1), { syncRunId: open }))).toBe("sync_run_ended");
  const complete = await sync(world, devices(5));
  const other = world.ann.mutation(api.integrations.entities.prune, {
    ...named,
    ...kind,
    entityType: "tickets",
    syncRunId: complete,
  });
  expect(await refusal(other)).toBe("sync_run_not_found");
  const bob = await organizationOf("bob");
  const foreign = callerOf("bob").mutation(api.integrations.entities.prune, {
    organizationId: "bob",
    ...kind,
    dataSourceId: bob.dataSourceId,
    syncRunId: complete,
  });
  expect(await refusal(foreign)).toBe("sync_run_not_found");
  expect(await liveOf(world)).toHaveLength(10);
  expect((await prune(complete)).deleted).toBe(5);
});

it("leaves what was seen, made or brought back by anybody since the earlier of the two began", async () => {
  const world = await entityHost();
  const { prune, upsert, openRun } = world;
  await sync(world, devices(10));
  await sync(world, devices(4));
  // A run in between that failed has seen one, an upsert without a run has brought another, as has one that is running.
  await sync(world, devices(1, 5), false);
  await upsert([{ ...devices(1, 6)[0], rawData: '{"changed":true}' }]);
  const last = await sync(world, devices(4));
  const running = await openRun();
  await upsert(devices(1, 7), { syncRunId: running });
  expect(await prune(last)).toEqual({ deleted: 3, hasMore: false });
  expect(await liveOf(world)).toEqual([0, 1, 2, 3, 5, 6, 7].map((at) => `device-${at}`));
});

it("refuses to delete more than a fifth unless it is forced, an empty list first of all", async () => {
  const world = await entityHost();
  const { prune } = world;
  await sync(world, devices(150));
  await sync(world, devices(119));
  expect(await refusal(prune(await sync(world, devices(119))))).toBe("prune_too_large");
  await sync(world, devices(120));
  expect((await prune(await sync(world, devices(120)))).deleted).toBe(30);
  await sync(world, []);
  const empty = await sync(world, []);
  expect(await refusal(prune(empty))).toBe("prune_too_large");
  expect(await liveOf(world)).toHaveLength(120);
  expect((await prune(empty, { force: true })).deleted).toBe(120);
  expect(await liveOf(world)).toEqual([]);
});

it("counts exactly what it deletes, whatever was deleted by hand meanwhile", async () => {
  const world = await entityHost();
  const { prune, rows, ann, named } = world;
  await sync(world, devices(200));
  await sync(world, devices(150));
  const last = await sync(world, devices(150));
  // Seen, and in the trash since: they hide as many of those that are gone from the count.
  for (const { _id, externalId } of await rows("entities"))
    if (/-(\d|1\d|2\d)$/.test(externalId))
      await ann.mutation(api.integrations.entities.delete, { ...named, entityId: _id });
  expect(await refusal(prune(last))).toBe("prune_too_large");
  expect(await liveOf(world)).toHaveLength(170);
  expect((await prune(last, { force: true })).deleted).toBe(50);
});

it("goes on as a job where it is larger than a transaction, and forgets what older runs have seen", async () => {
  const world = await entityHost();
  const { prune, rows, settle } = world;
  await sync(world, devices(1000));
  await sync(world, devices(300));
  const last = await sync(world, devices(300));
  const { deleted, hasMore, jobId } = await prune(last, { force: true });
  expect({ deleted, hasMore }).toEqual({ deleted: 200, hasMore: true });
  await settle();
  expect(await liveOf(world)).toHaveLength(300);
  const job = (await rows("scheduledJobs")).find(({ _id }) => _id === jobId);
  expect(job).toMatchObject({ status: "completed", result: { deleted: 700, isCut: false } });
  expect(await rows("entityCounts")).toMatchObject([{ live: 300 }]);
  for (let run = 0; run < 6; run++) await sync(world, devices(300));
  expect((await rows("syncSightings")).length).toBeLessThanOrEqual(3 * 2 + 2);
});

it("stops a job at what may be pruned unforced", async () => {
  const world = await entityHost();
  const { prune, rows, settle } = world;
  await sync(world, devices(1500));
  await sync(world, devices(1210));
  const { deleted, hasMore, jobId } = await prune(await sync(world, devices(1210)));
  expect({ deleted, hasMore }).toEqual({ deleted: 200, hasMore: true });
  // Some of those that were seen go by hand while the job waits: what may go stays what it was.
  await settle();
  const job = (await rows("scheduledJobs")).find(({ _id }) => _id === jobId);
  expect(job).toMatchObject({ status: "completed", result: { deleted: 290, isCut: false } });
});
