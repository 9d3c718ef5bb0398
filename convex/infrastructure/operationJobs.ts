import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { jobAction, reportProgress } from "../core/operations/scheduledWork";
import { definedOf } from "../core/records/documents";
import { UnscopedReader } from "../core/records/reader";
import { openSecret } from "../core/records/sealedSecrets";
import { systemWriter } from "../core/records/systemWriter";
import { failureOf } from "../core/wire/errors";
import { ProviderError } from "../core/wire/providerError";
import { redactedText, withoutCredentials } from "../core/wire/redaction";
import { asSealed, sealedValidator } from "../core/wire/sealed";
import { recordEventLog } from "../jobs/eventLog";
import { OutboundRequests } from "../observability/outboundLog";
import { inventoryPageOf } from "./operationServices/inventoryPages";
import { inventoryTables, RunCancelled } from "./operationTypes/operationType";
import { operationTypesByName } from "./operationTypes/registry";
import { operationTypes } from "./tables";
import type { JobAction, JobActionResult } from "../core/operations/scheduledWork";
import type { RunFacts, RunTools } from "./operationTypes/operationType";
import type { ActionCtx } from "../_generated/server";
import type { Infer, ObjectType } from "convex/values";

/*
 * The job `operation.run`: an action opens the configuration of a service, does one operation, and says between its steps how far it is.
 * Nothing that it writes holds what others have answered: failures are told in words of this deployment.
 */

const loaded = v.object({
  organizationId: v.id("organizations"),
  operationServiceId: v.id("operationServices"),
  type: v.union(...operationTypes.map((name) => v.literal(name))),
  isDisabled: v.boolean(),
  sealed: v.optional(sealedValidator),
});
const loadArguments = { organizationId: v.id("organizations"), operationServiceId: v.string() };
const loadReference = makeFunctionReference<"query", ObjectType<typeof loadArguments>, Infer<typeof loaded> | null>(
  "infrastructure/operationJobs:load",
);

/** What a run needs to know of its service; nothing of one that is in the trash or gone. */
export const load = internalQuery({
  args: loadArguments,
  returns: v.union(loaded, v.null()),
  handler: async (ctx, { organizationId, operationServiceId }) => {
    const service = await new UnscopedReader(ctx).get("operationServices", operationServiceId);
    if (service?.organizationId !== organizationId || service.deletedAt !== undefined) return null;
    const { _id, type, status, encryptedConfig } = service;
    return {
      organizationId,
      operationServiceId: _id,
      type,
      isDisabled: status === "disabled",
      ...(encryptedConfig ? { sealed: asSealed(encryptedConfig) } : {}),
    };
  },
});

/** Runs an operation. */
export const run = jobAction(async (ctx, job) => {
  const { organizationId, jobId, payload } = job;
  const operationServiceId = String(payload["operationServiceId"]);
  const service = await ctx.runQuery(loadReference, { organizationId, operationServiceId });
  if (!service) return { error: "The operation service is gone.", isRetryable: false };
  const type = operationTypesByName[service.type];
  const operation = type.operations.get(String(payload["operation"]));
  if (!operation) return { error: "The service has no such operation any more.", isRetryable: false };
  if (service.isDisabled) return { error: "The operation service is disabled.", isRetryable: false };
  if (!service.sealed) return { error: "The operation service has no configuration.", isRetryable: false };
  let secrets: readonly string[] = [];
  const requests = new OutboundRequests();
  try {
    await note(ctx, job, "operation.started");
    const { sealed } = service;
    const place = { table: "operationServices", organizationId, recordId: operationServiceId, sealed } as const;
    const config: unknown = JSON.parse(await openSecret(ctx, place));
    secrets = type.secretsOf(config);
    const result = await operation.run(config, payload["params"], toolsOf(ctx, job, requests));
    return { result: { ...result } };
  } catch (error) {
    const { error: told = "", ...outcome } = failed(error);
    return { ...outcome, error: redacted(told, secrets) };
  } finally {
    await requests.keep(ctx, { organizationId, requestId: jobId });
  }
});

/** A failure in words of this deployment; of a fault of its own no words at all, since they may hold what it worked with. */
function failed(error: unknown): JobActionResult {
  if (error instanceof RunCancelled) return { error: "It was cancelled.", isRetryable: false };
  if (error instanceof ProviderError) {
    const { message, isRetryable, retryAfterMs } = error;
    const wait = retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) };
    return { error: message, isRetryable, ...wait };
  }
  const { problem } = failureOf(error);
  if (problem) return { error: problem.detail, isRetryable: problem.status >= 500 };
  return { error: "The operation failed in this deployment.", isRetryable: true };
}

function redacted(text: string, secrets: readonly string[]): string {
  return withoutCredentials(secrets.reduce((left, secret) => left.replaceAll(secret, redactedText), text)).slice(
    0,
    1000,
  );
}

function toolsOf(ctx: ActionCtx, job: JobAction, { send }: OutboundRequests): RunTools {
  const { organizationId, jobId, payload } = job;
  const { projectId, requestedAt } = payload;
  const scope = typeof projectId === "string" ? { projectId } : {};
  return {
    organizationId,
    jobId,
    requestedAt: typeof requestedAt === "number" ? requestedAt : 0,
    ...scope,
    send,
    report: (progress) => note(ctx, job, "operation.progressed", progress),
    inventoryPage: (table, cursor) => ctx.runQuery(pageReference, { organizationId, table, cursor, ...scope }),
  };
}

const inventoryTable = v.union(...inventoryTables.map((name) => v.literal(name)));
const pageArguments = {
  organizationId: v.id("organizations"),
  table: inventoryTable,
  cursor: v.union(v.string(), v.null()),
  projectId: v.optional(v.string()),
};
const pageResult = v.object({ lines: v.string(), rows: v.number(), cursor: v.union(v.string(), v.null()) });
const pageReference = makeFunctionReference<"query", ObjectType<typeof pageArguments>, Infer<typeof pageResult>>(
  "infrastructure/operationJobs:inventoryPage",
);

/** A page of what a backup holds. */
export const inventoryPage = internalQuery({
  args: pageArguments,
  returns: pageResult,
  handler: async (ctx, asked) => inventoryPageOf(new UnscopedReader(ctx), asked),
});

const noteArguments = {
  organizationId: v.id("organizations"),
  jobId: v.string(),
  lockToken: v.string(),
  eventType: v.string(),
  payload: v.record(v.string(), v.any()),
  progress: v.optional(v.record(v.string(), v.any())),
};
const noteReference = makeFunctionReference<"mutation", ObjectType<typeof noteArguments>, boolean>(
  "infrastructure/operationJobs:noteEvent",
);

/** Says how a run goes. @throws {RunCancelled} once somebody has cancelled it, or another attempt has it */
async function note(ctx: ActionCtx, job: JobAction, eventType: string, progress?: RunFacts): Promise<void> {
  const { organizationId, jobId, lockToken, attempts, payload } = job;
  const { operation, operationServiceId } = payload;
  const told = { jobId, operationServiceId, operation, attempt: attempts, ...definedOf({ ...progress }) };
  const saved = progress ? { progress: { ...progress } } : {};
  const noted = { organizationId, jobId, lockToken, eventType, payload: told, ...saved };
  if (!(await ctx.runMutation(noteReference, noted))) throw new RunCancelled();
}

/** Writes how far a run is into its job, and a line of the event log; false, and no line, where the run is not to go on. */
export const noteEvent = internalMutation({
  args: noteArguments,
  returns: v.boolean(),
  handler: async (ctx, { organizationId, jobId, lockToken, eventType, payload, ...report }) => {
    if (!(await reportProgress(ctx, { jobId, lockToken }, report))) return false;
    const now = Date.now();
    const unscoped = systemWriter(ctx, { noun: "operationService", action: "operation.run", isAudited: false, now });
    await recordEventLog({ unscoped, now }, { organizationId, eventType, payload });
    return true;
  },
});
