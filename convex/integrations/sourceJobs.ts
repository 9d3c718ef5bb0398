import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { jobAction, reportProgress } from "../core/operations/scheduledWork";
import { openSecret } from "../core/records/sealedSecrets";
import { UnscopedReader } from "../core/records/reader";
import { systemWriter } from "../core/records/systemWriter";
import { definedOf } from "../core/records/documents";
import { lazily } from "../core/operations/once";
import { text } from "../core/schema/fields";
import { failureOf } from "../core/wire/errors";
import { asSealed, sealedValidator } from "../core/wire/sealed";
import { ProviderError } from "../core/wire/providerError";
import { OutboundRequests } from "../observability/outboundLog";
import { firstPage, pagesOf } from "./adapters/reading";
import { adapters } from "./adapters/registry";
import { assertConfig, callsLeft } from "./dataSources/rules";
import { entityItem } from "./entities/upserting";
import { beginRun, countCalls, endRun, noteTested, takePage } from "./dataSources/runs";
import { adapterNames } from "./tables";
import type { Adapter, ProviderItem } from "./adapters/adapter";
import type { ProviderClient } from "../core/wire/providerClient";
import type { ReadingProgress } from "./adapters/reading";
import type { SourceWork } from "./dataSources/runs";
import type { JobAction, JobActionResult } from "../core/operations/scheduledWork";
import type { ActionCtx, MutationCtx } from "../_generated/server";
import type { Infer, ObjectType } from "convex/values";

/*
 * The jobs that ask providers: `dataSource.test`, and `sync.<type>` of integrations that have an adapter. An action asks, page by page;
 * mutations write what it brings. What ended with its process goes on behind the last page that was written.
 */

const maximumErrorCharacters = 1000;

const loaded = v.object({
  organizationId: v.id("organizations"),
  dataSourceId: v.id("dataSources"),
  config: v.record(v.string(), v.any()),
  sealed: v.optional(sealedValidator),
  adapter: v.optional(v.union(...adapterNames.map((name) => v.literal(name)))),
  configSchema: v.optional(v.record(v.string(), v.any())),
  isActive: v.boolean(),
  calls: v.number(),
  moreCallsAt: v.number(),
});
type Loaded = Infer<typeof loaded>;

const loadReference = makeFunctionReference<"query", { dataSourceId: string }, Loaded | null>(
  "integrations/sourceJobs:load",
);
const noteTestReference = makeFunctionReference<"mutation", ObjectType<typeof testOutcome>, null>(
  "integrations/sourceJobs:noteTest",
);
const noteCallsReference = makeFunctionReference<"mutation", { dataSourceId: string; calls: number }, null>(
  "integrations/sourceJobs:noteCalls",
);

/** What a job needs to know of its data source; nothing of one that is in the trash or gone. */
export const load = internalQuery({
  args: { dataSourceId: v.string() },
  returns: v.union(loaded, v.null()),
  handler: async (ctx, { dataSourceId }) => {
    const reader = new UnscopedReader(ctx);
    const source = await reader.get("dataSources", dataSourceId);
    const integration = source && (await reader.get("integrations", source.integrationId));
    if (!integration || source.deletedAt !== undefined) return null;
    const { calls, moreAt } = callsLeft(source, Date.now());
    const { organizationId, config, encryptedCredentials } = source;
    const { adapter, configSchema, isActive } = integration;
    return {
      organizationId,
      dataSourceId: source._id,
      config,
      isActive,
      calls,
      moreCallsAt: moreAt,
      ...(encryptedCredentials ? { sealed: asSealed(encryptedCredentials) } : {}),
      ...(adapter === undefined ? {} : { adapter }),
      ...(configSchema === undefined ? {} : { configSchema }),
    };
  },
});

const gone: JobActionResult = { error: "The data source is gone.", isRetryable: false };

/** A failure in words for people; whatever is none of the provider's or the deployment's refusals is thrown on. */
function failureIn(error: unknown): {
  readonly message: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs?: number;
} {
  if (error instanceof ProviderError) {
    const { message, isRetryable, retryAfterMs } = error;
    return { message, isRetryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  const { problem } = failureOf(error);
  if (!problem) throw error;
  return { message: problem.detail, isRetryable: problem.status >= 500 };
}

async function credentialsOf(
  ctx: ActionCtx,
  { organizationId, dataSourceId, sealed }: Loaded,
): Promise<Record<string, unknown>> {
  if (!sealed) throw new ProviderError("The data source has no credentials.", false);
  const plaintext = await openSecret(ctx, { table: "dataSources", organizationId, recordId: dataSourceId, sealed });
  return { ...Object(JSON.parse(plaintext)) };
}

/** Tests a data source: the job itself has done what it was to do, whatever it has found. */
export const test = jobAction(async (ctx, { dataSourceId = "", jobId }) => {
  const source = await ctx.runQuery(loadReference, { dataSourceId });
  if (!source) return gone;
  const startedAtMs = performance.now();
  let error: string | undefined;
  let calls = 0;
  const requests = new OutboundRequests();
  try {
    const credentials = await credentialsOf(ctx, source);
    assertConfig(source, source.config);
    const adapter = source.adapter && adapters[source.adapter];
    if (adapter) {
      const client = adapter.connect({
        config: source.config,
        credentials,
        maximumCalls: source.calls,
        send: requests.send,
      });
      try {
        await adapter.test(client);
      } finally {
        ({ calls } = client);
      }
    }
  } catch (thrown) {
    error = failureIn(thrown).message.slice(0, maximumErrorCharacters);
  }
  const latencyMs = Math.round(performance.now() - startedAtMs);
  await requests.keep(ctx, { organizationId: source.organizationId, requestId: jobId });
  await ctx.runMutation(noteTestReference, {
    dataSourceId,
    calls,
    latencyMs,
    ...(error === undefined ? {} : { error }),
  });
  const isProviderAsked = source.adapter !== undefined;
  return { result: { isWorking: error === undefined, isProviderAsked, ...(error === undefined ? {} : { error }) } };
});

const testOutcome = {
  dataSourceId: v.string(),
  calls: v.number(),
  latencyMs: v.number(),
  error: v.optional(v.string()),
};

/** Notes how a test went: on the data source, whose state follows it, and in its health. */
export const noteTest = internalMutation({
  args: testOutcome,
  returns: v.null(),
  handler: async (ctx, { dataSourceId, ...outcome }) => {
    const work = await workOn(ctx, dataSourceId, "dataSource.test");
    if (work) await noteTested(work, outcome);
    return null;
  },
});

/** What a sync was asked for with, as its job's payload has it. */
function requestOf({ action, payload }: JobAction) {
  const { trigger, triggeredBy, isFull } = payload;
  return {
    type: action.slice("sync.".length),
    trigger: trigger === "scheduled" ? ("scheduled" as const) : ("manual" as const),
    ...(typeof triggeredBy === "string" ? { triggeredBy } : {}),
    isFull: isFull === true,
  };
}

/** Where a sync goes on: in the same run, with the same question. */
interface Position {
  readonly syncRunId: string;
  readonly changedSince?: string | undefined;
  readonly progress: ReadingProgress;
}

/** Syncs one type of a data source whose integration has an adapter. */
export const sync = jobAction(async (ctx, job) => {
  const { dataSourceId = "", cursor } = job;
  const source = await ctx.runQuery(loadReference, { dataSourceId });
  if (!source) return gone;
  const adapter = source.adapter && adapters[source.adapter];
  if (!adapter || !source.isActive) return { error: "The integration is not active here.", isRetryable: false };
  let calls = 0;
  const requests = new OutboundRequests();
  try {
    const { config } = source;
    const credentials = await credentialsOf(ctx, source);
    assertConfig(source, config);
    const begun = await ctx.runMutation(beginReference, { dataSourceId, ...requestOf(job) });
    const position = positionAfter(begun, cursor);
    const client = adapter.connect({
      config,
      credentials,
      maximumCalls: source.calls,
      send: requests.send,
    });
    try {
      return await read(ctx, job, { adapter, client, position });
    } finally {
      ({ calls } = client);
    }
  } catch (thrown) {
    const {
      message,
      isRetryable,
      retryAfterMs = source.calls === 0 ? source.moreCallsAt - Date.now() : undefined,
    } = failureIn(thrown);
    return {
      error: message.slice(0, maximumErrorCharacters),
      isRetryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
    };
  } finally {
    await requests.keep(ctx, { organizationId: source.organizationId, requestId: job.jobId });
    if (calls > 0) await ctx.runMutation(noteCallsReference, { dataSourceId, calls });
  }
});

/** The place that an attempt before has left in the same run, or the beginning of a new one. */
function positionAfter(begun: Infer<typeof begunRun>, cursor: string | undefined): Position {
  const left: unknown = cursor === undefined ? undefined : JSON.parse(cursor);
  return isPosition(left) && left.syncRunId === begun.syncRunId ? left : { ...begun, progress: firstPage };
}

function isPosition(value: unknown): value is Position {
  return typeof value === "object" && value !== null && "syncRunId" in value && "progress" in value;
}

/** Reads page by page; each is written before the next is asked for. */
async function read(
  ctx: ActionCtx,
  job: JobAction,
  {
    adapter,
    client,
    position,
  }: { readonly adapter: Adapter; readonly client: ProviderClient; readonly position: Position },
): Promise<JobActionResult> {
  const { dataSourceId = "" } = job;
  const { type } = requestOf(job);
  const { syncRunId, changedSince } = position;
  let { progress } = position;
  for await (const { items, progress: next } of pagesOf(adapter, client, { type, changedSince }, progress)) {
    await ctx.runMutation(takeReference, { dataSourceId, syncRunId, type, ...takenOf(items) });
    progress = next;
    if (
      !(await reportProgress(ctx, job, {
        cursor: JSON.stringify({ ...position, progress }),
        progress: { seen: progress.seen },
      }))
    )
      return { error: "It was cancelled.", isRetryable: false };
  }
  const isFull = changedSince === undefined;
  const { page, seen, total, hasMoved, latestChange } = progress;
  const readBy = { page, seen, ...definedOf({ total, hasMoved, latestChange }) };
  const ended = await ctx.runMutation(endReference, { dataSourceId, syncRunId, type, isFull, progress: readBy });
  return {
    isComplete: ended.isComplete,
    cursor: latestChange ?? changedSince ?? "",
    result: { seen, isFull, ...ended },
  };
}

const printableId = /^[!-~]{1,200}$/;

/** What can be kept of a thing: as much as of an item of a bulk upsert, whoever wrote it. */
const providerItem = lazily(() =>
  entityItem().extend({ siteExternalId: text(1, 200).optional(), changedAt: text(0, 100).optional() }),
);

/** What a page brings, as it is written, and why some of it cannot be. Raw data goes as text: its names are not for Convex to hold. */
function takenOf(found: readonly ProviderItem[]) {
  const items: Infer<typeof takenItemValidator>[] = [];
  const faults: string[] = [];
  for (const { externalId, siteExternalId, changedAt, raw, normalized } of found) {
    const rawData = JSON.stringify(raw);
    const sent = { externalId, rawData, normalizedData: normalized, ...definedOf({ siteExternalId, changedAt }) };
    const { success, error } = providerItem().safeParse(sent);
    if (success)
      items.push({ externalId, rawData, normalizedData: { ...normalized }, ...definedOf({ siteExternalId }) });
    else {
      const [fault] = error.issues;
      const thing = printableId.test(externalId) ? externalId : "A thing without a usable id";
      faults.push(`${thing} cannot be kept (${String(fault?.path[0])}): ${fault?.message}`);
    }
  }
  return { items, faults };
}

const beginArguments = {
  dataSourceId: v.string(),
  type: v.string(),
  trigger: v.union(v.literal("manual"), v.literal("scheduled")),
  triggeredBy: v.optional(v.string()),
  isFull: v.boolean(),
};
const begunRun = v.object({ syncRunId: v.string(), changedSince: v.optional(v.string()) });
const beginReference = makeFunctionReference<"mutation", ObjectType<typeof beginArguments>, Infer<typeof begunRun>>(
  "integrations/sourceJobs:begin",
);

/** Opens the run of a sync. */
export const begin = internalMutation({
  args: beginArguments,
  returns: begunRun,
  handler: async (ctx, { dataSourceId, ...request }) => {
    const { syncRunId, changedSince } = await beginRun(await presentWork(ctx, dataSourceId), request);
    return { syncRunId, ...(changedSince === undefined ? {} : { changedSince }) };
  },
});

const takenItemValidator = v.object({
  externalId: v.string(),
  siteExternalId: v.optional(v.string()),
  rawData: v.string(),
  normalizedData: v.record(v.string(), v.union(v.string(), v.number(), v.boolean())),
});
const takeArguments = {
  dataSourceId: v.string(),
  syncRunId: v.string(),
  type: v.string(),
  items: v.array(takenItemValidator),
  faults: v.array(v.string()),
};
const takeReference = makeFunctionReference<"mutation", ObjectType<typeof takeArguments>, null>(
  "integrations/sourceJobs:take",
);

/** Writes what a page has brought. */
export const take = internalMutation({
  args: takeArguments,
  returns: v.null(),
  handler: async (ctx, { dataSourceId, ...page }) => {
    await takePage(await presentWork(ctx, dataSourceId), page);
    return null;
  },
});

const endArguments = {
  dataSourceId: v.string(),
  syncRunId: v.string(),
  type: v.string(),
  isFull: v.boolean(),
  progress: v.object({
    page: v.number(),
    seen: v.number(),
    total: v.optional(v.number()),
    hasMoved: v.optional(v.boolean()),
    latestChange: v.optional(v.string()),
  }),
};
const endedRun = v.object({ isComplete: v.boolean(), deleted: v.number(), refused: v.optional(v.string()) });
const endReference = makeFunctionReference<"mutation", ObjectType<typeof endArguments>, Infer<typeof endedRun>>(
  "integrations/sourceJobs:end",
);

/** Ends the run of a sync that has read all that it was to read. */
export const end = internalMutation({
  args: endArguments,
  returns: endedRun,
  handler: async (ctx, { dataSourceId, ...run }) => endRun(await presentWork(ctx, dataSourceId), run),
});

/** Counts calls to a provider that were made in the present hour. */
export const noteCalls = internalMutation({
  args: { dataSourceId: v.string(), calls: v.number() },
  returns: v.null(),
  handler: async (ctx, { dataSourceId, calls }) => {
    const work = await workOn(ctx, dataSourceId, "dataSource.sync");
    if (work) await countCalls(work, calls);
    return null;
  },
});

async function presentWork(ctx: MutationCtx, dataSourceId: string): Promise<SourceWork> {
  const work = await workOn(ctx, dataSourceId, "dataSource.sync");
  if (!work) throw new ProviderError("The data source is gone.", false);
  return work;
}

/** What a transaction on a data source works with; null where it is gone, or its organization. */
async function workOn(ctx: MutationCtx, dataSourceId: string, action: string): Promise<SourceWork | null> {
  const now = Date.now();
  const unscoped = systemWriter(ctx, { noun: "dataSource", action, isAudited: action === "dataSource.test", now });
  const source = await unscoped.get("dataSources", dataSourceId);
  const organization = source && (await unscoped.get("organizations", source.organizationId));
  if (!organization || source.deletedAt !== undefined) return null;
  return { db: unscoped.within(organization), unscoped, scheduler: ctx.scheduler, now, source, organization };
}
