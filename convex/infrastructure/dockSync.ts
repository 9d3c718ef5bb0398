import { jobAction, reportProgress } from "../core/operations/scheduledWork";
import { minuteMs } from "../core/wire/durations";
import { failureOf } from "../core/wire/errors";
import { AskedToWait, ProviderError } from "../core/wire/providerError";
import { OutboundRequests } from "../observability/outboundLog";
import { adapterOf } from "./adapters/registry";
import { keyFingerprintOf, loadReference, openDockKey } from "./docks/keys";
import { positionIn } from "./docks/syncPosition";
import { batchesOf, lossRefused, resourcesPerBatch } from "./docks/upserting";
import {
  beginReference,
  endReference,
  holdReference,
  markReference,
  missingReference,
  noteKeyReference,
  takeReference,
} from "./dockSyncWrites";
import type { DockAdapter, ProviderAccess, RateLimit } from "./adapters/adapter";
import type { HeldRun } from "./dockSyncWrites";
import type { SyncPosition } from "./docks/syncPosition";
import type { Missing } from "./docks/upserting";
import type { SyncOutcome } from "./docks/syncRuns";
import type { JobAction, JobActionResult } from "../core/operations/scheduledWork";
import type { ActionCtx } from "../_generated/server";
import type { ResourceTable } from "./tables";

/*
 * The job `dock.sync`: an action asks the provider, table by table and page by page, and mutations write what it brings, with where the job
 * goes on. What a run has seen lies beside it, so that a long sync goes on in another action, one that is told to wait goes on later, and one
 * that has ended with its process goes on behind the last page that was written.
 */

/** An action of Convex ends after ten minutes; one answer takes half a minute at most. */
const longestStepMs = 4 * minuteMs;
/** A provider that asks for longer ends the sync: its lock is not held for hours. */
const longestWaitMs = 10 * minuteMs;
/** What is waited for where a provider does not say how long. */
const usualWaitMs = minuteMs;

/** What one action reads, and how far it is. */
interface Reading {
  readonly ctx: ActionCtx;
  readonly job: JobAction;
  readonly of: HeldRun;
  readonly adapter: DockAdapter;
  readonly access: ProviderAccess;
  readonly confirmLoss: boolean;
  readonly endsAt: number;
  position: SyncPosition;
  /** What the provider last said of the key. */
  rateLimit?: RateLimit | undefined;
  /** Until when the key is to be left alone, as the last page that was written found it. */
  waitsUntil?: number | undefined;
}

/** The run is not this action's any more: the job was cancelled, or is another action's. */
class RunLost extends Error {}

/** The answer of a mutation of the run. @throws {RunLost} */
function held<Answer>(answer: Answer | null): Answer {
  if (answer === null) throw new RunLost();
  return answer;
}

/** Syncs a dock. Whatever its provider does ends the run, and the job has done what it was to do. */
export const run = jobAction(async (ctx, job) => {
  const { organizationId, jobId, lockToken, payload } = job;
  const of = {
    organizationId,
    jobId,
    lockToken,
    dockId: String(payload["dockId"]),
    syncRunId: String(payload["syncRunId"]),
  };
  const requests = new OutboundRequests();
  try {
    return await resultOf(ctx, job, of, requests);
  } catch (error) {
    if (error instanceof RunLost) return { error: "The sync was broken off.", isRetryable: false };
    throw error;
  } finally {
    await requests.keep(ctx, { organizationId, requestId: jobId });
  }
});

async function resultOf(
  ctx: ActionCtx,
  job: JobAction,
  of: HeldRun,
  requests: OutboundRequests,
): Promise<JobActionResult> {
  const progress: { position: SyncPosition; rateLimit?: RateLimit | undefined } = { position: positionIn(job.cursor) };
  let outcome: SyncOutcome;
  try {
    const access = await accessOf(ctx, of, requests);
    const reading: Reading = Object.assign(progress, {
      ctx,
      job,
      of,
      ...access,
      confirmLoss: job.payload["confirmLoss"] === true,
      endsAt: Date.now() + longestStepMs,
    });
    if (!progress.position.isProven) await proveKey(reading);
    if (!(await readTables(reading))) return { goesOnAt: Date.now(), cursor: JSON.stringify(progress.position) };
    const { problems } = progress.position;
    outcome = problems.length === 0 ? { status: "success" } : { status: "partial", message: problems.join(" ") };
  } catch (error) {
    const waits = error instanceof AskedToWait ? await waitingFor(ctx, of, error, progress.position) : undefined;
    if (waits) return waits;
    outcome = { status: "error", message: failureIn(error) };
  }
  const { status, message } = outcome;
  const said = message === undefined ? { status } : { status, message };
  const { rateLimit } = progress;
  held(await ctx.runMutation(endReference, { ...of, ...said, ...(rateLimit ? { rateLimit: { ...rateLimit } } : {}) }));
  return { result: said };
}

/** The adapter and the key of a run; nobody is asked while the provider wants to be left alone by the key. */
async function accessOf(
  ctx: ActionCtx,
  of: HeldRun,
  requests: OutboundRequests,
): Promise<Pick<Reading, "adapter" | "access">> {
  const { organizationId, dockId } = of;
  const dock = await ctx.runQuery(loadReference, { organizationId, dockId });
  const adapter = dock && adapterOf(dock.provider);
  if (!adapter) throw new ProviderError("The provider is not one of this deployment any more.", false);
  const { baseUrl } = dock;
  const apiKey = await openDockKey(ctx, dock);
  const keyFingerprint = await keyFingerprintOf(dock, apiKey);
  assertUnlimited(held(await ctx.runMutation(beginReference, { ...of, keyFingerprint })));
  return {
    adapter,
    access: { apiKey, send: requests.send, ...(baseUrl === undefined ? {} : { baseUrl }) },
  };
}

/** @throws {AskedToWait} where the key is to be left alone */
function assertUnlimited({ waitsUntil = 0 }: { readonly waitsUntil?: number | undefined }): void {
  if (waitsUntil > Date.now()) throw new AskedToWait("The provider asks to wait.", waitsUntil - Date.now());
}

/** Asks whose the key is; one of another account brings nothing. @throws {ProviderError} */
async function proveKey(reading: Reading): Promise<void> {
  const { ctx, of, adapter, access } = reading;
  const { accountId, rateLimit } = await adapter.validateCredentials(access);
  const key = {
    ...(accountId === undefined ? {} : { accountId }),
    ...(rateLimit ? { rateLimit: { ...rateLimit } } : {}),
  };
  const { isOfAccount } = held(await ctx.runMutation(noteKeyReference, { ...of, ...key }));
  if (!isOfAccount) throw new ProviderError("The key is of another account than the one that was synced.", false);
  reading.position = { ...reading.position, isProven: true, waitedAt: undefined };
}

/** Reads the tables that were asked for, from where the sync is; false where another action goes on. */
async function readTables(reading: Reading): Promise<boolean> {
  const { ctx, job, adapter } = reading;
  const { resourceTables: asked } = job.payload;
  const tables = adapter.resourceTables.filter((table) => !Array.isArray(asked) || asked.includes(table));
  for (let table = tables[reading.position.table]; table; table = tables[reading.position.table]) {
    if (Date.now() >= reading.endsAt) return false;
    const problem = await readTable(reading, table);
    if (problem === "goesOn") return false;
    const { table: at, problems } = reading.position;
    const all = [...problems, ...(problem ? [problem.says] : [])];
    reading.position = { table: at + 1, problems: all, isProven: true };
    if (!(await reportProgress(ctx, job, { cursor: JSON.stringify(reading.position) }))) throw new RunLost();
  }
  return true;
}

/** Reads a table to its end and then looks for what it has missed; answers why that is not all done, or that another action goes on. */
async function readTable(
  reading: Reading,
  table: ResourceTable,
): Promise<"goesOn" | { readonly says: string } | undefined> {
  const { adapter, access, confirmLoss } = reading;
  assertUnlimited(reading);
  const pages = adapter.fetch(access, table, reading.position.from);
  let page = await pages.next();
  for (; page.done !== true; page = await pages.next()) {
    const { rows, rateLimit, next } = page.value;
    reading.rateLimit = rateLimit ?? reading.rateLimit;
    const batches = batchesOf(rows);
    for (const [at, batch] of batches.entries()) {
      if (at === batches.length - 1 && next !== undefined)
        reading.position = { ...reading.position, from: next, waitedAt: undefined };
      reading.waitsUntil = (await takeBatch(reading, table, batch, rateLimit)).waitsUntil;
    }
    // Behind the last page nobody is asked any more.
    if (next !== undefined) assertUnlimited(reading);
    if (next !== undefined && Date.now() >= reading.endsAt) return "goesOn";
  }
  const { complete, isUnlisted = false, why = "It was not read to its end.", count = 0 } = page.value;
  if (isUnlisted) return undefined;
  if (!complete) return { says: `The list of ${table} is not whole: nothing is taken for gone. ${why}` };
  const missing = await missingOf(reading, table);
  // One that went on in another action has seen as many as there are, or not all.
  if (missing.seen < count)
    return { says: `The list of ${table} changed while it was read: nothing is taken for gone.` };
  const refused = confirmLoss ? undefined : lossRefused(missing, table);
  await markAll(reading, table, missing.first, false);
  if (refused !== undefined) return { says: refused };
  await markAll(reading, table, missing.again, true);
  return undefined;
}

async function takeBatch(
  { ctx, of, position }: Reading,
  table: ResourceTable,
  batch: ReturnType<typeof batchesOf>[number],
  rateLimit: RateLimit | undefined,
) {
  const found = batch.map(({ details, ...each }) => ({ ...each, ...(details ? { details: { ...details } } : {}) }));
  const limits = rateLimit ? { rateLimit: { ...rateLimit } } : {};
  const cursor = JSON.stringify(position);
  return held(await ctx.runMutation(takeReference, { ...of, table, found, cursor, ...limits }));
}

async function missingOf({ ctx, of }: Reading, table: ResourceTable): Promise<Missing & { readonly seen: number }> {
  const first: string[] = [];
  const again: string[] = [];
  let [live, seen] = [0, 0];
  let after: string | null = null;
  do {
    const page: Missing & { readonly seen: number; readonly after: string | null } = held(
      await ctx.runMutation(missingReference, { ...of, table, after }),
    );
    ({ seen } = page);
    live += page.live;
    first.push(...page.first);
    again.push(...page.again);
    ({ after } = page);
  } while (after !== null);
  return { live, seen, first, again };
}

async function markAll({ ctx, of }: Reading, table: ResourceTable, ids: readonly string[], isGone: boolean) {
  for (let from = 0; from < ids.length; from += resourcesPerBatch) {
    const batch = ids.slice(from, from + resourcesPerBatch);
    held(await ctx.runMutation(markReference, { ...of, table, ids: batch, isGone }));
  }
}

/**
 * Has the key left alone as its provider asks. Answers that the sync goes on then; undefined where that is too far off, or where it has
 * waited at the same place before, so that no sync waits without end.
 */
async function waitingFor(
  ctx: ActionCtx,
  of: HeldRun,
  { retryAfterMs = usualWaitMs }: AskedToWait,
  { waitedAt, ...place }: SyncPosition,
): Promise<JobActionResult | undefined> {
  const until = Date.now() + retryAfterMs;
  held(await ctx.runMutation(holdReference, { ...of, until }));
  const at = `${place.table}:${place.from ?? ""}`;
  if (retryAfterMs > longestWaitMs || waitedAt === at) return undefined;
  return { goesOnAt: until, cursor: JSON.stringify({ ...place, waitedAt: at }) };
}

/** A failure in words for people; a fault of ours is thrown on, whose words may be the provider's: the runner tries again. */
function failureIn(error: unknown): string {
  if (error instanceof ProviderError) return error.message;
  const { problem } = failureOf(error);
  if (!problem) throw error;
  return problem.detail;
}
