import { makeFunctionReference } from "convex/server";
import { isLoggedSuccess, logExpiry } from "../core/records/requestLog";
import { outboundFetch } from "../core/wire/outboundFetch";
import type { OutboundRequest, OutboundResult } from "../core/wire/outboundFetch";
import type { UnscopedWriter } from "../core/records/writer";
import type { ActionCtx } from "../_generated/server";
import type { Doc, Id } from "../_generated/dataModel";

/** A request that the deployment sent for an organization, as its log tells of it. */
export interface OutboundCall {
  readonly url: string;
  readonly method: string;
  /** Absent where no answer came. */
  readonly statusCode?: number | undefined;
  readonly durationMs: number;
  /** What the request was about, by an id that its receiver saw; of a request to a provider, what sent it. */
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

/** For whom requests were sent, and by what. Types, as arguments of functions are. */
type Sender = { readonly organizationId: Id<"organizations">; readonly requestId: string };
/** A request that was made: of its address no more than the log has. */
type Sent = {
  readonly origin: string;
  readonly method: string;
  readonly statusCode?: number;
  readonly durationMs: number;
};
const noteReference = makeFunctionReference<"mutation", Sender & { requests: Sent[] }>(
  "observability/outboundRequests:note",
);

/** The outbound door of an action, which keeps what was sent until it is written into the log of an organization. */
export class OutboundRequests {
  readonly #sent: Sent[] = [];

  /** Sends a request as `outboundFetch` does. */
  readonly send = async (request: OutboundRequest): Promise<OutboundResult> => {
    const result = await outboundFetch(request);
    const { url, method = "GET" } = request;
    const { durationMs } = result;
    if (result.kind === "answered")
      this.#sent.push({ origin: new URL(url).origin, method, statusCode: result.status, durationMs });
    // What was not sent at all is no request.
    else if (result.reason !== "url_not_allowed") this.#sent.push({ origin: new URL(url).origin, method, durationMs });
    return result;
  };

  /** Writes down what was sent since it was last called. */
  async keep(ctx: Pick<ActionCtx, "runMutation">, sender: Sender): Promise<void> {
    const requests = this.#sent.splice(0);
    if (requests.length > 0) await ctx.runMutation(noteReference, { ...sender, requests });
  }
}
