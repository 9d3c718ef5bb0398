import { crud } from "../core/resources/crud";
import { listRows } from "../core/resources/pages";
import { described, exampleRowId, text } from "../core/schema/fields";
import { listParameters, supportedSets } from "../core/records/listPlan";
import { listOperation } from "../core/operations/define";
import { resource } from "../core/resources/resource";
import { tableMetadata } from "../core/schema/tableMetadata";
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

export const list = listOperation({
  name: "observability/auditLogs:list",
  operationId: "listAuditLogs",
  noun: "auditLog",
  method: "GET",
  path: "/audit-logs",
  summary: "List the audit trail",
  description: `Newest first unless sorted otherwise. Reading it leaves a row of its own, \`audit.read\`, once an hour and actor. ${supportedSets(tableMetadata.auditLogs, auditLogs.listOptions)}`,
  access: "permission",
  permission: "auditLog:read",
  auditedAs: "audit.read",
  get query() {
    return auditLogs.listFields;
  },
  output: auditLogs.document,
  problems: ["unsupported_filter", "invalid_cursor"],
  handler: (ctx, input) => listRows(ctx, "auditLogs", auditLogs.listOptions, input, "auditLog"),
});

export const getRecordHistory = listOperation({
  name: "observability/auditLogs:getRecordHistory",
  operationId: "getRecordHistory",
  noun: "auditLog",
  method: "GET",
  path: "/audit-logs/records/{tableName}/{recordId}",
  summary: "Get the history of a record",
  description: "Every audit row of one record, newest first unless sorted otherwise; also of one that is gone.",
  access: "permission",
  permission: "auditLog:read",
  params: {
    tableName: described(text(1, 64), "The table that the record is or was in.", "schedules"),
    recordId: described(text(1, 64), "Id of the record.", exampleRowId),
  },
  get query() {
    return listParameters("auditLogs", auditLogFields, times);
  },
  output: auditLogs.document,
  problems: ["invalid_cursor"],
  handler: (ctx, input) => listRows(ctx, "auditLogs", auditLogs.listOptions, input, "auditLog"),
});
