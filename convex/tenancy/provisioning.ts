import { v } from "convex/values";
import { env, internalMutation } from "../_generated/server";
import { gatewayIssuer, verifiedIdentity } from "../core/caller";
import { UnscopedWriter } from "../core/database";
import { ProblemError } from "../core/errors";
import { identityValues, isListedSubject, nameFromEmail } from "./identityRules";
import type { IdentityValues } from "./identityRules";
import type { Caller } from "../core/caller";
import type { Doc } from "../_generated/dataModel";
import type { UserIdentity } from "convex/server";

/** Creates the user of the caller's token, or links the one that waits for it; a known user stays as it is. */
export const provision = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const identity = await verifiedIdentity(ctx);
    if (!identity) throw new ProblemError("unauthenticated", "This operation needs a credential.");
    const { requestId, ip, userAgent } = await ctx.meta.getRequestMetadata();
    const origin = { requestId, ip: ip ?? undefined, userAgent: userAgent ?? undefined };
    const scope = {
      tenant: undefined,
      origin,
      now: Date.now(),
      noun: "user",
      action: "user.provision",
      isAudited: true,
    };
    const writerOf: WriterOf = (caller) => new UnscopedWriter(ctx, { ...scope, caller });
    const known = await userOf(writerOf({ kind: "anonymous" }), identity);
    if (!known) await admit(writerOf, identity, scope.now);
    return null;
  },
});

/** Writes as a caller: a person's first writes begin before there is a row to attribute them to. */
export type WriterOf = (caller: Caller) => UnscopedWriter;

/** The user of a token. Throws 401 or 403 for one that was deleted or made inactive, and for a machine's token. */
export async function userOf(
  reader: Pick<UnscopedWriter, "query">,
  identity: UserIdentity,
): Promise<Doc<"users"> | null> {
  if (identity.issuer === gatewayIssuer())
    throw new ProblemError("forbidden", "This operation is for people, not for machines.");
  const user = await reader
    .query("users")
    .withIndex("by_tokenIdentifier", (q) => q.eq("tokenIdentifier", identity.tokenIdentifier))
    .unique();
  if (user?.deletedAt !== undefined) throw new ProblemError("user_deleted", "This user was deleted.");
  if (user?.status === "inactive") throw new ProblemError("user_inactive", "This user is inactive.");
  return user;
}

/** The user of a token that was never seen before: the pending one with the same verified e-mail address, or a new one. */
export async function admit(writerOf: WriterOf, identity: UserIdentity, now: number): Promise<Doc<"users">> {
  const values = claimedValues(identity);
  const own = tokenFields(identity);
  const writer = writerOf({ kind: "anonymous" });
  const candidates = writer.query("users").withIndex("by_email", (q) => q.eq("email", values.email));
  const sameEmail = (await candidates.take(10)).find(({ deletedAt }) => deletedAt === undefined);
  if (!sameEmail) {
    return writer.insert("users", {
      ...own,
      email: values.email,
      emailVerified: values.emailVerified,
      name: values.name ?? nameFromEmail(values.email),
      ...(values.imageUrl === undefined ? {} : { imageUrl: values.imageUrl }),
      status: "active",
      lastActivityAt: now,
    });
  }
  if (sameEmail.status !== "pending" || sameEmail.tokenIdentifier !== undefined || !values.emailVerified) {
    throw new ProblemError("email_taken", "Another user has the e-mail address of this token.");
  }
  const user = await writerOf({ kind: "user", user: sameEmail, claimedOrganization: undefined }).patch(
    "users",
    sameEmail,
    {
      ...own,
      ...refreshed(values),
      status: "active",
      lastActivityAt: now,
    },
  );
  return activateMemberships(writerOf, user, now);
}

/** Brings a known user in line with the token, and accepts the memberships that wait for them. */
export async function refresh(
  writerOf: WriterOf,
  user: Doc<"users">,
  identity: UserIdentity,
  now: number,
): Promise<Doc<"users">> {
  const writer = writerOf({ kind: "user", user, claimedOrganization: undefined });
  const next = await writer.patch("users", user, {
    ...tokenFields(identity),
    ...refreshed(claimedValues(identity)),
    ...(user.status === "pending" ? { status: "active" } : {}),
  });
  return activateMemberships(writerOf, next, now);
}

function claimedValues(identity: UserIdentity): IdentityValues {
  const values = identityValues(identity);
  if (values) return values;
  throw new ProblemError(
    "user_not_provisioned",
    "The token carries no e-mail address, which a user cannot do without.",
  );
}

function tokenFields({ tokenIdentifier, subject }: UserIdentity) {
  const isPlatformAdmin = isListedSubject(env["PLATFORM_ADMIN_SUBJECTS"], tokenIdentifier);
  return { tokenIdentifier, externalId: subject, isPlatformAdmin };
}

/** What the token says now; what it does not say stays. */
function refreshed({ email, emailVerified, name, imageUrl }: IdentityValues) {
  return {
    email,
    emailVerified,
    ...(name === undefined ? {} : { name }),
    ...(imageUrl === undefined ? {} : { imageUrl }),
  };
}

async function activateMemberships(writerOf: WriterOf, user: Doc<"users">, now: number): Promise<Doc<"users">> {
  const writer = writerOf({ kind: "user", user, claimedOrganization: undefined });
  // A person is added to few organizations at a time; what is beyond waits for the next sync.
  const memberships = await writer
    .query("memberships")
    .withIndex("by_userId", (q) => q.eq("userId", user._id))
    .take(200);
  const pending = memberships.filter(({ status }) => status === "pending");
  for (const membership of pending) {
    const organization = await writer.get("organizations", membership.organizationId);
    if (!organization) throw new Error("A membership outlived its organization.");
    await writer
      .within(organization)
      .patch("memberships", membership, { status: "active", joinedAt: membership.joinedAt ?? now });
  }
  const [first] = pending;
  if (!first || user.defaultOrganizationId !== undefined) return user;
  return writer.patch("users", user, { defaultOrganizationId: first.organizationId });
}
