import { ProblemError } from "../../core/wire/errors";
import { recordHealth } from "../../observability/recordHealth";
import { logAgentCall } from "./log";
import { agents } from "./resource";
import { externalAddress } from "./rules";
import { assertEnrollable, assertReplaceable, assertUsesLeft } from "./enrollmentRules";
import type { RequestCaller } from "../../core/access/caller";
import type { IssuedSecret, TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

type EnrollmentContext = TenantMutationContext & {
  readonly caller: Extract<RequestCaller, { kind: "enrollment" }>;
  readonly secret: IssuedSecret;
};

/** What a device says of itself when it enrols. */
export interface Device extends Pick<Doc<"agents">, "guid" | "hostname" | "platform" | "version"> {
  readonly ipAddress?: string | undefined;
  readonly macAddress?: string | undefined;
}

/**
 * Makes the device an agent of the token's site, or gives the agent that has its GUID the facts and a new key, if nobody
 * uses the one it has. An agent in the trash does not count: the device gets a new one. Throws 409 when the token is used up,
 * the site is not active, the agent is in use or of another site (whoever names a GUID has not shown to be that device),
 * or is revoked, which only a rotation of its key ends (SM-credential).
 */
export async function enrollDevice(
  ctx: EnrollmentContext,
  device: Device,
): Promise<{ agent: Doc<"agents">; isExisting: boolean }> {
  const { token } = ctx.caller;
  assertUsesLeft(token);
  assertEnrollable(await ctx.db.get("sites", token.siteId));
  const known = await ctx.db
    .index("agents", "by_organizationId_and_deletedAt_and_guid", (q) =>
      q.eq("deletedAt", undefined).eq("guid", device.guid),
    )
    .unique();
  const agent = known ? await reenroll(ctx, known, device) : await register(ctx, device);
  await ctx.db.patch("agentEnrollmentTokens", token, { useCount: token.useCount + 1 });
  await recordHealth(
    ctx,
    ctx.tenant.organization,
    { resourceType: "agent", resourceId: agent._id, outcome: "success" },
    { onChange: true },
  );
  await logAgentCall(ctx, agent, { endpoint: "/v1/agents/enroll", statusCode: known ? 200 : 201 });
  return { agent, isExisting: known !== null };
}

function register(ctx: EnrollmentContext, device: Device): Promise<Doc<"agents">> {
  const agent = {
    ...device,
    siteId: ctx.caller.token.siteId,
    checkinIntervalSeconds: checkinIntervalOf(ctx),
    registeredAt: ctx.now,
    connectionStatus: "online",
    credentialStatus: "active",
    keyHash: ctx.secret.hash,
    ...externalAddress(ctx.origin.ip),
  } as const;
  return agents.insert(ctx, agent, auditMetadata(ctx));
}

function reenroll(ctx: EnrollmentContext, known: Doc<"agents">, device: Device): Promise<Doc<"agents">> {
  if (known.credentialStatus === "revoked") {
    throw new ProblemError(
      { target: "agent_revoked" },
      "The agent that has this GUID is revoked; an administrator can rotate its key.",
    );
  }
  assertReplaceable(known, ctx.caller.token.siteId, checkinIntervalOf(ctx), ctx.now);
  const changes = {
    ...provided(device),
    checkinIntervalSeconds: checkinIntervalOf(ctx),
    keyHash: ctx.secret.hash,
    keyRotatedAt: ctx.now,
    ...externalAddress(ctx.origin.ip),
  };
  return agents.patch(ctx, known, changes, auditMetadata(ctx));
}

function checkinIntervalOf({ tenant }: EnrollmentContext): number {
  return tenant.organization.settings.agentCheckinIntervalSeconds;
}

/** No principal enrols a device; the token it used is what leads back to who let it in. */
function auditMetadata({ caller }: EnrollmentContext) {
  return { enrollmentTokenId: caller.token._id };
}

/** Facts that were left out stay as they were. */
function provided({ ipAddress, macAddress, ...device }: Device) {
  return {
    ...device,
    ...(ipAddress === undefined ? {} : { ipAddress }),
    ...(macAddress === undefined ? {} : { macAddress }),
  };
}
