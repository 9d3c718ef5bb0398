import { isLoggedSuccess, logExpiry } from "../core/records/requestLog";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** A request that the deployment sent for an organization, as its log tells of it. */
export interface OutboundCall {
  readonly url: string;
  readonly method: string;
  /** Absent where no answer came. */
  readonly statusCode?: number | undefined;
  readonly durationMs: number;
  /** What the request was about, by an id that its receiver saw. */
  readonly requestId: string;
  readonly isFailed: boolean;
}

/**
 * Appends a request to somebody else's server to the log of the organization that it was sent for: each that failed, and of the others as
 * many as of requests that came in. Of the address no more than the origin: what follows is often the secret that opens it.
 */
export async function logOutbound(
  { writer, now }: { readonly writer: UnscopedWriter; readonly now: number },
  organization: Doc<"organizations">,
  { url, statusCode, isFailed, ...call }: OutboundCall,
): Promise<void> {
  if (!isFailed && !isLoggedSuccess(organization)) return;
  await writer.within(organization).insert("apiLogs", {
    direction: "outbound",
    ...call,
    url: new URL(url).origin,
    ...(statusCode === undefined ? {} : { statusCode }),
    actorType: "system",
    createdAt: now,
    expiresAt: logExpiry(organization, now),
  });
}
