import { engineTables } from "../wire/engineTables";
import { dayMs } from "../wire/durations";
import { ProblemError } from "../wire/errors";
import type { RequestCaller } from "../access/caller";
import type { Operation } from "./declaration";
import type { Tenant } from "../access/tenant";
import type { MutationCtx, QueryCtx } from "../../_generated/server";

// Convex documents end at 1 MiB; answers are at most a little longer than their requests, which end before that.
const maximumStoredCharacters = 400_000;

/** A client's `Idempotency-Key`, with what tells a repetition of its request from another request under the same key. */
export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 of target and body, in the form that every request which means the same has. */
  readonly requestHash: string;
}

/** Who a key belongs to: keys of different principals never meet. */
function principalOf(caller: RequestCaller): string {
  switch (caller.kind) {
    case "user":
      return `user:${caller.user._id}`;
    case "apiKey":
      return `apiKey:${caller.apiKey._id}`;
    case "agent":
      return `agent:${caller.agent._id}`;
    case "enrollment":
      return `enrollment:${caller.token._id}`;
    case "identity":
      return `identity:${caller.identity.tokenIdentifier}`;
    case "anonymous":
      return "anonymous";
  }
}

/**
 * The first answer to this key, or undefined if the request is new.
 * @throws {ProblemError} 409 when the key belongs to another request
 */
export async function storedAnswer(
  ctx: QueryCtx,
  operation: Operation,
  caller: RequestCaller,
  tenant: Tenant | undefined,
  { key, requestHash }: IdempotencyKey,
  now: number,
): Promise<{ status: number; body: string } | undefined> {
  const stored = await find(ctx, caller, tenant, key);
  if (!stored || stored.expiresAt <= now) return undefined;
  if (stored.requestHash !== requestHash || stored.operationId !== operation.declaration.operationId) {
    throw new ProblemError("idempotency_conflict", "This idempotency key belongs to a different request.");
  }
  if (stored.response === undefined) {
    throw new ProblemError(
      "idempotency_conflict",
      "The request succeeded before; its answer was too large to be kept.",
    );
  }
  return { status: stored.statusCode, body: stored.response };
}

/** Keeps an answer for 24 hours, in the transaction of its effect. */
export async function storeAnswer(
  ctx: MutationCtx,
  operation: Operation,
  caller: RequestCaller,
  tenant: Tenant | undefined,
  { key, requestHash }: IdempotencyKey,
  answer: { readonly status: number; readonly body: string },
  now: number,
): Promise<void> {
  const expired = await find(ctx, caller, tenant, key);
  if (expired) await ctx.db.delete(engineTables.answers, expired._id);
  await ctx.db.insert(engineTables.answers, {
    ...(tenant ? { organizationId: tenant.organization._id } : {}),
    principal: principalOf(caller),
    key,
    operationId: operation.declaration.operationId,
    requestHash,
    statusCode: answer.status,
    ...(answer.body.length > maximumStoredCharacters ? {} : { response: answer.body }),
    expiresAt: now + dayMs,
  });
}

function find(ctx: QueryCtx, caller: RequestCaller, tenant: Tenant | undefined, key: string) {
  return ctx.db
    .query(engineTables.answers)
    .withIndex("by_organizationId_and_principal_and_key", (q) =>
      q.eq("organizationId", tenant?.organization._id).eq("principal", principalOf(caller)).eq("key", key),
    )
    .unique();
}
