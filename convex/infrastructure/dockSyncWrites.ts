import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { reportProgress } from "../core/operations/scheduledWork";
import { systemWriter } from "../core/records/systemWriter";
import { getSyncRun } from "../jobs/syncRuns";
import { beginReading, endReading, holdRunKey, markBatch, missingPage, noteAccount, takeBatch } from "./docks/reading";
import type { RunWork } from "./docks/reading";
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
    return work && beginReading(work, keyFingerprint);
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
    return work && { isOfAccount: await noteAccount(work, accountId, limits) };
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
    return work && takeBatch(work, table, found, limits);
  },
});

const missingArguments = { ...runArguments, table: tableName, after: v.union(v.string(), v.null()) };
const missingRows = v.object({
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
  Infer<typeof missingRows> | null
>("infrastructure/dockSyncWrites:missing");

/** Looks through a page of the rows of a table that a dock has brought for those that its run has not seen. */
export const missing = internalMutation({
  args: missingArguments,
  returns: v.union(missingRows, v.null()),
  handler: async (ctx, { table, after, ...of }) => {
    const work = await heldWork(ctx, of);
    if (!work) return null;
    const { first, again, ...page } = await missingPage(work, table, after);
    return { ...page, first: [...first], again: [...again] };
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
    await markBatch(work, table, ids, isGone);
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
    await holdRunKey(work, until);
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
    await endReading(work, { status, message }, limits);
    return true;
  },
});

/** What a transaction of a run works with; null where the job is another's by now, the run has ended, or its dock is gone. */
async function heldWork(
  ctx: MutationCtx,
  { organizationId, dockId, syncRunId, ...held }: HeldRun,
  saved: Parameters<typeof reportProgress>[2] = {},
): Promise<RunWork | null> {
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
