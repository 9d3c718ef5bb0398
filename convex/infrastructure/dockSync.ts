import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalAction, internalMutation, internalQuery } from "../_generated/server";
import { UnscopedReader } from "../core/records/reader";
import { systemWriter } from "../core/records/systemWriter";
import { failureOf } from "../core/wire/errors";
import { CredentialsRefused, ProviderError } from "../core/wire/providerError";
import { addSyncCounts, getSyncRun } from "../jobs/syncRuns";
import { adapterOf } from "./adapters/registry";
import { loadReference, openDockKey } from "./docks/keys";
import { rateLimitFields } from "./docks/rules";
import { endSync } from "./docks/syncRuns";
import {
  batchesOf,
  lossRefused,
  markResources,
  missingAmong,
  noteOf,
  resourcesPerBatch,
  upsertResources,
} from "./docks/upserting";
import type { DockAdapter, ProviderAccess } from "./adapters/adapter";
import type { SyncOutcome, SyncTask } from "./docks/syncRuns";
import type { ActionCtx, MutationCtx } from "../_generated/server";
import type { Doc } from "../_generated/dataModel";
import type { Infer, ObjectType } from "convex/values";
import type { ResourceTable } from "./tables";

/*
 * A sync of a dock: an action asks the provider, table by table and page by page, and mutations write what it brings. It runs at most once:
 * what ended with its process is ended by `dockUpkeep.releaseStale`, and the next sync begins anew. Each mutation asks whether its run still
 * runs, so that an action which was taken for dead writes nothing beside the one after it.
 */

const tableName = v.union(v.literal("servers"), v.literal("webServices"), v.literal("domains"), v.literal("databases"));
const runArguments = { organizationId: v.id("organizations"), dockId: v.id("docks"), syncRunId: v.id("syncHistory") };
const rateLimit = v.object({
  remaining: v.optional(v.number()),
  limit: v.optional(v.number()),
  resetAt: v.optional(v.number()),
});
const resource = v.object({
  providerResourceId: v.string(),
  name: v.string(),
  status: v.string(),
  details: v.optional(v.record(v.string(), v.union(v.string(), v.number()))),
  fullApiData: v.optional(v.string()),
});

/** The adapter and the key of a run. */
type Provider = { readonly adapter: DockAdapter; readonly access: ProviderAccess };
type Run = ObjectType<typeof runArguments>;

/** Reads the provider of a dock, and ends the run whatever comes of it. */
export const run = internalAction({
  args: { ...runArguments, tables: v.optional(v.array(tableName)), confirmLoss: v.boolean() },
  returns: v.null(),
  handler: async (ctx, task) => {
    const { organizationId, dockId, syncRunId } = task;
    const outcome = await outcomeOf(ctx, task);
    await ctx.runMutation(endReference, { organizationId, dockId, syncRunId, ...outcome });
    return null;
  },
});

async function outcomeOf(ctx: ActionCtx, task: SyncTask): Promise<Infer<typeof outcome>> {
  const { organizationId, dockId, syncRunId, tables, confirmLoss } = task;
  try {
    const dock = await ctx.runQuery(loadReference, { organizationId, dockId });
    const adapter = dock && adapterOf(dock.provider);
    if (!adapter) throw new ProviderError("The provider is not one of this deployment any more.", false);
    const { baseUrl } = dock;
    const access = { apiKey: await openDockKey(ctx, dock), ...(baseUrl === undefined ? {} : { baseUrl }) };
    const { accountId, rateLimit: limits } = await adapter.validateCredentials(access);
    const key = { ...(accountId === undefined ? {} : { accountId }), ...(limits ? { rateLimit: limits } : {}) };
    await ctx.runMutation(noteKeyReference, { organizationId, dockId, syncRunId, ...key });
    const problems: string[] = [];
    for (const table of adapter.resourceTables)
      if (!tables || tables.includes(table))
        problems.push(
          ...(await readTable(ctx, { organizationId, dockId, syncRunId }, { adapter, access }, table, confirmLoss)),
        );
    return problems.length === 0 ? { status: "success" } : { status: "partial", message: problems.join(" ") };
  } catch (error) {
    if (error instanceof ProviderError) return { status: "error", message: error.message };
    // What a fault of ours says may hold what the provider wrote.
    const { problem } = failureOf(error);
    return { status: "error", message: problem ? problem.detail : "The sync failed in this deployment." };
  }
}

/** Reads one table to its end and then looks for what it has missed; answers why that is not all done. */
async function readTable(
  ctx: ActionCtx,
  of: Run,
  { adapter, access }: Provider,
  table: ResourceTable,
  confirmLoss: boolean,
): Promise<readonly string[]> {
  const seen = new Set<string>();
  const pages = adapter.fetch(access, table);
  let next = await pages.next();
  for (; next.done !== true; next = await pages.next()) {
    const { rows, rateLimit: limits } = next.value;
    for (const { providerResourceId } of rows) seen.add(providerResourceId);
    for (const batch of batchesOf(rows)) {
      const found = batch.map(({ details, ...each }) => ({ ...each, ...(details ? { details: { ...details } } : {}) }));
      await ctx.runMutation(takeReference, { ...of, table, found, ...(limits ? { rateLimit: { ...limits } } : {}) });
    }
  }
  if (next.value.isUnlisted === true) return [];
  const { complete, why = "It was not read to its end." } = next.value;
  if (!complete) return [`The list of ${table} is not whole: nothing is taken for gone. ${why}`];
  const missing = await missingOf(ctx, of, table, seen);
  const refused = confirmLoss ? undefined : lossRefused(missing, table);
  await markAll(ctx, of, table, missing.first, false);
  if (refused !== undefined) return [refused];
  await markAll(ctx, of, table, missing.again, true);
  return [];
}

async function missingOf(ctx: ActionCtx, { organizationId, dockId }: Run, table: ResourceTable, seen: Set<string>) {
  const first: string[] = [];
  const again: string[] = [];
  let live = 0;
  let cursor: string | null = null;
  do {
    const page: Infer<typeof livePage> = await ctx.runQuery(liveReference, { organizationId, dockId, table, cursor });
    const missing = missingAmong(page.rows, seen);
    live += missing.live;
    first.push(...missing.first);
    again.push(...missing.again);
    ({ cursor } = page);
  } while (cursor !== null);
  return { live, first, again };
}

async function markAll(ctx: ActionCtx, of: Run, table: ResourceTable, ids: readonly string[], isGone: boolean) {
  for (let from = 0; from < ids.length; from += resourcesPerBatch)
    await ctx.runMutation(markReference, { ...of, table, ids: ids.slice(from, from + resourcesPerBatch), isGone });
}

const livePage = v.object({
  rows: v.array(
    v.object({
      _id: v.union(v.id("servers"), v.id("webServices"), v.id("domains"), v.id("databases")),
      providerResourceId: v.string(),
      missingSince: v.optional(v.number()),
    }),
  ),
  cursor: v.union(v.string(), v.null()),
});
const liveArguments = {
  organizationId: v.id("organizations"),
  dockId: v.id("docks"),
  table: tableName,
  cursor: v.union(v.string(), v.null()),
};
const liveReference = makeFunctionReference<"query", ObjectType<typeof liveArguments>, Infer<typeof livePage>>(
  "infrastructure/dockSync:live",
);

/** A page of the rows of a table that a dock has brought and that are not in the trash. */
export const live = internalQuery({
  args: liveArguments,
  returns: livePage,
  handler: async (ctx, { organizationId, dockId, table, cursor }) => {
    const { page, isDone, continueCursor } = await new UnscopedReader(ctx)
      .query(table)
      .withIndex("by_organizationId_and_deletedAt_and_dockId", (q) =>
        q.eq("organizationId", organizationId).eq("deletedAt", undefined).eq("dockId", dockId),
      )
      .paginate({ cursor, numItems: 500 });
    const rows = page.map(({ _id, providerResourceId, missingSince }) => ({
      _id,
      providerResourceId,
      ...(missingSince === undefined ? {} : { missingSince }),
    }));
    return { rows, cursor: isDone ? null : continueCursor };
  },
});

const keyArguments = { ...runArguments, accountId: v.optional(v.string()), rateLimit: v.optional(rateLimit) };
const noteKeyReference = makeFunctionReference<"mutation", ObjectType<typeof keyArguments>, null>(
  "infrastructure/dockSync:noteKey",
);

/** Notes the account of the key, the first time; the key of another account brings nothing. */
export const noteKey = internalMutation({
  args: keyArguments,
  returns: v.null(),
  handler: async (ctx, { accountId, rateLimit: limits, ...of }) => {
    const work = await workOn(ctx, of);
    const { dock } = work;
    const { providerAccountId = accountId } = dock;
    if (providerAccountId !== accountId)
      throw new CredentialsRefused("The key is of another account than the one that was synced.");
    const isKnown = dock.providerAccountId === providerAccountId;
    if (isKnown && !limits) return null;
    await noteOf(work, dock, { ...(limits ? rateLimitFields(limits) : {}), providerAccountId });
    return null;
  },
});

const takeArguments = { ...runArguments, table: tableName, found: v.array(resource), rateLimit: v.optional(rateLimit) };
const takeReference = makeFunctionReference<"mutation", ObjectType<typeof takeArguments>, null>(
  "infrastructure/dockSync:take",
);

/** Writes a batch of what the provider lists. */
export const take = internalMutation({
  args: takeArguments,
  returns: v.null(),
  handler: async (ctx, { table, found, rateLimit: limits, ...of }) => {
    const work = await workOn(ctx, of);
    const counts = await upsertResources(work, work.dock, table, found);
    await addSyncCounts(work, of.syncRunId, table, counts);
    if (limits) await noteOf(work, work.dock, rateLimitFields(limits));
    return null;
  },
});

const markArguments = { ...runArguments, table: tableName, ids: v.array(v.string()), isGone: v.boolean() };
const markReference = makeFunctionReference<"mutation", ObjectType<typeof markArguments>, null>(
  "infrastructure/dockSync:mark",
);

/** Notes that rows were missed for the first time, or moves those to the trash that are gone. */
export const mark = internalMutation({
  args: markArguments,
  returns: v.null(),
  handler: async (ctx, { table, ids, isGone, ...of }) => {
    const work = await workOn(ctx, of);
    const deleted = await markResources(work, table, ids, isGone ? undefined : work.syncRun.startedAt);
    await addSyncCounts(work, of.syncRunId, table, { deleted });
    return null;
  },
});

const outcome = v.object({
  status: v.union(v.literal("success"), v.literal("partial"), v.literal("error")),
  message: v.optional(v.string()),
});
const endArguments = { ...runArguments, ...outcome.fields };
const endReference = makeFunctionReference<"mutation", ObjectType<typeof endArguments>, null>(
  "infrastructure/dockSync:end",
);

/** Ends a run, unless it was ended meanwhile. */
export const end = internalMutation({
  args: endArguments,
  returns: v.null(),
  handler: async (ctx, { status, message, ...of }) => {
    const work = await runningWork(ctx, of);
    const ended: SyncOutcome = { status, message: message?.slice(0, 1000) };
    if (work) await endSync(work, work.organization, work.dock, ended);
    return null;
  },
});

/** What a transaction of a run works with; null once the run has ended, or its dock is gone. */
async function runningWork(ctx: MutationCtx, { organizationId, dockId, syncRunId }: Run) {
  const now = Date.now();
  const unscoped = systemWriter(ctx, { noun: "dock", action: "dock.sync", isAudited: false, now });
  const organization = await unscoped.get("organizations", organizationId);
  if (!organization) return null;
  const db = unscoped.within(organization);
  const dock: Doc<"docks"> | null = await db.get("docks", dockId);
  const syncRun = await getSyncRun({ unscoped, db }, syncRunId);
  if (!dock || dock.deletedAt !== undefined || syncRun?.status !== "running") return null;
  return { db, unscoped, scheduler: ctx.scheduler, now, organization, dock, syncRun };
}

async function workOn(ctx: MutationCtx, of: Run) {
  const work = await runningWork(ctx, of);
  if (!work) throw new Error("The run has ended.");
  return work;
}
