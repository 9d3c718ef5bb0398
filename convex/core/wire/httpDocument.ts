import { v } from "convex/values";
import type { Infer } from "convex/values";

/** A document that a function makes and the gateway passes on as it is. Binary bodies cross the border as base64 text. */
export const httpDocument = v.object({
  status: v.number(),
  headers: v.record(v.string(), v.string()),
  body: v.string(),
  isBase64: v.optional(v.boolean()),
});
export type HttpDocument = Infer<typeof httpDocument>;
