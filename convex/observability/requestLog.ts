import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { identifyCaller } from "../core/access/caller";
import { resolveTenant } from "../core/access/tenant";
import { actorOf } from "../core/records/audit";
import { logExpiry } from "../core/records/requestLog";
import { systemWriter } from "../core/records/systemWriter";
import { ProblemError } from "../core/wire/errors";
import { redactedTarget, withoutCredentials } from "../core/wire/redaction";
import { credentialValidator, loggedCallValidator } from "../core/wire/restProtocol";
import { maximumLoggedBodyCharacters, maximumLoggedUrlCharacters } from "./tables";
import type { ObjectType } from "convex/values";
import type { LoggedCall } from "../core/wire/restProtocol";
import type { MutationCtx } from "../_generated/server";

const maximumHeaderCharacters = 300;
const headersValidator = v.record(v.string(), v.string());
/** A request and its answer, as the gateway saw them. */
const exchangeFields = {
  url: v.string(),
  method: v.string(),
  statusCode: v.number(),
  durationMs: v.number(),
  requestId: v.string(),
  headers: headersValidator,
  responseHeaders: headersValidator,
  problem: v.optional(v.any()),
};

/**
 * Appends a request to the log of its organization, once it is answered. The gateway calls this for refusals and for the successes
 * that the engine picked; it says no more of a body than the engine left of it.
 */
export const record = internalMutation({
  args: { logged: loggedCallValidator, ...exchangeFields },
  returns: v.null(),
  handler: async (ctx, { logged, ...exchange }) => {
    await append(ctx, logged, exchange);
    return null;
  },
});

/**
 * Appends a request that broke off inside, where neither caller nor organization was told: finds both as the operation would. Whoever
 * is none of them has nothing in anybody's log.
 */
export const recordFailure = internalMutation({
  args: {
    credential: v.optional(credentialValidator),
    organization: v.optional(v.string()),
    /** The organization of the path, where it names one. */
    inPath: v.optional(v.string()),
    ...exchangeFields,
  },
  returns: v.null(),
  handler: async (ctx, { credential, organization: named, inPath, ...exchange }) => {
    try {
      const now = Date.now();
      const caller = await identifyCaller(ctx, credential, now);
      if (caller.kind === "anonymous" || caller.kind === "identity") return null;
      const { organization } = await resolveTenant(ctx, caller, { named, inPath }, now);
      const { actorType, userId, apiKeyId, agentId } = actorOf(caller);
      const actorId = userId ?? apiKeyId ?? agentId;
      const who = { organizationId: organization._id, actorType, ...(actorId === undefined ? {} : { actorId }) };
      await append(ctx, who, exchange);
    } catch (error) {
      // Who may not act there is told so by the operation, and writes in no log of its members.
      if (!(error instanceof ProblemError)) throw error;
    }
    return null;
  },
});

async function append(
  ctx: MutationCtx,
  { organizationId, ...call }: Omit<LoggedCall, "operationId"> & Partial<Pick<LoggedCall, "operationId">>,
  { url, problem, headers, responseHeaders, ...told }: ObjectType<typeof exchangeFields>,
): Promise<void> {
  const now = Date.now();
  const work = { noun: "apiLog", action: "apiLog.record", isAudited: false, now };
  const writer = systemWriter(ctx, work);
  const organization = await writer.get("organizations", organizationId);
  // A purge that came between takes its log along.
  if (!organization) return;
  const { code }: { code?: unknown } = Object(problem);
  await writer.within(organization).insert("apiLogs", {
    direction: "inbound",
    ...call,
    ...told,
    url: cut(redactedTarget(url), maximumLoggedUrlCharacters),
    headers: shown(headers),
    responseHeaders: shown(responseHeaders),
    ...(problem === undefined
      ? {}
      : { responseBody: cut(withoutCredentials(JSON.stringify(problem)), maximumLoggedBodyCharacters) }),
    ...(typeof code === "string" ? { errorCode: code } : {}),
    createdAt: now,
    expiresAt: logExpiry(organization, now),
  });
}

function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}

function shown(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, cut(withoutCredentials(value), maximumHeaderCharacters)]),
  );
}
