import * as z from "zod";
import { described, integer, rowId, text, timestampMs } from "../core/schema/fields";
import { crud, deletionProblems, permanently } from "../core/resources/crud";
import { asValues, changesOf } from "../core/resources/casts";
import { definedOf } from "../core/records/documents";
import { noContent } from "../core/resources/operations";
import { actingUser } from "../core/access/caller";
import { sealedOf } from "../core/operations/convexFunctions";
import { ProblemError } from "../core/wire/errors";
import { lazily } from "../core/operations/once";
import { recordHealth } from "../observability/recordHealth";
import { adapterOf } from "./adapters/registry";
import { assertWithinReach } from "./dockPermissions/giving";
import { assertIdle, endDock, endedFields } from "./docks/ending";
import { provePresentKey, proveNewKey } from "./docks/proving";
import { docks } from "./docks/resource";
import { assertMayLose, tablesWithinReach } from "./docks/partialReach";
import { noteLimits } from "./docks/sharedLimits";
import { apiKeyInput, assertSameAccount, proofFound, rateLimitFields } from "./docks/rules";
import { nextSyncOf } from "./docks/syncRules";
import { broken, endSync, isAlive, startSync } from "./docks/syncRuns";
import { dockFields, resourceTables, syncSettings } from "./tables";
import type { Doc } from "../_generated/dataModel";

const { list, get } = crud(docks);
export { list, get };

/** How it is synced, in a request: what is left out is the provider's recommendation, or stays. */
const syncConfigInput = () =>
  described(
    z.strictObject({
      enabled: syncSettings.enabled.optional(),
      intervalSeconds: syncSettings.intervalSeconds.optional(),
    }),
    "How it is synced; by itself, and as often as its provider recommends, unless said.",
    { enabled: true, intervalSeconds: 300 },
  ).optional();

/** A dock's settings with changes, and when it is synced by those; nothing new where they say nothing new. */
function syncedAs(dock: Doc<"docks">, changes: Partial<Doc<"docks">["syncConfig"]>, now: number) {
  const syncConfig = { ...dock.syncConfig, ...changes };
  const { enabled, intervalSeconds } = dock.syncConfig;
  if (syncConfig.enabled === enabled && syncConfig.intervalSeconds === intervalSeconds) return {};
  const { minimumIntervalSeconds = 0 } = adapterOf(dock.provider) ?? {};
  return { syncConfig, nextSyncAt: nextSyncOf({ ...dock, syncConfig }, now, minimumIntervalSeconds) };
}

/** What a grant would cover that reaches a dock as far as its key does: who reaches a part neither ends nor replaces that. */
function wholeOf({ _id: dockId }: Doc<"docks">) {
  return { dockId, level: "operate" } as const;
}

export const create = docks.at("/").sealing("create", {
  summary: "Create a dock",
  description:
    "Connects a provider. The key is encrypted for this dock and shown to nobody. Its first sync, within a minute unless `syncConfig.enabled` is false, shows whether it holds, or a test (`POST /v1/docks/{dockId}/test`).",
  permission: "create",
  seals: "apiKey",
  input: () => ({ ...docks.createFields, syncConfig: syncConfigInput(), apiKey: apiKeyInput() }),
  problems: [...docks.problemsOf("create"), "encryption_not_configured"],
  departs: { status: 201 },
  handler: async (ctx, { apiKey: keyHint, syncConfig = {}, ...values }) => {
    const { recommendedIntervalSeconds = 0 } = adapterOf(values.provider) ?? {};
    const { enabled = true, intervalSeconds = recommendedIntervalSeconds } = syncConfig;
    const dock = await docks.insert(ctx, {
      ...asValues<"docks">(values),
      syncConfig: { enabled, intervalSeconds },
      encryptedApiKey: sealedOf(ctx),
      keyHint,
      lastSyncStatus: "pending",
      syncInProgress: false,
      nextSyncAt: enabled ? ctx.now : undefined,
    });
    const about = { tableName: "docks", recordId: dock._id } as const;
    await ctx.db.appendAudit({ action: "credential.create", operation: "other", ...about });
    return dock;
  },
});

export const update = docks.change("update", {
  summary: "Update a dock",
  description: "Fields left out stay as they are, those of `syncConfig` as well.",
  input: () => ({ ...docks.updateFields, syncConfig: syncConfigInput() }),
  problems: docks.problemsOf("update"),
  handler: async (ctx, { syncConfig, ...input }) =>
    docks.patch(ctx, ctx.row, {
      ...changesOf<"docks">(input, docks.idParameter),
      ...(syncConfig === undefined ? {} : syncedAs(ctx.row, definedOf(syncConfig), ctx.now)),
    }),
});

export const rotateKey = docks.sealing("rotateKey", {
  summary: "Rotate the key of a dock",
  description:
    "Tries the new key with the provider, then encrypts it in the place of the one before. A key of another account is refused: what was synced would look gone.",
  permission: "rotate",
  seals: "apiKey",
  consult: proveNewKey,
  input: () => ({ apiKey: apiKeyInput() }),
  problems: [
    "account_mismatch",
    "api_key_refused",
    "encryption_not_configured",
    "provider_unavailable",
    "sync_in_progress",
  ],
  departs: { path: "/docks/{dockId}/rotate", audit: "credential.rotate", readOnly: undefined },
  handler: async (ctx, { apiKey: keyHint }) => {
    const { row, secret, prepared } = ctx;
    await assertWithinReach(ctx, wholeOf(row));
    assertIdle(row);
    const proof = proofFound(prepared);
    if (proof) assertSameAccount(row, proof);
    // A dry run asks nobody, and where a sync ran nobody was asked: nothing is stored that was not tried.
    else if (secret?.sealed) throw new ProblemError("sync_in_progress", "A sync of the dock ran.");
    return docks.patch(ctx, row, {
      encryptedApiKey: sealedOf(ctx),
      keyHint,
      lastSyncStatus: "pending",
      lastSyncError: undefined,
      nextSyncAt: row.syncConfig.enabled ? ctx.now : undefined,
      // They were those of the key before.
      ...rateLimitFields({}),
      keyFingerprint: proof?.keyFingerprint,
    });
  },
});

const testResult = lazily(() =>
  z.object({
    isValid: described(z.boolean(), "Whether the provider takes the key.", true),
    message: described(
      text(1, 1000),
      "Why not, or why that is not known; absent where it does.",
      "The provider refused the key (401).",
    ).optional(),
    rateLimit: described(
      z.object({
        remaining: described(integer(0, 1_000_000_000), "Requests that it still allows.", 4990).optional(),
        limit: described(integer(0, 1_000_000_000), "How many it allows.", 5000).optional(),
        resetAt: described(timestampMs(), "When it allows all of them again.").optional(),
      }),
      "What the provider says of how many requests it allows; absent where it says nothing.",
    ).optional(),
  }),
);

export const test = docks.consulting("test", {
  summary: "Test a dock",
  description: "Asks the provider for as little as shows that the key holds. The dock's health has the answer as well.",
  permission: "sync",
  consult: provePresentKey,
  output: testResult,
  problems: ["api_key_missing", "rate_limited_by_provider"],
  departs: { dryRun: false },
  handler: async (ctx) => {
    const { row, tenant } = ctx;
    if (!row.encryptedApiKey) throw new ProblemError("api_key_missing", "There is no key to test.");
    const proof = proofFound(ctx.prepared);
    if (!proof)
      throw new ProblemError("rate_limited_by_provider", "The provider allows no request before `rateLimitResetAt`.");
    const { outcome, latencyMs } = proof;
    const isValid = outcome.kind === "proved";
    const message = isValid ? undefined : outcome.message;
    const report = { resourceType: "dock", resourceId: row._id, latencyMs, errorMessage: message } as const;
    await recordHealth(ctx, tenant.organization, { ...report, outcome: isValid ? "success" : "failure" });
    const rateLimit = isValid ? outcome.rateLimit : undefined;
    if (rateLimit && proof.keyFingerprint !== undefined) {
      if (row.keyFingerprint !== proof.keyFingerprint)
        await ctx.db.touch("docks", row, { keyFingerprint: proof.keyFingerprint });
      await noteLimits(ctx, proof.keyFingerprint, rateLimit);
    }
    return { isValid, ...definedOf({ message, rateLimit }) };
  },
});

export const sync = docks.change("sync", {
  summary: "Sync a dock",
  description:
    "Begins to read the provider; the answer is the run that does it, and `GET /v1/sync-history/{syncId}` tells what came of it. What two complete syncs have missed goes into the trash, of each table 30 % or five rows at most: beyond, the run is `partial` and nothing of that table goes until it is confirmed by `confirmLoss: true`, for which the caller needs `resource:delete` on them. Who reaches the dock by a grant syncs the tables that the grant covers.",
  permission: "sync",
  input: () => ({
    resourceTables: described(
      z.array(z.enum(resourceTables)).min(1).max(4),
      "The tables to read; all that the provider has unless given.",
      ["servers"],
    ).optional(),
    confirmLoss: described(
      z.boolean(),
      "True to let go whatever is gone at the provider, however much it is.",
      false,
    ).default(false),
  }),
  output: () =>
    z.object({
      syncId: described(rowId("syncHistory"), "The run."),
      status: described(z.enum(["running"]), "How far it is."),
      startedAt: described(timestampMs(), "When it began."),
    }),
  problems: ["api_key_missing", "rate_limited_by_provider", "sync_in_progress"],
  departs: { status: 202, dryRun: false },
  handler: async (ctx, { resourceTables: tables, confirmLoss }) => {
    const triggeredBy = actingUser(ctx.caller);
    const reached = await tablesWithinReach(ctx, ctx.row, tables);
    if (confirmLoss) await assertMayLose(ctx, ctx.row, reached);
    const request = { trigger: "manual", triggeredBy, confirmLoss, ...(reached ? { tables: reached } : {}) } as const;
    const { _id: syncId, startedAt } = await startSync(ctx, ctx.row, request);
    return { syncId, status: "running" as const, startedAt };
  },
});

export const releaseLock = docks.change("releaseLock", {
  summary: "Release the lock of a dock",
  description:
    "Ends a sync whose job was cancelled or has failed for good, as a cron does by itself a minute later. Refused while the job waits or runs: cancel that (`DELETE /v1/scheduled-jobs/{jobId}`) to break a sync off. A dock that is not locked stays as it is.",
  permission: "update",
  problems: ["sync_in_progress"],
  departs: { path: "/docks/{dockId}/release-lock", operationId: "releaseDockLock" },
  handler: async (ctx) => {
    const { row, tenant } = ctx;
    if (!row.syncInProgress) {
      const about = { tableName: "docks", recordId: row._id } as const;
      await ctx.db.appendAudit({ action: "dock.releaseLock", operation: "other", ...about });
      return row;
    }
    if (await isAlive(ctx, row)) throw new ProblemError("sync_in_progress", "The job of the sync waits or runs.");
    return endSync(ctx, tenant.organization, row, broken);
  },
});

const remove = docks.change("delete", {
  summary: "Delete a dock",
  description:
    "Moves it to the trash: its key is deleted for good, and who it was granted to. Its resources follow into the trash by a job. With `permanent=true`, deletes for good what is in the trash.",
  input: () => ({ permanent: permanently() }),
  output: noContent,
  problems: deletionProblems(docks),
  departs: { includesDeleted: true },
  handler: async (ctx, { permanent }) => {
    const { row, db } = ctx;
    if (row.deletedAt !== undefined || permanent) return docks.delete(ctx, row, { permanent });
    await assertWithinReach(ctx, wholeOf(row));
    assertIdle(row);
    await db.softDelete("docks", row, endedFields);
    await endDock(ctx, row);
    return null;
  },
});
export { remove as delete };

export const restore = docks.change("restore", {
  summary: "Restore a dock",
  description:
    "Takes it out of the trash, in `error` until it is given a key (`POST /v1/docks/{dockId}/rotate`). Its resources come back with the next sync. Send another `name` where it is taken by now.",
  permission: "restore",
  input: () => ({ name: dockFields.name.optional() }),
  problems: ["not_deleted", ...docks.problemsOf("restore")],
  departs: { includesDeleted: true },
  handler: (ctx, input) =>
    docks.restore(ctx, ctx.row, {
      ...changesOf<"docks">(input, docks.idParameter),
      lastSyncStatus: "error",
      lastSyncError: "The dock has no key: give it one by rotating.",
    }),
});
