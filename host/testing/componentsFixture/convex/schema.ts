import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({ user: v.string(), text: v.string() }).index("by_user", ["user"]),
  scores: defineTable({ player: v.string(), score: v.number() }),
  players: defineTable({ name: v.string(), level: v.optional(v.string()) }),
  entries: defineTable({ note: v.string() }),
});
