import { v } from "convex/values";
import { internalQuery } from "../_generated/server";
import { callerOfPrincipal, isRevoked } from "../core/access/caller";
import { rowReachOf } from "../core/access/reach";
import { assertUsable, resolveTenant } from "../core/access/tenant";
import { UnscopedReader } from "../core/records/reader";
import { ProblemError } from "../core/wire/errors";
import { headersOfFile } from "../core/wire/fileHeaders";
import { servedFileValidator } from "../core/wire/restProtocol";
import { readLinkToken } from "./files/links";
import type { FileLink } from "./files/links";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";

/**
 * The file behind a link, for whoever has it, as long as whoever asked for it may read files.
 * @throws {ProblemError} 403 once that is over
 */
export const open = internalQuery({
  args: { token: v.string() },
  returns: v.object({ headers: v.record(v.string(), v.string()), file: servedFileValidator }),
  handler: async (ctx, { token }) => {
    const now = Date.now();
    const link = await readLinkToken(token, now);
    const row = link && (await fileOf(ctx, link, now));
    if (!row)
      throw new ProblemError("link_expired", "Links hold for five minutes, and as long as their file is there.");
    const { storageId, size: sizeBytes } = row;
    return { headers: headersOfFile(row), file: { storageId, sizeBytes } };
  },
});

async function fileOf(ctx: QueryCtx, { fileId, holder }: FileLink, now: number): Promise<Doc<"files"> | null> {
  const row = await new UnscopedReader(ctx).get("files", fileId);
  if (!row || row.deletedAt !== undefined) return null;
  try {
    const { principal, tokenId } = holder;
    if (tokenId !== undefined && (await isRevoked(ctx, principal, tokenId)))
      throw new ProblemError("unauthenticated", "The token was revoked.");
    const caller = await callerOfPrincipal(ctx, principal, now);
    const tenant = await resolveTenant(ctx, caller, { named: row.organizationId, inPath: undefined }, now);
    assertUsable(tenant.organization);
    return (await rowReachOf(ctx, caller, tenant, "file:read")) ? row : null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError("link_expired", `Whoever asked for the link reads no files now. ${error.data.detail}`);
  }
}
