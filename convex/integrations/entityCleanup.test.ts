import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deleteCascading } from "../core/records/cascades";
import { systemWriter } from "../core/records/systemWriter";
import { enqueueJob } from "../jobs/queue";
import { devices, entityHost } from "./entities/entityHost.testing";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15) }));
afterEach(() => void vi.useRealTimers());

type Host = Awaited<ReturnType<typeof entityHost>>;

/** A twentieth of what Convex lets a transaction do: steps that fit in here do not grow with what they empty. */
const tight = {
  documentsRead: 2500,
  documentsWritten: 1500,
  databaseQueries: 2000,
  bytesRead: 2 << 20,
  bytesWritten: 2 << 20,
};

async function bring({ upsert }: Host, count: number) {
  for (let from = 0; from < count; from += 100) await upsert(devices(100, from));
}

/** Moves the data source to the trash, and enqueues what empties it. */
async function trashSource({ host, dataSourceId, organizationId }: Host) {
  await host.run(async (ctx) => {
    const now = Date.now();
    await ctx.db.patch("dataSources", dataSourceId, { deletedAt: now });
    const unscoped = systemWriter(ctx, { noun: "dataSource", action: "dataSource.delete", isAudited: false, now });
    const job = { organizationId, runner: "builtin", action: "entity.cleanup", payload: { dataSourceId } } as const;
    await enqueueJob({ unscoped, scheduler: ctx.scheduler, now }, job);
  });
}

it("empties a data source in the trash, in steps that do not grow with it", async () => {
  const world = await entityHost(tight);
  const { rows, settle } = world;
  await bring(world, 1000);
  await trashSource(world);
  await settle();
  const left = (await rows("entities")).filter(({ deletedAt }) => deletedAt === undefined);
  expect(left).toEqual([]);
  expect(await rows("entityCounts")).toMatchObject([{ live: 0 }]);
  expect(await rows("scheduledJobs")).toMatchObject([{ status: "completed", result: { deleted: 1000 } }]);
  const events = (await rows("eventLogs")).filter(({ eventType }) => eventType === "entity.deleted");
  expect(events).toHaveLength(1000);
});

it("stops once the data source is restored, and has its entities revived by the next upsert", async () => {
  const world = await entityHost();
  const { rows, settle, host, dataSourceId, upsert } = world;
  await bring(world, 300);
  await trashSource(world);
  await host.run(({ db }) => db.patch("dataSources", dataSourceId, { deletedAt: undefined }));
  await settle();
  expect((await rows("entities")).filter(({ deletedAt }) => deletedAt !== undefined)).toEqual([]);
  expect(await rows("scheduledJobs")).toMatchObject([{ status: "completed", result: { deleted: 0 } }]);
  await trashSource(world);
  await settle();
  await host.run(({ db }) => db.patch("dataSources", dataSourceId, { deletedAt: undefined }));
  expect((await upsert(devices(100))).counts).toMatchObject({ revived: 100 });
});

it("deletes a data source for good with all that it brought, a batch in each transaction, and leaves what others have", async () => {
  const world = await entityHost(tight);
  const { host, rows, settle, dataSourceId, organizationId, organizationOf } = world;
  await organizationOf("bob");
  await bring(world, 600);
  const [first, ...others] = await rows("entities");
  await host.run(async ({ db }) => {
    const stamps = { organizationId, relationshipType: "related", createdAt: 1, updatedAt: 1 };
    // One entity with more relationships than a batch has rows.
    for (const other of others.slice(0, 450))
      if (first)
        await db.insert("entityRelationships", { parentEntityId: first._id, childEntityId: other._id, ...stamps });
  });
  await host.run((ctx) => deleteCascading(ctx, "dataSources", dataSourceId, organizationId));
  const left = (await rows("entities")).length;
  expect(left).toBeGreaterThan(400);
  await settle();
  for (const table of ["entities", "entityPayloads", "entityRelationships", "entityCounts", "syncSightings"] as const)
    expect(await rows(table), table).toEqual([]);
  expect(await rows("dataSources")).toHaveLength(1);
});

it("goes on with the relationships of an entity that has thousands", async () => {
  const world = await entityHost();
  const { host, rows, settle, organizationId, ann, named } = world;
  await bring(world, 200);
  const [first, ...others] = await rows("entities");
  if (!first) throw new Error("There is no entity.");
  await host.run(async ({ db }) => {
    const stamps = { organizationId, createdAt: 1, updatedAt: 1 };
    for (const [at, { _id: other }] of others.entries())
      for (const relationshipType of ["a", "b"]) {
        const ends = at % 2 === 0 ? [first._id, other] : [other, first._id];
        const [parentEntityId = first._id, childEntityId = other] = ends;
        await db.insert("entityRelationships", { parentEntityId, childEntityId, relationshipType, ...stamps });
      }
  });
  const remove = makeFunctionReference<"mutation">("integrations/entities:delete");
  await ann.mutation(remove, { ...named, entityId: first._id });
  expect((await rows("entityRelationships")).length).toBe(198);
  await settle();
  expect(await rows("entityRelationships")).toEqual([]);
});
