import { dayMs } from "../../core/wire/durations";
import { ProblemError } from "../../core/wire/errors";
import { principalOf } from "./links";
import { unknownType } from "./contentTypes";
import type { FoundBlob } from "./claiming";
import type { TenantMutationContext } from "../../core/operations/declaration";

/** As long as storage keeps what nobody registers. */
const announcedMs = dayMs;
const uploadOfType = /;\s*upload="?([a-z0-9]{31,37})"?\s*(?:;|$)/i;

/**
 * Notes who is about to upload. Answers the media type that the bytes are to be sent with: storage keeps it beside them, and nothing
 * else that a sender says, so it is what tells whose they are.
 */
export async function announceUpload(
  { caller, db, now }: Pick<TenantMutationContext, "caller" | "db" | "now">,
  size: number,
): Promise<string> {
  const principal = principalOf(caller);
  if (principal === undefined) throw new ProblemError("forbidden", "Only people, API keys and agents upload files.");
  const { _id } = await db.insert("fileUploads", { principal, size, expiresAt: now + announcedMs });
  return `${unknownType}; upload=${_id}`;
}

/**
 * Ends the announcement of an upload, which then is registered.
 * @throws {ProblemError} 404 for what somebody else has announced, or nobody; 413 for more bytes than were announced
 */
export async function takeUpload(
  { caller, db, unscoped, now }: TenantMutationContext,
  { declaredType = "", sizeBytes }: FoundBlob,
): Promise<void> {
  const uploadId = uploadOfType.exec(declaredType)?.[1]?.toLowerCase();
  const upload = uploadId === undefined ? null : await db.get("fileUploads", uploadId);
  if (!upload || upload.principal !== principalOf(caller) || upload.expiresAt <= now) throw noUpload();
  if (sizeBytes > upload.size)
    throw new ProblemError("payload_too_large", `The upload has ${sizeBytes} bytes; ${upload.size} were announced.`);
  await unscoped.discard("fileUploads", upload);
}

/** The same whether there is no such upload or somebody else's. */
export function noUpload(): ProblemError {
  return new ProblemError("not_found", "No upload of this storage id waits for the caller to register it.");
}
