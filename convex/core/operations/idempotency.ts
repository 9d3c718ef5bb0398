import { engineTables } from "../wire/engineTables";
import { dayMs } from "../wire/durations";
import { ProblemError } from "../wire/errors";
import type { RequestCaller } from "../access/caller";
import type { Operation } from "./declaration";
import type { Tenant } from "../access/tenant";
import type { MutationCtx, QueryCtx } from "../../_generated/server";

/** Longer answers are made again of the rows that they showed: a copy of each would cost more than the request. */
const maximumStoredCharacters = 65_536;

/** A client's `Idempotency-Key`, with what tells a repetition of its request from another request under the same key. */
export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 of target and body, in the form that every request which means the same has. */
  readonly requestHash: string;
}

/** The first answer to a request, as it is kept. */
export interface StoredAnswer {
  readonly status: number;
  /** Without its `data` where `createdIds` says which rows that was. */
  readonly body: string;
  readonly createdIds?: readonly string[];
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
): Promise<StoredAnswer | undefined> {
  const stored = await find(ctx, caller, tenant, key);
  if (!stored || stored.expiresAt <= now) return undefined;
  if (stored.requestHash !== requestHash || stored.operationId !== operation.declaration.operationId) {
    throw new ProblemError("idempotency_conflict", "This idempotency key belongs to a different request.");
  }
  const { statusCode: status, response: body = "", createdIds } = stored;
  return { status, body, ...(createdIds ? { createdIds } : {}) };
}

/** An answer as it is kept: a long list of rows by their ids. Every other answer is bounded by its operation, and fits. */
function keptOf({ status, body }: { readonly status: number; readonly body: string }): StoredAnswer {
  if (body.length <= maximumStoredCharacters) return { status, body };
  const { data, ...rest }: { data?: unknown } = JSON.parse(body);
  const ids = Array.isArray(data) ? data.map((row): unknown => Object(row).id) : [];
  // What became of each item of a batch is no row, though a row may be in it.
  const createdIds = ids.filter((id) => typeof id === "string");
  if (createdIds.length === 0 || createdIds.length < ids.length) return { status, body };
  return { status, body: JSON.stringify(rest), createdIds };
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
  const { body: response, createdIds } = keptOf(answer);
  const expired = await find(ctx, caller, tenant, key);
  if (expired) await ctx.db.delete(engineTables.answers, expired._id);
  await ctx.db.insert(engineTables.answers, {
    ...(tenant ? { organizationId: tenant.organization._id } : {}),
    principal: principalOf(caller),
    key,
    operationId: operation.declaration.operationId,
    requestHash,
    statusCode: answer.status,
    response,
    ...(createdIds ? { createdIds: [...createdIds] } : {}),
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
