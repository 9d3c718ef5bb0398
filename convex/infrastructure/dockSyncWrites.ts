import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { reportProgress } from "../core/operations/scheduledWork";
import { systemWriter } from "../core/records/systemWriter";
import { noteSeen, seenSince } from "../jobs/sightings";
import { addSyncCounts, getSyncRun } from "../jobs/syncRuns";
import { limitedUntil } from "./docks/rules";
import { holdKey, keyLimitedUntil, noteLimits } from "./docks/sharedLimits";
import { endSync } from "./docks/syncRuns";
import { markResources, missingAmong, upsertResources } from "./docks/upserting";
import type { MutationCtx } from "../_generated/server";
import type { Infer, ObjectType } from "convex/values";

/*
 * What the action that syncs a dock writes: each of these is a transaction that first shows that the job is still that action's. One that
 * was taken for dead, or was cancelled, gets null and has written nothing.
 */

const tableName = v.union(v.literal("servers"), v.literal("webServices"), v.literal("domains"), v.literal("databases"));
const runArguments = {
  organizationId: v.id("organizations"),
  jobId: v.string(),
  lockToken: v.string(),
  dockId: v.string(),
  syncRunId: v.string(),
};
/** Which run of which dock an action works on, and what shows that it does. */
export type HeldRun = ObjectType<typeof runArguments>;

const rateLimit = v.object({
  remaining: v.optional(v.number()),
  limit: v.optional(v.number()),
  resetAt: v.optional(v.number()),
});
const limitedKey = v.object({ waitsUntil: v.optional(v.number()) });

const beginArguments = { ...runArguments, keyFingerprint: v.string() };
export const beginReference = makeFunctionReference<
  "mutation",
  ObjectType<typeof beginArguments>,
  Infer<typeof limitedKey> | null
>("infrastructure/dockSyncWrites:begin");

/** Notes by which key a dock is synced, and learns until when its provider wants to be left alone by it. */
export const begin = internalMutation({
  args: beginArguments,
  returns: v.union(limitedKey, v.null()),
  handler: async (ctx, { keyFingerprint, ...of }) => {
    const work = await heldWork(ctx, of);
    if (!work) return null;
    const { db, dock, now } = work;
    const waitsUntil = await keyLimitedUntil(db, keyFingerprint, now);
    if (dock.keyFingerprint !== keyFingerprint) await db.touch("docks", dock, { keyFingerprint });
    if (waitsUntil === undefined) return {};
    await holdKey(work, keyFingerprint, waitsUntil);
    return { waitsUntil };
  },
});

const keyArguments = { ...runArguments, accountId: v.optional(v.string()), rateLimit: v.optional(rateLimit) };
const knownKey = v.object({ isOfAccount: v.boolean() });
export const noteKeyReference = makeFunctionReference<
  "mutation",
  ObjectType<typeof keyArguments>,
  Infer<typeof knownKey> | null
>("infrastructure/dockSyncWrites:noteKey");

/** Notes the account of the key, the first time, and tells whether it is still of that one. */
export const noteKey = internalMutation({
  args: keyArguments,
  returns: v.union(knownKey, v.null()),
  handler: async (ctx, { accountId, rateLimit: limits, ...of }) => {
    const work = await heldWork(ctx, of);
    if (!work) return null;
    const { db, dock } = work;
    const { providerAccountId = accountId, keyFingerprint } = dock;
    if (providerAccountId !== accountId) return { isOfAccount: false };
    if (dock.providerAccountId !== providerAccountId) await db.patch("docks", dock, { providerAccountId });
    if (limits && keyFingerprint !== undefined) await noteLimits(work, keyFingerprint, limits);
    return { isOfAccount: true };
  },
});

const resource = v.object({
  providerResourceId: v.string(),
  name: v.string(),
  status: v.string(),
  details: v.optional(v.record(v.string(), v.union(v.string(), v.number()))),
  fullApiData: v.optional(v.string()),
});
const takeArguments = {
  ...runArguments,
  table: tableName,
  found: v.array(resource),
  rateLimit: v.optional(rateLimit),
  /** Where the job goes on once these are written. */
  cursor: v.string(),
};
export const takeReference = makeFunctionReference<
  "mutation",
  ObjectType<typeof takeArguments>,
  Infer<typeof limitedKey> | null
>("infrastructure/dockSyncWrites:take");

/** Writes a batch of what the provider lists, and where its job goes on behind it. */
export const take = internalMutation({
  args: takeArguments,
  returns: v.union(limitedKey, v.null()),
  handler: async (ctx, { table, found, rateLimit: limits, cursor, ...of }) => {
    const work = await heldWork(ctx, of, { cursor, progress: { resourceTable: table } });
    if (!work) return null;
    const { db, dock, syncRun, now } = work;
    const { keyFingerprint } = dock;
    const { counts, seen } = await upsertResources(work, dock, table, found);
    await noteSeen(work, { dockId: dock._id, type: table }, syncRun, seen, syncRun.startedAt);
    await addSyncCounts(work, syncRun._id, table, counts);
    // Written at the end otherwise: each page says it anew.
    if (limits?.remaining === 0 && keyFingerprint !== undefined) await noteLimits(work, keyFingerprint, limits);
    const waitsUntil = limitedUntil((await db.get("docks", dock._id)) ?? dock, now);
    return waitsUntil === undefined ? {} : { waitsUntil };
  },
});

/** Rows looked at in one transaction. */
const rowsPerPage = 500;
const missingArguments = { ...runArguments, table: tableName, after: v.union(v.string(), v.null()) };
const missingPage = v.object({
  /** How many rows the run has seen, on whichever page they are. */
  seen: v.number(),
  live: v.number(),
  first: v.array(v.string()),
  again: v.array(v.string()),
  after: v.union(v.string(), v.null()),
});
export const missingReference = makeFunctionReference<
  "mutation",
  ObjectType<typeof missingArguments>,
  Infer<typeof missingPage> | null
>("infrastructure/dockSyncWrites:missing");

/** Looks through a page of the rows of a table that a dock has brought for those that its run has not seen. */
export const missing = internalMutation({
  args: missingArguments,
  returns: v.union(missingPage, v.null()),
  handler: async (ctx, { table, after, ...of }) => {
    const work = await heldWork(ctx, of);
    if (!work) return null;
    const { db, dock, syncRun } = work;
    const seen = await seenSince(db, { dockId: dock._id, type: table }, syncRun.startedAt);
    const { page, isDone, continueCursor } = await db
      .index(table, "by_organizationId_and_deletedAt_and_dockId", (q) =>
        q.eq("deletedAt", undefined).eq("dockId", dock._id),
      )
      .paginate({ cursor: after, numItems: rowsPerPage });
    const { live, first, again } = missingAmong(page, seen, syncRun);
    const found = { first: [...first], again: [...again] };
    return { seen: seen.size, live, ...found, after: isDone ? null : continueCursor };
  },
});

const markArguments = { ...runArguments, table: tableName, ids: v.array(v.string()), isGone: v.boolean() };
export const markReference = makeFunctionReference<"mutation", ObjectType<typeof markArguments>, true | null>(
  "infrastructure/dockSyncWrites:mark",
);

/** Notes that rows were missed for the first time, or moves those to the trash that are gone. */
export const mark = internalMutation({
  args: markArguments,
  returns: v.union(v.literal(true), v.null()),
  handler: async (ctx, { table, ids, isGone, ...of }) => {
    const work = await heldWork(ctx, of);
    if (!work) return null;
    const { syncRun } = work;
    const deleted = await markResources(work, table, ids, isGone ? undefined : syncRun.startedAt);
    if (isGone) await addSyncCounts(work, syncRun._id, table, { deleted });
    return true;
  },
});

const holdArguments = { ...runArguments, until: v.number() };
export const holdReference = makeFunctionReference<"mutation", ObjectType<typeof holdArguments>, true | null>(
  "infrastructure/dockSyncWrites:hold",
);

/** Has the key left alone until an instant, by all docks that have it. */
export const hold = internalMutation({
  args: holdArguments,
  returns: v.union(v.literal(true), v.null()),
  handler: async (ctx, { until, ...of }) => {
    const work = await heldWork(ctx, of);
    if (!work) return null;
    const { keyFingerprint } = work.dock;
    if (keyFingerprint !== undefined) await holdKey(work, keyFingerprint, until);
    return true;
  },
});

const endArguments = {
  ...runArguments,
  status: v.union(v.literal("success"), v.literal("partial"), v.literal("error")),
  message: v.optional(v.string()),
  rateLimit: v.optional(rateLimit),
};
export const endReference = makeFunctionReference<"mutation", ObjectType<typeof endArguments>, true | null>(
  "infrastructure/dockSyncWrites:end",
);

/** Ends a run, with what the provider last said of the key. */
export const end = internalMutation({
  args: endArguments,
  returns: v.union(v.literal(true), v.null()),
  handler: async (ctx, { status, message, rateLimit: limits, ...of }) => {
    const work = await heldWork(ctx, of);
    if (!work) return null;
    const { db, dock, organization } = work;
    const { keyFingerprint } = dock;
    if (limits && keyFingerprint !== undefined) await noteLimits(work, keyFingerprint, limits);
    const present = (await db.get("docks", dock._id)) ?? dock;
    await endSync(work, organization, present, { status, message: message?.slice(0, 1000) });
    return true;
  },
});

/** What a transaction of a run works with; null where the job is another's by now, the run has ended, or its dock is gone. */
async function heldWork(
  ctx: MutationCtx,
  { organizationId, dockId, syncRunId, ...held }: HeldRun,
  saved: Parameters<typeof reportProgress>[2] = {},
) {
  if (!(await reportProgress(ctx, held, saved))) return null;
  const now = Date.now();
  const unscoped = systemWriter(ctx, { noun: "dock", action: "dock.sync", isAudited: false, now });
  const organization = await unscoped.get("organizations", organizationId);
  if (!organization) return null;
  const db = unscoped.within(organization);
  const dock = await db.get("docks", dockId);
  const syncRun = await getSyncRun({ unscoped, db }, syncRunId);
  if (!dock || dock.deletedAt !== undefined || syncRun?.status !== "running") return null;
  return { db, unscoped, scheduler: ctx.scheduler, now, organization, dock, syncRun };
}
