import * as z from "zod";
import { described, jsonObject, rowId, timestampMs } from "../core/schema/fields";
import { crud, deletionProblems, permanently } from "../core/resources/crud";
import { asValues, changesOf } from "../core/resources/casts";
import { listOperation } from "../core/operations/define";
import { everyRow } from "../core/access/reach";
import { noContent } from "../core/resources/operations";
import { sealedOf } from "../core/operations/convexFunctions";
import { hintFound, judgeNewConfig, judgeOtherConfig } from "./operationServices/judging";
import { assertConfigured, enqueueRun } from "./operationServices/enqueuing";
import { operationRuns, operationServices } from "./operationServices/resource";
import { runDocument, runOf } from "./operationServices/runs";
import { resourceTables } from "./tables";

export const { list, get } = crud(operationServices);

/** How a service is reached: never stored as it is, and in no answer. */
const configInput = () =>
  described(
    z.record(z.string().min(1).max(100), z.union([z.string().max(8192), z.number(), z.boolean()])),
    "How it is reached, stored encrypted. Of `backup_s3`: `bucket`, `region`, `accessKeyId`, `secretAccessKey`, and as needed `endpoint` (of storages other than AWS: `https` on a public host), `prefix` (where keys begin, with `/` at the end) and `pathStyle`. Of `networking_cloudflare`: `apiToken` and `zoneId`.",
    {
      bucket: "acme-backups",
      region: "eu-central-1",
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "correct-horse-battery-staple",
    },
  );

export const create = operationServices.at("/").sealing("create", {
  summary: "Create an operation service",
  description:
    "Its configuration is encrypted for this service and shown to nobody but for `configHint`. Whether it holds, the operation `test` says.",
  permission: "create",
  seals: "config",
  consult: judgeNewConfig,
  input: () => ({ ...operationServices.createFields, config: configInput() }),
  problems: [...operationServices.problemsOf("create"), "encryption_not_configured"],
  departs: { status: 201, consultsInDryRun: true },
  handler: async (ctx, { config: _config, ...values }) => {
    const service = await operationServices.insert(ctx, {
      ...asValues<"operationServices">(values),
      encryptedConfig: sealedOf(ctx),
      configHint: hintFound(ctx.prepared),
      status: "active",
    });
    const about = { tableName: "operationServices", recordId: service._id } as const;
    await ctx.db.appendAudit({ action: "credential.create", operation: "other", ...about });
    return service;
  },
});

export const update = operationServices.change("update", {
  summary: "Update an operation service",
  description:
    "Fields left out stay as they are. Nothing runs while it is `disabled`, and `active` takes a configuration.",
  input: () => ({
    ...operationServices.updateFields,
    status: described(z.enum(["active", "disabled"]), "Whether it runs operations.").optional(),
  }),
  problems: [...operationServices.problemsOf("update"), "operation_config_missing"],
  departs: { readOnly: undefined },
  handler: (ctx, input) => {
    if (input.status === "active") assertConfigured(ctx.row);
    return operationServices.patch(ctx, ctx.row, changesOf<"operationServices">(input, operationServices.idParameter));
  },
});

const remove = operationServices.change("delete", {
  summary: "Delete an operation service",
  description:
    "Moves it to the trash: its configuration is deleted for good, whom it was granted to, and its runs that wait. With `permanent=true`, deletes for good what is in the trash.",
  input: () => ({ permanent: permanently() }),
  output: noContent,
  problems: deletionProblems(operationServices),
  departs: { includesDeleted: true },
  handler: (ctx, { permanent }) => operationServices.delete(ctx, ctx.row, { permanent }),
});
export { remove as delete };

export const restore = operationServices.change("restore", {
  summary: "Restore an operation service",
  description:
    "Takes it out of the trash, in `error` until it is given a configuration (`POST /v1/operation-services/{operationServiceId}/config`). Send another `name` where it is taken by now.",
  permission: "restore",
  input: () => operationServices.restoreFields,
  problems: ["not_deleted", ...operationServices.problemsOf("restore")],
  departs: { includesDeleted: true },
  handler: (ctx, input) =>
    operationServices.restore(ctx, ctx.row, {
      ...changesOf<"operationServices">(input, operationServices.idParameter),
      status: "error",
      lastRunError: "It has no configuration: give it one.",
    }),
});

export const rotateConfig = operationServices.sealing("rotateConfig", {
  summary: "Give an operation service another configuration",
  description: "Takes the place of the one before, whole. Runs that wait are done with it.",
  permission: "rotate",
  seals: "config",
  consult: judgeOtherConfig,
  input: () => ({ config: configInput() }),
  problems: ["config_invalid", "encryption_not_configured"],
  departs: {
    path: "/operation-services/{operationServiceId}/config",
    operationId: "rotateOperationConfig",
    audit: "credential.rotate",
    readOnly: undefined,
    consultsInDryRun: true,
  },
  handler: (ctx) =>
    operationServices.patch(ctx, ctx.row, {
      encryptedConfig: sealedOf(ctx),
      configHint: hintFound(ctx.prepared),
      status: ctx.row.status === "disabled" ? "disabled" : "active",
      lastRunError: undefined,
    }),
});

export const run = operationServices.change("run", {
  summary: "Run an operation",
  description:
    "Begins a job, which `GET /v1/operation-services/{operationServiceId}/runs` lists and `GET /v1/scheduled-jobs/{jobId}` tells of; the same that waits or runs is answered instead of another one. Of `backup_s3`: `test` writes, reads and deletes an object; `backup` writes the inventory, with `projectId` that of a project; `list` lists backups (`limit`, `after`). Of `networking_cloudflare`: `test`; `purge_cache` with one of `everything: true`, `files`, `hosts`, `prefixes` and `tags` (30 at most), or for a web service or a domain its host.",
  permission: "run",
  input: () => ({
    operation: described(z.string().min(1).max(40), "What to do.", "test"),
    projectId: described(rowId("projects"), "The project that it is for.").optional(),
    resourceTable: described(z.enum(resourceTables), "The table of the resource that it is for.").optional(),
    resourceId: described(rowId("servers"), "The resource that it is for.").optional(),
    params: described(jsonObject(16_384), "What the operation takes; no secrets.", {}).default({}),
  }),
  output: () =>
    z.object({
      jobId: described(rowId("scheduledJobs"), "The job."),
      operation: described(z.string(), "What it does.", "test"),
      status: described(z.enum(["pending", "running", "failed"]), "How far it is; a failed one goes on by itself."),
      scheduledAt: described(timestampMs(), "When it begins at the earliest."),
      isNew: described(z.boolean(), "False where it was there before: the same is not asked for twice.", true),
    }),
  problems: [
    "cross_tenant_reference",
    "not_assigned",
    "operation_config_missing",
    "operation_disabled",
    "operation_params_invalid",
    "unknown_operation",
  ],
  departs: { operationId: "runOperation", audit: "operation.run", status: 202, dryRun: false, readOnly: undefined },
  handler: (ctx, input) => enqueueRun(ctx, ctx.row, input),
});

export const listRuns = listOperation({
  name: "infrastructure/operationServices:listRuns",
  operationId: "listOperationRuns",
  noun: "operationRun",
  method: "GET",
  path: "/operation-services/{operationServiceId}/runs",
  summary: "List the runs of an operation service",
  description: "The one that was asked for last first. A run is kept for 30 days after its end.",
  access: "permission",
  permission: "operation:read",
  on: operationServices,
  params: () => ({ operationServiceId: rowId("operationServices") }),
  output: runDocument,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    // Who reads the service reads its runs.
    const context = { ...ctx, reach: everyRow };
    const asked = { ...input, operationServiceId: ctx.row._id };
    const found = await operationRuns.rows(context, asked);
    return { ...found, page: found.page.map(runOf) };
  },
});
