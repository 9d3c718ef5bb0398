import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  tasks: defineTable({
    key: v.string(),
    project: v.string(),
    assignee: v.string(),
    dueAt: v.number(),
    title: v.string(),
    description: v.string(),
    status: v.string(),
    updatedAt: v.number(),
  })
    .index("by_key", ["key"])
    .index("by_project", ["project"])
    .index("by_assignee_and_due", ["assignee", "dueAt"]),
});
