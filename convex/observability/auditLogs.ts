import * as z from "zod";
import { crud, listRows } from "../core/crud";
import { text, timestampMs } from "../core/fields";
import { supportedSets } from "../core/list";
import { listOperation } from "../core/operation";
import { resource } from "../core/resource";
import { tableFacts } from "../core/tableFacts";
import { auditLogFields } from "./tables";

const auditLogs = resource({
  name: "observability/auditLogs",
  table: "auditLogs",
  path: "/audit-logs",
  fields: auditLogFields,
  list: {
    filters: ["userId", "tableName", "recordId", "action", "result"],
    ranges: { createdAt: ["from", "to"] },
    sorts: ["createdAt"],
    access: "permission",
  },
});

// Every index of the trail ends in `createdAt`, so that is what it is sorted and cut by, not the rows' own creation.
const times = {
  from: timestampMs().optional().meta({ description: "Inclusive, milliseconds since the epoch." }),
  to: timestampMs().optional().meta({ description: "Exclusive, milliseconds since the epoch." }),
  sort: z
    .enum(["createdAt", "-createdAt"])
    .optional()
    .meta({ description: "Ascending, or descending with `-`; newest first unless given." }),
};

const { get } = crud(auditLogs);
export { get };

export const list = listOperation({
  name: "observability/auditLogs:list",
  operationId: "listAuditLogs",
  noun: "auditLog",
  method: "GET",
  path: "/audit-logs",
  summary: "List the audit trail",
  description: `Newest first unless sorted otherwise. Reading it leaves a row of its own, \`audit.read\`, once an hour and actor. ${supportedSets(tableFacts.auditLogs, auditLogs.listOptions)}`,
  access: "permission",
  permission: "auditLog:read",
  auditedAs: "audit.read",
  query: {
    userId: auditLogFields.userId,
    tableName: auditLogFields.tableName,
    recordId: auditLogFields.recordId,
    action: auditLogFields.action.optional(),
    result: auditLogFields.result.optional(),
    ...times,
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
  params: { tableName: text(1, 64), recordId: text(1, 64) },
  query: times,
  output: auditLogs.document,
  problems: ["invalid_cursor"],
  handler: (ctx, input) => listRows(ctx, "auditLogs", auditLogs.listOptions, input, "auditLog"),
});
