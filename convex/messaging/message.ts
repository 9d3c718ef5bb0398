import { v } from "convex/values";
import type { Infer } from "convex/values";

/** An e-mail as its recipient gets it, secrets included. Actions make it and hand it on; nothing stores it. */
export const messageValidator = v.object({
  emailId: v.id("emails"),
  createdAt: v.number(),
  from: v.string(),
  to: v.string(),
  subject: v.string(),
  text: v.string(),
  html: v.string(),
  headers: v.record(v.string(), v.string()),
});
export type Message = Infer<typeof messageValidator>;
