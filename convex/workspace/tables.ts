import * as z from "zod";
import { described, jsonObject, madeWhenAbsent, reference, tags, text, timestampMs } from "../core/schema/fields";
import { tenantTable } from "../core/schema/table";

export const scheduleFields = {
  title: described(text(1, 200), "What is to be done, in a line.", "Service the pumps"),
  description: described(
    text(0, 5000),
    "What is to be done, at length.",
    "Replace the filters on the roof.",
  ).optional(),
  userId: madeWhenAbsent(
    described(reference("users", "restrict"), "Whose schedule it is."),
    "The caller's unless given.",
  ),
  startDate: described(timestampMs(), "When the work begins."),
  endDate: described(timestampMs(), "When the work ends, after `startDate`.", Date.UTC(2026, 0, 15, 10, 30)),
  status: described(
    z.enum(["draft", "active", "completed", "cancelled"]),
    "How far the work is: a draft becomes active, what is active is completed, and both can be cancelled.",
  ).default("draft"),
};

/** Planned work of a user. Written by members. */
export const schedules = tenantTable(scheduleFields, "CUD", {
  noun: "schedule",
  description: "Planned work of a user, from draft to completion.",
  audited: true,
  events: ["created", "updated", "deleted", "restored"],
})
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
  text: described(text(1, 500), "What there is to do.", "Order spare parts"),
  completed: described(z.boolean(), "Whether it is done.").default(false),
};

/** Small things to do. Written by members, removed by administrators. */
export const todos = tenantTable(todoFields, "CU", {
  noun: "todo",
  description: "A small thing to do.",
  audited: true,
})
  .index("by_organizationId", ["organizationId"])
  .index("by_organizationId_and_completed", ["organizationId", "completed"])
  .index("by_organizationId_and_createdBy", ["organizationId", "createdBy"]);

export const itemFields = {
  name: described(text(1, 200), "What the item is called; several may have one name.", "Pressure sensor", "Flow meter"),
  status: described(text(1, 40), "A state in the organization's own words.", "open").default("open"),
  description: described(
    text(0, 5000),
    "What the item is, at length.",
    "Measures the water in the north basin.",
  ).optional(),
  tags: described(tags(20), "Words to find it by, 20 at most.", ["maintenance"]).optional(),
  metadata: described(jsonObject(8192), "What an integration keeps with the item.", { costCenter: "4711" }).optional(),
};

/** The reference resource of an organization-scoped feature. Written by members. */
export const items = tenantTable(itemFields, "CUD", {
  noun: "item",
  description: "A thing of the organization: the reference resource, which shows every plain operation.",
  audited: true,
})
  .index("by_organizationId_and_deletedAt", ["organizationId", "deletedAt"])
  .index("by_organizationId_and_deletedAt_and_status", ["organizationId", "deletedAt", "status"])
  .index("by_organizationId_and_deletedAt_and_name", ["organizationId", "deletedAt", "name"]);
