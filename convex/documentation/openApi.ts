import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { entityTagOf } from "../core/wire/etag";
import { httpDocument } from "../core/wire/httpDocument";
import { documentDomains } from "./documentDomains";
import { documentOrigin } from "./documentOrigin";
import { servedDocument } from "./servedDocument";
import type { HttpDocument } from "../core/wire/httpDocument";

/** A deployment serves the same text until its code or its origin changes, and anyone may request it often. */
const documents = new Map<string, HttpDocument>();

/**
 * The OpenAPI document, or the part of it that is about one `domain`, in a module of its own, so that no other request evaluates
 * its text. 404 for a domain that does not exist.
 */
export const document = internalQuery({
  args: { version: v.union(v.literal("3.1"), v.literal("3.0")), domain: v.optional(v.string()) },
  returns: httpDocument,
  handler: async (_ctx, { version, domain: name }): Promise<HttpDocument> => {
    const domain = documentDomains.find((candidate) => candidate.name === name);
    if (name !== undefined && domain === undefined) return { status: 404, headers: {}, body: "" };
    const origin = env["CONVEX_SITE_URL"] ?? documentOrigin;
    const known = JSON.stringify([version, name, origin]);
    let served = documents.get(known);
    if (served === undefined) {
      const body = servedDocument({ version, domain }, origin);
      served = {
        status: 200,
        headers: {
          "content-type": "application/json",
          "cache-control": "public, max-age=300",
          etag: entityTagOf(body),
        },
        body,
      };
      documents.set(known, served);
    }
    return served;
  },
});
