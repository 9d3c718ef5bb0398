import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { entityTagOf } from "../core/etag";
import { httpDocument } from "../core/httpDocument";
import { servedDocument } from "./servedDocument";
import type { HttpDocument } from "../core/httpDocument";

/** The OpenAPI document, in a module of its own, so that no other request evaluates its text. */
export const document = internalQuery({
  args: { version: v.union(v.literal("3.1"), v.literal("3.0")) },
  returns: httpDocument,
  handler: async (_ctx, { version }): Promise<HttpDocument> => {
    const body = servedDocument(version, env["CONVEX_SITE_URL"]);
    return {
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "public, max-age=300", etag: entityTagOf(body) },
      body,
    };
  },
});
