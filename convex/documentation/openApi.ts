import { internalQuery } from "../_generated/server";
import { httpDocument } from "../core/httpDocument";
import { openApiEntityTag, openApiText } from "./openApiDocument";
import type { HttpDocument } from "../core/httpDocument";

/** The OpenAPI document, in a module of its own, so that no other request evaluates its text. */
export const document = internalQuery({
  args: {},
  returns: httpDocument,
  handler: async (): Promise<HttpDocument> => ({
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "public, max-age=300", etag: openApiEntityTag },
    body: openApiText,
  }),
});
