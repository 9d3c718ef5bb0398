import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({ author: v.string(), body: v.string() }).index("by_author", ["author"]),
  tasks: defineTable({ text: v.string(), author: v.optional(v.string()), bytes: v.optional(v.bytes()) }),
});
