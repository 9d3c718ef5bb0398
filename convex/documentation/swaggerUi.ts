import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { httpDocument } from "../core/wire/httpDocument";
import { siteBasePath } from "../core/wire/siteBasePath";
import { ownFiles, pageFor } from "./docsPage";
import { swaggerAssets } from "./swaggerAssets";
import type { HttpDocument } from "../core/wire/httpDocument";

const immutable = "public, max-age=31536000, immutable";
const revalidated = "public, max-age=300";
const versionCharacters = 16;

/** Swagger UI: its page without a `name`, else one of its files. 404 for a file that does not exist. */
export const file = internalQuery({
  args: { name: v.optional(v.string()), version: v.optional(v.string()) },
  returns: httpDocument,
  handler: async (_ctx, { name, version }): Promise<HttpDocument> => {
    if (name === undefined) return pageFor(versionOf, siteBasePath(env), signInUrl());
    const own = ownFiles.get(name);
    if (own) return own;
    const asset = swaggerAssets.get(name);
    if (!asset) return { status: 404, headers: {}, body: "" };
    return {
      status: 200,
      headers: {
        "content-type": asset.contentType,
        "content-encoding": "gzip",
        // The page names each file with its hash, so that browsers never fetch a file twice.
        "cache-control": version === versionOf(name) ? immutable : revalidated,
        etag: `"${asset.sha256}"`,
        vary: "Accept-Encoding",
        ...(name.endsWith(".html")
          ? { "content-security-policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'" }
          : {}),
      },
      body: asset.gzipBase64,
      isBase64: true,
    };
  },
});

/** The host sets it in development; an address of anything but this machine would be no local sign-in. */
function signInUrl(): string | undefined {
  const url = env["PORTICO_SIGN_IN_URL"] ?? "";
  return /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url) ? url : undefined;
}

function versionOf(name: string): string {
  const asset = swaggerAssets.get(name);
  if (!asset) throw new Error(`Swagger UI has no file ${name}.`);
  return asset.sha256.slice(0, versionCharacters);
}
