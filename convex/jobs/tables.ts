import * as z from "zod";
import { described, integer, jsonObject, reference, rowId, text, timestampMs } from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";

export const scheduledJobFields = {
  runner: described(z.enum(["builtin", "worker"]), "Who runs it: this deployment, or a worker that claims it."),
  integrationId: described(reference("integrations", "keep"), "The integration that it works for.").optional(),
  dataSourceId: described(reference("dataSources", "cascade"), "The data source that it works on.").optional(),
  operationServiceId: described(
    reference("operationServices", "cascade"),
    "The operation service that it is a run of.",
  ).optional(),
  action: described(
    text(1, 80),
    "What is to be done: `x.` and what the organization calls it, or one of the deployment's own.",
    "x.report",
  ),
  payload: described(jsonObject(32_768), "What it is done with; no secrets.", {}),
  priority: described(
    integer(1, 10),
    "Which of those that are due comes first: 1 before 10. Ten minutes of waiting make up for a step.",
    5,
  ),
  status: described(
    z.enum(["pending", "running", "completed", "failed"]),
    "How far it is. A failed one goes on by itself while `willRetry` is true.",
  ),
  scheduledAt: described(timestampMs(), "When it begins at the earliest."),
  attempts: described(integer(0, 1000), "How often it was begun, or gone on with after a failure.", 1),
  attemptsMax: described(integer(1, 20), "How often it is begun before it has failed for good.", 5),
  willRetry: described(
    z.boolean(),
    "Of a failed one, whether it goes on by itself; false of one that has failed for good. Absent of all others.",
    false,
  ).optional(),
  nextRetryAt: described(timestampMs(), "When it goes on after a failure; absent where it does not.").optional(),
  startedAt: described(timestampMs(), "When it was last begun.").optional(),
  completedAt: described(timestampMs(), "When it ended, whether or not it did what it was to do.").optional(),
  cancelRequestedAt: described(
    timestampMs(),
    "When somebody cancelled it while it ran: its worker is told at the next heartbeat, and it does not go on after a failure.",
  ).optional(),
  progress: described(jsonObject(8192), "What of it is done.", { table: "schedules", deleted: 1200 }).optional(),
  cursor: described(text(0, 8192), "Where it goes on; given to whoever claims it.", "eyJwb3NpdGlvbiI6MX0").optional(),
  stepId: described(
    rowId("_scheduled_functions"),
    "The scheduled function that does its next step; absent where none does.",
  ).optional(),
  error: described(text(0, 2000), "Why its last attempt failed.", "The provider did not answer.").optional(),
  result: described(jsonObject(32_768), "What came of it.", { deleted: 4711 }).optional(),
  lockedBy: described(text(1, 80), "The worker that has claimed it.", "worker-3").optional(),
  lockToken: described(z.string().max(64), "What the worker shows that it is the one.", "lck_2f6a").optional(),
  lockExpiresAt: described(timestampMs(), "When whoever runs it is taken for dead.").optional(),
  dedupeKey: described(text(1, 200), "What it is for, so that it is not asked for twice.", "report-2026-01").optional(),
  queue: described(
    z.string().max(20),
    "Where it waits, by runner and priority; of what this deployment runs itself, that it runs. Absent of all others.",
    "worker:5",
  ).optional(),
  expiresAt: described(timestampMs(), "When it is forgotten: 30 days after it ended.").optional(),
};

/** Work that goes on after the answer, a step at a time. Written by `enqueueJob`, the runner and workers. */
export const scheduledJobs = tenantTable(scheduledJobFields, "CU", {
  noun: "scheduledJob",
  description: "Work that goes on after the answer: what is to be done, and how far it is.",
  secret: ["lockToken", "stepId", "cursor", "queue"],
  events: [
    {
      type: "job.completed",
      description: "A job has done what it was to do.",
      on: ["updated"],
      becomes: { status: "completed" },
    },
    { type: "job.failed", description: "A job has failed for good." },
  ],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_status_and_priority_and_scheduledAt", [
    "organizationId",
    "status",
    "priority",
    "scheduledAt",
  ])
  .index("by_organizationId_and_scheduledAt", ["organizationId", "scheduledAt"])
  .index("by_organizationId_and_queue_and_scheduledAt", ["organizationId", "queue", "scheduledAt"])
  .index("by_organizationId_and_queue_and_action_and_scheduledAt", ["organizationId", "queue", "action", "scheduledAt"])
  .index("by_organizationId_and_integrationId_and_status", ["organizationId", "integrationId", "status"])
  .index("by_organizationId_and_dataSourceId_and_status", ["organizationId", "dataSourceId", "status"])
  .index("by_organizationId_and_operationServiceId", ["organizationId", "operationServiceId"])
  .index("by_organizationId_and_operationServiceId_and_status", ["organizationId", "operationServiceId", "status"])
  .index("by_organizationId_and_dedupeKey_and_status", ["organizationId", "dedupeKey", "status"])
  .index("by_organizationId_and_action_and_status", ["organizationId", "action", "status"])
  .index("by_organizationId_and_status_and_willRetry", ["organizationId", "status", "willRetry"])
  .index("by_organizationId_and_status_and_completedAt", ["organizationId", "status", "completedAt"])
  .index("by_status_and_nextRetryAt", ["status", "nextRetryAt"])
  .index("by_runner_and_status_and_scheduledAt", ["runner", "status", "scheduledAt"])
  .index("by_runner_and_status_and_organizationId_and_scheduledAt", [
    "runner",
    "status",
    "organizationId",
    "scheduledAt",
  ])
  .index("by_status_and_lockExpiresAt", ["status", "lockExpiresAt"])
  .index("by_expiresAt", ["expiresAt"]);

export const eventLogFields = {
  entityId: described(text(1, 64), "The entity that it happened to.", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r").optional(),
  eventType: described(
    text(1, 80),
    "What happened: `entity.created`, `entity.updated`, `entity.deleted`, `entity.restored`, `operation.started`, `operation.progressed`, `operation.completed`, `operation.failed`, or what the organization calls it.",
    "ticket.escalated",
  ),
  status: described(
    z.enum(["pending", "processing", "completed", "failed"]),
    "How far its processing is. A failed one is pending again at `nextRetryAt`, and stays where that is absent.",
  ),
  payload: described(jsonObject(32_768), "What is known of it; no secrets.", {
    entityType: "tickets",
    externalId: "4711",
  }),
  processedAt: described(timestampMs(), "When its processing ended, whether or not it worked.").optional(),
  retryCount: described(integer(0, 5), "How often its processing has failed.", 0),
  nextRetryAt: described(timestampMs(), "When it is to be processed again; absent where it is not.").optional(),
  error: described(text(0, 1000), "Why its processing failed.", "The receiver did not answer.").optional(),
  lockToken: described(z.string().max(64), "What its processor shows that it is the one.", "lck_2f6a").optional(),
  lockExpiresAt: described(timestampMs(), "When its processor is taken for dead.").optional(),
  expiresAt: described(timestampMs(), "When it is forgotten: 30 days after it happened."),
};

/** What happened to entities, for whoever processes it. Written with the change that it tells of. */
export const eventLogs = tenantTable(eventLogFields, "CU", {
  noun: "eventLog",
  description: "Something that happened, for a processor of the organization's own, and how far its processing is.",
  secret: ["lockToken"],
})
  .index("by_organizationId_and_createdAt", ["organizationId", "createdAt"])
  .index("by_organizationId_and_entityId_and_createdAt", ["organizationId", "entityId", "createdAt"])
  .index("by_organizationId_and_status_and_createdAt", ["organizationId", "status", "createdAt"])
  .index("by_organizationId_and_status_and_eventType_and_createdAt", [
    "organizationId",
    "status",
    "eventType",
    "createdAt",
  ])
  .index("by_organizationId_and_eventType_and_createdAt", ["organizationId", "eventType", "createdAt"])
  .index("by_status_and_nextRetryAt", ["status", "nextRetryAt"])
  .index("by_status_and_lockExpiresAt", ["status", "lockExpiresAt"])
  .index("by_expiresAt", ["expiresAt"]);

const syncCountFields = {
  created: described(integer(0, 1_000_000_000), "How many are new.", 12),
  updated: described(integer(0, 1_000_000_000), "How many have changed.", 3),
  deleted: described(integer(0, 1_000_000_000), "How many are gone.", 1),
  unchanged: described(integer(0, 1_000_000_000), "How many are as they were.", 480),
};
export const syncErrorFields = {
  scope: described(text(1, 100), "What it happened to.", "tickets"),
  message: described(text(0, 1000), "What went wrong.", "The provider did not answer."),
};

export const syncRunFields = {
  sourceType: described(z.enum(["dock", "dataSource"]), "What was synced."),
  sourceId: described(text(1, 64), "Its id.", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r"),
  type: described(text(1, 60), "Which of its rows were synced.", "tickets"),
  trigger: described(z.enum(["manual", "scheduled", "webhook"]), "What began it."),
  status: described(
    z.enum(["running", "success", "partial", "error"]),
    "How it went; `partial` where some of it failed.",
  ),
  isComplete: described(
    z.boolean(),
    "Whether it has seen all that the source has, to the end of its pages. Only what a complete run has not seen may be taken for gone.",
    true,
  ),
  startedAt: described(timestampMs(), "When it began."),
  finishedAt: described(timestampMs(), "When it ended; absent while it runs.").optional(),
  durationMs: described(integer(0, 8_640_000_000_000), "Milliseconds that it took.", 5300).optional(),
  counts: described(z.record(z.string().max(60), z.object(syncCountFields)), "What came of it, by kind of row.", {
    tickets: { created: 12, updated: 3, deleted: 1, unchanged: 480 },
  }),
  errors: described(z.array(z.object(syncErrorFields)).max(50), "What went wrong, the first 50 of it.", []),
  triggeredBy: described(reference("users", "null"), "Who began it; absent where no person did.").optional(),
  openKey: described(
    z.string().max(160),
    "Source and type while it runs, so that there is one run of them at a time.",
    "dataSource:jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r:tickets",
  ).optional(),
  lockExpiresAt: described(timestampMs(), "When it is taken for dead, unless something is heard of it.").optional(),
  expiresAt: described(timestampMs(), "When it is forgotten: 90 days after it ended.").optional(),
};

/** Runs of synchronizations, one a source and type at a time. Written by `openSyncRun` and what follows it. */
export const syncHistory = tenantTable(syncRunFields, "", {
  noun: "syncRun",
  description: "A run of a synchronization: of what, how it went, and what came of it.",
  secret: ["openKey", "lockExpiresAt"],
  unique: [{ fields: ["organizationId", "openKey"], index: "by_organizationId_and_openKey", code: "sync_in_progress" }],
})
  .index("by_organizationId_and_startedAt", ["organizationId", "startedAt"])
  .index("by_organizationId_and_sourceType_and_sourceId_and_startedAt", [
    "organizationId",
    "sourceType",
    "sourceId",
    "startedAt",
  ])
  .index("by_organizationId_and_sourceId_and_startedAt", ["organizationId", "sourceId", "startedAt"])
  .index("by_organizationId_and_sourceId_and_type_and_startedAt", ["organizationId", "sourceId", "type", "startedAt"])
  .index("by_organizationId_and_status_and_startedAt", ["organizationId", "status", "startedAt"])
  .index("by_organizationId_and_openKey", ["organizationId", "openKey"])
  .index("by_status_and_lockExpiresAt", ["status", "lockExpiresAt"])
  .index("by_expiresAt", ["expiresAt"]);
