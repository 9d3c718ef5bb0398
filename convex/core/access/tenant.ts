import { notFound, ProblemError } from "../wire/errors";
import { isBanned, isInForce, membershipOf, noStanding, standingOf } from "./standing";
import type { RequestCaller } from "./caller";
import type { Standing } from "./standing";
import type { Doc, Id } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";

/** The organization a call acts in, and what the caller may do there. */
export interface Tenant extends Standing {
  readonly organization: Doc<"organizations">;
  readonly membership: Doc<"memberships"> | undefined;
}

/** How a request names its organization besides its credential. */
export interface NamedOrganization {
  /** `Portico-Organization` header or `organizationId` argument: id or slug, or the text of the token's claim. */
  readonly named: string | undefined;
  /** The organization of the path; a foreign one is simply not found. */
  readonly inPath: string | undefined;
}

/** Finds the organization that a header, a path or an argument names by id or slug, deleted ones included. */
export async function findOrganization(ctx: QueryCtx, name: string): Promise<Doc<"organizations"> | null> {
  const id = ctx.db.normalizeId("organizations", name);
  if (id) return ctx.db.get("organizations", id);
  return ctx.db
    .query("organizations")
    .withIndex("by_slug", (q) => q.eq("slug", name))
    .unique();
}

/**
 * Finds the organization that a token's claim names by id or external id, deleted ones included. Slugs change hands, so an
 * identity provider's token never means one.
 */
export async function findClaimedOrganization(ctx: QueryCtx, claim: string): Promise<Doc<"organizations"> | null> {
  const id = ctx.db.normalizeId("organizations", claim);
  if (id) return ctx.db.get("organizations", id);
  return ctx.db
    .query("organizations")
    .withIndex("by_externalId", (q) => q.eq("externalId", claim))
    .unique();
}

/** Resolves the tenant of `caller` by the order claim, name, default; throws the 400, 403 or 404 that applies. */
export async function resolveTenant(
  ctx: QueryCtx,
  caller: Exclude<RequestCaller, { kind: "anonymous" | "identity" }>,
  { named, inPath }: NamedOrganization,
  now: number,
): Promise<Tenant> {
  if (caller.kind !== "user") return machineTenant(ctx, caller, { named, inPath });
  const { claimedOrganization, user } = caller;
  const found: (Doc<"organizations"> | null)[] = [];
  if (inPath !== undefined) found.push(await findOrganization(ctx, inPath));
  if (claimedOrganization !== undefined) found.push(await findClaimedOrganization(ctx, claimedOrganization));
  // A name that only repeats the claim says nothing of its own; by the rules of uniqueness it is no other organization's.
  if (named !== undefined && named !== claimedOrganization) found.push(await findOrganization(ctx, named));
  if (found.length === 0 && user.defaultOrganizationId !== undefined)
    found.push(await ctx.db.get("organizations", user.defaultOrganizationId));
  const [organization, ...others] = found;
  if (organization === undefined) throw new ProblemError("organization_required", "The request names no organization.");
  // Rows are compared, never texts: the same text is another name in a claim than in a header.
  if (others.some((other) => other?._id !== organization?._id)) throw mismatch(inPath);
  const isHidden = inPath !== undefined;
  if (organization === null) {
    // As much is read as of an organization of strangers, so that not even the time tells it from none.
    const unknown = ctx.db.normalizeId("organizations", inPath ?? named ?? "") ?? user.defaultOrganizationId;
    if (unknown) await membershipOf(ctx.db, unknown, user._id);
  }
  const member = await memberOf(ctx.db, organization, user._id, now, isHidden);
  return { ...member, ...(await standingOf(ctx, member.membership)) };
}

/**
 * The caller as a member of an organization that was looked up. Throws 403 unless the membership is in force; to strangers an
 * organization that `isHidden` is missing: 404.
 */
export async function memberOf(
  db: Parameters<typeof membershipOf>[0],
  organization: Doc<"organizations"> | null,
  userId: Id<"users">,
  now: number,
  isHidden = false,
): Promise<{ readonly organization: Doc<"organizations">; readonly membership: Doc<"memberships"> }> {
  const membership = organization && (await membershipOf(db, organization._id, userId));
  if (!organization || !membership || membership.status === "pending") {
    if (isHidden) throw notFound("organization");
    throw new ProblemError("not_a_member", "The caller is not a member of the named organization.");
  }
  if (isBanned(membership, now)) throw new ProblemError("membership_banned", "The caller's membership is banned.");
  if (!isInForce(membership, now)) throw new ProblemError("user_inactive", "The caller's membership is inactive.");
  return { organization, membership };
}

function mismatch(inPath: string | undefined): ProblemError {
  if (inPath !== undefined) return notFound("organization");
  return new ProblemError("tenant_mismatch", "The token and the request name different organizations.");
}

async function machineTenant(
  ctx: QueryCtx,
  caller: Exclude<RequestCaller, { kind: "anonymous" | "identity" | "user" }>,
  { named, inPath }: NamedOrganization,
): Promise<Tenant> {
  const organization = await ctx.db.get("organizations", credentialRowOf(caller).organizationId);
  if (!organization) throw new ProblemError("unauthenticated", "The credential's organization is gone.");
  for (const other of [inPath, named]) {
    if (other === undefined) continue;
    if (other !== organization._id && other !== organization.slug) throw mismatch(inPath);
  }
  return { organization, membership: undefined, ...machineStanding(caller) };
}

function credentialRowOf(caller: Parameters<typeof machineTenant>[1]) {
  if (caller.kind === "apiKey") return caller.apiKey;
  return caller.kind === "agent" ? caller.agent : caller.token;
}

/** An enrolment token holds no permission: it opens the operations of access `enrollment`, and nothing else. */
function machineStanding(caller: Parameters<typeof machineTenant>[1]): Standing {
  if (caller.kind === "apiKey") return { rights: caller.rights, rank: caller.rank };
  return caller.kind === "agent" ? { rights: caller.rights, rank: 0 } : noStanding;
}

/** Refuses an organization that is out of use. @throws {ProblemError} 403 when it is deleted, suspended or inactive */
export function assertUsable(organization: Doc<"organizations">): void {
  if (organization.deletedAt !== undefined) {
    throw new ProblemError("organization_deleted", "The organization is deleted.");
  }
  if (organization.status !== "active") {
    throw new ProblemError("organization_suspended", `The organization is ${organization.status}.`);
  }
}
