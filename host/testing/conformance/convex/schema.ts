import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  rows: defineTable({ n: v.number(), text: v.string() }).index("by_n", ["n"]),
  stamped: defineTable({
    name: v.string(),
    at: v.optional(v.commitTs()),
    list: v.optional(v.array(v.commitTs())),
  }).index("by_at", ["at"]),
  searched: defineTable({ text: v.string(), vector: v.array(v.float64()) })
    .searchIndex("by_text", { searchField: "text" })
    .vectorIndex("by_vector", { vectorField: "vector", dimensions: 2 }),
  things: defineTable({ label: v.string(), a: v.optional(v.any()), b: v.optional(v.number()) }).index("by_a_b", [
    "a",
    "b",
  ]),
  effects: defineTable({ name: v.string() }),
});
