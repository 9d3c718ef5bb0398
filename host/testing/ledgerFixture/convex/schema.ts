import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** Double-entry bookkeeping: whatever is torn leaves a sum that is not zero, or rows and counters that disagree. */
export default defineSchema({
  transfers: defineTable({ key: v.string() }).index("by_key", ["key"]),
  postings: defineTable({ key: v.string(), account: v.string(), amount: v.number() }),
  /** Written two calls below the mutation that the client asked for, one per posting. */
  auditLines: defineTable({ key: v.string() }),
  accounts: defineTable({ name: v.string(), balance: v.number() }).index("by_name", ["name"]),
  /** What scheduled functions have written, one row per run. */
  runs: defineTable({ key: v.string(), kind: v.union(v.literal("settle"), v.literal("confirm"), v.literal("notify")) }),
  counters: defineTable({ name: v.string(), value: v.number() }).index("by_name", ["name"]),
  /** Only nested calls that fail write here, so it stays empty. */
  ghosts: defineTable({ key: v.string() }),
});
