import * as z from "zod";
import { described, text } from "../core/schema/fields";
import { crud, deletionProblems, permanently } from "../core/resources/crud";
import { asValues, changesOf } from "../core/resources/casts";
import { noContent } from "../core/resources/operations";
import { sealedOf } from "../core/operations/convexFunctions";
import { ProblemError } from "../core/wire/errors";
import { actingUser } from "../core/access/caller";
import { enqueueJob } from "../jobs/queue";
import { dataSources, integrationOf } from "./dataSources/resource";
import { primaryOf } from "./dataSources/primary";
import { assertIdle, endedFields, endSource } from "./dataSources/ending";
import { assertSupported, enqueueSyncs, jobView, shownJob } from "./dataSources/syncing";
import { syncStatusDocument, syncStatusOf } from "./dataSources/syncStatus";
import { replacedSites, sitesOf } from "./dataSourceSites/resource";
import { dataSourceFields, dataSourceSiteFields } from "./tables";

export const { list, get } = crud(dataSources);

/** What a data source signs in with: never stored as it is, and in no answer. */
const credentialsInput = () =>
  described(
    z.record(text(1, 100), text(0, 8192)).refine((value) => Object.keys(value).length <= 20, "Twenty texts at most."),
    "What it signs in with, by the names that the integration's adapter or worker knows; stored encrypted, shown to nobody.",
    { clientId: "portico", clientSecret: "correct-horse-battery-staple" },
  );

export const create = dataSources.at("/").sealing("create", {
  summary: "Create a data source",
  description:
    "Connects an integration. It is inactive until a test (`POST /v1/data-sources/{dataSourceId}/test`) or its first sync succeeds. The first of its integration is the primary one. `config` is what the integration's `configSchema` says; URLs in it are `https`, on public hosts.",
  permission: "create",
  seals: "credentials",
  input: () => {
    const { status: _, ...fields } = dataSources.createFields;
    return { ...fields, credentials: credentialsInput().optional() };
  },
  problems: [...dataSources.problemsOf("create"), "encryption_not_configured"],
  departs: { status: 201 },
  handler: async (ctx, { integrationId, credentials, isPrimary, name, ...values }) => {
    const integration = await integrationOf(ctx, integrationId);
    const isFirst = (await primaryOf(ctx.db, integration._id)) === null;
    const source = await dataSources.insert(ctx, {
      ...asValues<"dataSources">(values),
      integrationId: integration._id,
      name: name ?? integration.name,
      isPrimary: isPrimary === true || isFirst,
      status: "inactive",
      consecutiveFailures: 0,
      metadata: {},
      ...(credentials === undefined ? {} : { encryptedCredentials: sealedOf(ctx) }),
    });
    if (credentials !== undefined) {
      const about = { tableName: "dataSources", recordId: source._id } as const;
      await ctx.db.appendAudit({ action: "credential.create", operation: "other", ...about });
    }
    return source;
  },
});

export const update = dataSources.change("update", {
  summary: "Update a data source",
  description:
    "Fields left out stay as they are; null clears an optional field. With `isPrimary: true` it takes the place of the one that was primary. It is activated by hand only with credentials, and out of `error` only by a test or a sync that succeeds.",
  input: () => dataSources.updateFields,
  problems: dataSources.problemsOf("update"),
  handler: async (ctx, input) => {
    const changes = changesOf<"dataSources">(input, dataSources.idParameter);
    const { status, credentialExpirationAt } = changes;
    return dataSources.patch(ctx, ctx.row, {
      ...changes,
      ...(status === undefined || status === ctx.row.status
        ? {}
        : { nextSyncAt: status === "active" ? ctx.now : undefined }),
      ...("credentialExpirationAt" in changes && credentialExpirationAt !== ctx.row.credentialExpirationAt
        ? { credentialWarnings: undefined }
        : {}),
    });
  },
});

const remove = dataSources.change("delete", {
  summary: "Delete a data source",
  description:
    "Moves it to the trash: its credentials are deleted for good, its jobs that wait are gone, and it brings entities of no site any more. Its entities follow into the trash by a job. With `permanent=true`, deletes for good what is in the trash.",
  input: () => ({ permanent: permanently() }),
  output: noContent,
  problems: deletionProblems(dataSources),
  departs: { includesDeleted: true },
  handler: async (ctx, { permanent }) => {
    const { row, db } = ctx;
    if (row.deletedAt !== undefined || permanent) return dataSources.delete(ctx, row, { permanent });
    await assertIdle(ctx, row);
    await db.softDelete("dataSources", row, endedFields);
    await endSource(ctx, row);
    return null;
  },
});
export { remove as delete };

export const restore = dataSources.change("restore", {
  summary: "Restore a data source",
  description:
    "Takes it out of the trash, inactive and without credentials. Send another `externalId` where it is taken by now.",
  permission: "restore",
  input: () => ({ externalId: dataSourceFields.externalId }),
  problems: ["not_deleted", ...dataSources.problemsOf("restore")],
  departs: { includesDeleted: true },
  handler: (ctx, input) => dataSources.restore(ctx, ctx.row, changesOf<"dataSources">(input, dataSources.idParameter)),
});

export const setCredentials = dataSources.sealing("setCredentials", {
  summary: "Set the credentials of a data source",
  description:
    "Encrypts them for this data source and forgets the ones before. The next test or sync signs in with them; the answer does not show them.",
  permission: "rotate",
  seals: "credentials",
  input: () => ({
    credentials: credentialsInput(),
    credentialExpirationAt: dataSourceFields.credentialExpirationAt,
  }),
  problems: ["encryption_not_configured"],
  departs: { path: "/data-sources/{dataSourceId}/credentials", audit: "credential.rotate" },
  handler: (ctx, { credentialExpirationAt }) =>
    dataSources.patch(ctx, ctx.row, {
      encryptedCredentials: sealedOf(ctx),
      credentialExpirationAt,
      credentialWarnings: undefined,
      lastSyncError: undefined,
    }),
});

export const test = dataSources.change("test", {
  summary: "Test a data source",
  description:
    "Signs in with its credentials and asks for as little as shows that they hold. The answer is the job that does it; its `result` says what came of it, and the data source is `active` or in `error` then. Of an integration without an adapter, only that the configuration fits and the credentials can be read is tested (`isProviderAsked: false`).",
  permission: "sync",
  output: jobView,
  problems: ["no_credentials", "integration_inactive"],
  departs: { status: 202, dryRun: false },
  handler: async (ctx) => {
    const { row } = ctx;
    const integration = await integrationOf(ctx, row.integrationId);
    if (!integration.isActive) throw new ProblemError("integration_inactive", `${integration.name} is not active.`);
    if (!row.encryptedCredentials) throw new ProblemError("no_credentials", "There is nothing to sign in with.");
    const enqueued = await enqueueJob(ctx, {
      organizationId: row.organizationId,
      runner: "builtin",
      action: "dataSource.test",
      payload: {},
      integrationId: integration._id,
      dataSourceId: row._id,
      priority: 1,
      attemptsMax: 1,
      dedupeKey: `dataSource.test:${row._id}`,
      // What was changed while one runs is tested as well.
      dedupe: "pending",
    });
    return shownJob(enqueued);
  },
});

export const sync = dataSources.change("sync", {
  summary: "Sync a data source",
  description:
    "Asks for a job for each type, to begin when the type may be synced again (`nextAllowedAt` of its sync status); with `force: true` at once, reading everything instead of what has changed. A type whose job waits or runs gets no other one. Refused while every type that was asked for is being synced.",
  permission: "sync",
  input: () => ({
    types: described(
      z.array(text(1, 40)).min(1).max(50),
      "The types to sync; all that the integration brings unless given.",
      ["tickets"],
    ).optional(),
    force: described(z.boolean(), "True to begin at once, and to read everything again.", false).default(false),
  }),
  output: () => z.object({ jobs: described(z.array(jobView()), "The jobs, one a type.") }),
  problems: ["data_source_inactive", "integration_inactive", "sync_in_progress", "unsupported_entity_type"],
  departs: { status: 202, dryRun: false, readOnly: undefined },
  handler: async (ctx, { types, force }) => {
    const { row, caller } = ctx;
    const integration = await integrationOf(ctx, row.integrationId);
    if (types) assertSupported(integration, types);
    if (!integration.isActive) throw new ProblemError("integration_inactive", `${integration.name} is not active.`);
    if (row.status === "inactive") throw new ProblemError("data_source_inactive", "It is inactive; test it first.");
    const asked = [...new Set(types ?? integration.supportedTypes)];
    const request = { trigger: "manual", triggeredBy: actingUser(caller), isForced: force } as const;
    const jobs = await enqueueSyncs(ctx, row, integration, asked, request);
    if (jobs.every(({ status }) => status === "running"))
      throw new ProblemError("sync_in_progress", `It is being synced: ${asked.join(", ")}.`);
    return { jobs };
  },
});

export const getSyncStatus = dataSources.read("getSyncStatus", {
  summary: "Get the sync status of a data source",
  description:
    "Type by type: the last job and the last success, how many jobs wait, run and have failed, and from when it may be synced again.",
  output: syncStatusDocument,
  handler: async (ctx) => syncStatusOf(ctx, ctx.row, await integrationOf(ctx, ctx.row.integrationId)),
});

export const setSites = dataSources.change("setSites", {
  summary: "Set the sites of a data source",
  description:
    "It brings entities of these sites, and of no others: what is linked beyond them is unlinked, all at once.",
  input: () => ({
    siteIds: described(z.array(dataSourceSiteFields.siteId).max(100), "The sites."),
  }),
  output: sitesOf,
  departs: { method: "PUT", path: "/data-sources/{dataSourceId}/sites", readOnly: undefined },
  handler: async (ctx, { siteIds }) => {
    const about = { tableName: "dataSources", recordId: ctx.row._id } as const;
    await ctx.db.appendAudit({ action: "dataSource.setSites", operation: "other", ...about, metadata: { siteIds } });
    return { data: await replacedSites(ctx, ctx.row._id, siteIds) };
  },
});
