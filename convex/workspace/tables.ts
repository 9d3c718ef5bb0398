import * as z from "zod";
import { jsonObject, reference, tags, text, timestampMs } from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";

export const scheduleFields = {
  title: text(1, 200),
  description: text(0, 5000).optional(),
  userId: reference("users", "restrict").meta({ description: "Whose schedule it is; the caller unless given." }),
  startDate: timestampMs(),
  endDate: timestampMs().meta({ description: "After `startDate`." }),
  status: z.enum(["draft", "active", "completed", "cancelled"]).default("draft"),
};

/** Planned work of a user. Written by members. */
export const schedules = tenantTable(scheduleFields, "CUD", { noun: "schedule", audited: true })
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_status_and_startDate", [
    "organizationId",
    "deletedAt",
    "status",
    "startDate",
  ])
  .index("by_organizationId_and_deletedAt_and_userId_and_startDate", [
    "organizationId",
    "deletedAt",
    "userId",
    "startDate",
  ])
  .index("by_organizationId_and_deletedAt_and_startDate", ["organizationId", "deletedAt", "startDate"]);

export const todoFields = {
  text: text(1, 500),
  completed: z.boolean().default(false),
};

/** Small things to do. Written by members, removed by administrators. */
export const todos = tenantTable(todoFields, "CU", { noun: "todo", audited: true })
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_completed", ["organizationId", "completed"])
  .index("by_organizationId_and_createdBy", ["organizationId", "createdBy"]);

export const itemFields = {
  name: text(1, 200),
  status: text(1, 40).default("open"),
  description: text(0, 5000).optional(),
  tags: tags(20).optional(),
  metadata: jsonObject(8192).optional(),
};

/** The reference resource of an organization-scoped feature. Written by members. */
export const items = tenantTable(itemFields, "CUD", { noun: "item", audited: true })
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"]);
