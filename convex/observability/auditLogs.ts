import { crud } from "../core/resources/crud";
import { described, exampleRowId, text } from "../core/schema/fields";
import { resource } from "../core/resources/resource";
import { auditLogFields } from "./tables";

// Every index of the trail ends in `createdAt`, so that is what it is sorted and cut by, under that name only.
const times = { ranges: { createdAt: ["from", "to"] }, sorts: ["createdAt"], created: false } as const;

const auditLogs = resource({
  name: "observability/auditLogs",
  table: "auditLogs",
  path: "/audit-logs",
  fields: auditLogFields,
  list: {
    filters: ["userId", "tableName", "recordId", "action", "result"],
    ...times,
    access: "permission",
  },
});

const { get } = crud(auditLogs);
export { get };

export const list = auditLogs.list("list", {
  summary: "List the audit trail",
  description:
    "Newest first unless sorted otherwise. Reading it leaves a row of its own, `audit.read`, once an hour and actor.",
  departs: { auditedAs: "audit.read" },
});

export const getRecordHistory = auditLogs.list("getRecordHistory", {
  path: "/records/{tableName}/{recordId}",
  summary: "Get the history of a record",
  description: "Every audit row of one record, newest first unless sorted otherwise; also of one that is gone.",
  input: () => ({
    tableName: described(text(1, 64), "The table that the record is or was in.", "schedules"),
    recordId: described(text(1, 64), "Id of the record.", exampleRowId),
  }),
  options: times,
  departs: { operationId: "getRecordHistory" },
  handler: (ctx, input) => auditLogs.rows(ctx, input),
});
