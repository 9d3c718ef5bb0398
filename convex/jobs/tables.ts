import * as z from "zod";
import { described, integer, jsonObject, rowId, text, timestampMs } from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";

export const scheduledJobFields = {
  runner: described(z.enum(["builtin", "worker"]), "Who runs it: this deployment, or a worker that claims it."),
  action: described(z.string().max(80), "What is to be done.", "organization.purge"),
  payload: described(jsonObject(32_768), "What it is done with; no secrets.", {}),
  priority: described(integer(1, 10), "Which of those that are due comes first: 1 before 10.", 5),
  status: described(z.enum(["pending", "running", "completed", "failed"]), "How far it is."),
  scheduledAt: described(timestampMs(), "When it begins at the earliest."),
  attempts: described(integer(0, 1000), "How often it was begun, or gone on with after a failure.", 1),
  attemptsMax: described(integer(1, 20), "How often it is begun before it has failed for good.", 5),
  nextRetryAt: described(timestampMs(), "When it goes on after a failure; absent where it does not.").optional(),
  startedAt: described(timestampMs(), "When it began.").optional(),
  completedAt: described(timestampMs(), "When it ended, whether or not it did what it was to do.").optional(),
  progress: described(jsonObject(8192), "What of it is done.", { table: "schedules", deleted: 1200 }).optional(),
  cursor: described(z.string().max(8192), "Where it goes on.", "eyJwb3NpdGlvbiI6MX0").optional(),
  stepId: described(
    rowId("_scheduled_functions"),
    "The scheduled function that does its next step; absent where none does.",
  ).optional(),
  error: described(z.string().max(2000), "Why its last attempt failed.", "The provider did not answer.").optional(),
  result: described(jsonObject(32_768), "What came of it.", { deleted: 4711 }).optional(),
  lockedBy: described(text(1, 80), "The worker that has claimed it.", "worker-3").optional(),
  lockToken: described(z.string().max(64), "What the worker shows that it is the one.", "lck_2f6a").optional(),
  lockExpiresAt: described(timestampMs(), "When whoever runs it is taken for dead.").optional(),
  dedupeKey: described(text(1, 200), "No two that are pending or running share it.", "organization.purge").optional(),
};

/** Work that goes on after the answer, a step at a time. Written by `startJob` and the runner. */
export const scheduledJobs = tenantTable(scheduledJobFields, "CU", {
  noun: "scheduledJob",
  description: "Work that goes on in the background: what it is, how far it is, and how it ended.",
  secret: ["lockToken", "stepId", "cursor"],
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_status_and_priority_and_scheduledAt", [
    "organizationId",
    "status",
    "priority",
    "scheduledAt",
  ])
  .index("by_organizationId_and_scheduledAt", ["organizationId", "scheduledAt"])
  .index("by_organizationId_and_dedupeKey_and_status", ["organizationId", "dedupeKey", "status"])
  .index("by_organizationId_and_action_and_status", ["organizationId", "action", "status"])
  .index("by_status_and_nextRetryAt", ["status", "nextRetryAt"])
  .index("by_runner_and_status_and_scheduledAt", ["runner", "status", "scheduledAt"])
  .index("by_status_and_lockExpiresAt", ["status", "lockExpiresAt"]);
