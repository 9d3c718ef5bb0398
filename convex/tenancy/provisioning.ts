import { v } from "convex/values";
import { env, internalMutation } from "../_generated/server";
import { findUser, gatewayIssuer, verifiedIdentity } from "../core/access/caller";
import { isPlatformAdmin } from "../core/access/platformAdmins";
import { UnscopedWriter } from "../core/records/writer";
import { ProblemError } from "../core/wire/errors";
import { readingOf } from "../core/wire/identityProviders";
import { queueEmail } from "../messaging/mail";
import { identityValues, nameFromEmail } from "./identityRules";
import type { IdentityValues } from "./identityRules";
import type { Caller } from "../core/access/caller";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
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
    if (known) return null;
    const user = await admit(writerOf, identity, scope.now);
    await welcome({ unscoped: writerOf(callerOf(user)), scheduler: ctx.scheduler, now: scope.now }, null, user);
    return null;
  },
});

const invitationsRead = 200;

/** Writes as a caller: a person's first writes begin before there is a row to attribute them to. */
export type WriterOf = (caller: Caller) => UnscopedWriter;

/** The user of a token. Throws 401 or 403 for one that was deleted or made inactive, and for a machine's token. */
export async function userOf(
  reader: Pick<UnscopedWriter, "query">,
  identity: UserIdentity,
): Promise<Doc<"users"> | null> {
  if (identity.issuer === gatewayIssuer())
    throw new ProblemError("forbidden", "This operation is for people, not for machines.");
  const user = await findUser(identity, (tokenIdentifier) =>
    reader
      .query("users")
      .withIndex("by_tokenIdentifier", (q) => q.eq("tokenIdentifier", tokenIdentifier))
      .unique(),
  );
  if (user?.deletedAt !== undefined) throw new ProblemError("user_deleted", "This user was deleted.");
  if (user?.status === "inactive") throw new ProblemError("user_inactive", "This user is inactive.");
  return user;
}

/** The user of a token that was never seen before: the one who waits for its verified e-mail address, or a new one. */
export async function admit(writerOf: WriterOf, identity: UserIdentity, now: number): Promise<Doc<"users">> {
  const values = claimedValues(identity);
  const writer = writerOf({ kind: "anonymous" });
  const known = values.email === undefined ? null : await knownAs(writer, values.email);
  if (known && known.status !== "pending") {
    throw new ProblemError("email_taken", "Another user has the e-mail address of this token.");
  }
  const fields = { ...tokenFields(identity), ...refreshed(values), status: "active", lastActivityAt: now } as const;
  if (!known) {
    const name = values.name ?? nameFromEmail(values.email);
    return writer.insert("users", { emailVerified: false, ...fields, name });
  }
  const user = await writerOf(callerOf(known)).patch("users", known, fields);
  return activateMemberships(writerOf, user, now);
}

/** Brings a known user in line with the token, and accepts the memberships that wait for them. */
export async function refresh(
  writerOf: WriterOf,
  user: Doc<"users">,
  identity: UserIdentity,
  now: number,
): Promise<Doc<"users">> {
  const next = await writerOf(callerOf(user)).patch("users", user, {
    ...tokenFields(identity),
    ...refreshed(claimedValues(identity)),
    ...(user.status === "pending" ? { status: "active" } : {}),
  });
  return activateMemberships(writerOf, next, now);
}

/** Mails a person to the first address of theirs that is verified, so once for all. */
export async function welcome(
  ctx: { readonly unscoped: UnscopedWriter; readonly scheduler: MutationCtx["scheduler"]; readonly now: number },
  before: Doc<"users"> | null,
  { _id, email, emailVerified, name }: Doc<"users">,
): Promise<void> {
  if (email === undefined || !emailVerified || before?.emailVerified) return;
  await queueEmail(ctx, { template: "welcome", to: email, userId: _id, data: { name } });
}

/** The user whose verified address this is, else the one who was added for it and has not signed in yet. */
export async function knownAs(
  reader: Pick<UnscopedWriter, "query" | "get">,
  email: string,
): Promise<Doc<"users"> | null> {
  const sameEmail = await reader
    .query("users")
    .withIndex("by_email", (q) => q.eq("email", email))
    .take(invitationsRead);
  const verified = sameEmail.find(({ deletedAt, emailVerified }) => deletedAt === undefined && emailVerified);
  if (verified) return verified;
  for (const { userId } of await invitationsOf(reader, email)) {
    const invited = await reader.get("users", userId);
    if (invited && isPlaceholder(invited)) return invited;
  }
  return null;
}

/** Somebody who was added by an administrator and has never signed in. */
function isPlaceholder({ status, tokenIdentifier, deletedAt }: Doc<"users">): boolean {
  return status === "pending" && tokenIdentifier === undefined && deletedAt === undefined;
}

/** People are added to few organizations at a time; what is beyond waits for the next sync. */
async function invitationsOf(reader: Pick<UnscopedWriter, "query">, email: string): Promise<Doc<"memberships">[]> {
  const invitations = await reader
    .query("memberships")
    .withIndex("by_invitedEmail", (q) => q.eq("invitedEmail", email))
    .take(invitationsRead);
  return invitations.filter(({ status }) => status === "pending");
}

function claimedValues(identity: UserIdentity): IdentityValues {
  return identityValues(identity, readingOf(env["AUTH_PROVIDERS"], identity.issuer));
}

const callerOf = (user: Doc<"users">): Caller => ({ kind: "user", user, claimedOrganization: undefined });

function tokenFields({ tokenIdentifier, subject }: UserIdentity) {
  return { tokenIdentifier, externalId: subject, isPlatformAdmin: isPlatformAdmin({ tokenIdentifier }) };
}

/** What the token says now; what it does not say, or has not verified, stays. */
function refreshed({ email, name, imageUrl }: IdentityValues) {
  return {
    ...(email === undefined ? {} : { email, emailVerified: true }),
    ...(name === undefined ? {} : { name }),
    ...(imageUrl === undefined ? {} : { imageUrl }),
  };
}

/** Accepts what waits for the user's verified address, also where another row stood for the person until now. */
async function activateMemberships(writerOf: WriterOf, user: Doc<"users">, now: number): Promise<Doc<"users">> {
  if (user.email === undefined || !user.emailVerified) return user;
  const writer = writerOf(callerOf(user));
  const own = await writer
    .query("memberships")
    .withIndex("by_userId", (q) => q.eq("userId", user._id))
    .take(invitationsRead);
  const held = new Set(own.map(({ organizationId }) => organizationId));
  const accepted: Doc<"memberships">[] = own.filter(({ status }) => status === "pending");
  const placeholders = new Set<Id<"users">>();
  const invitations = await invitationsOf(writer, user.email);
  for (const invitation of invitations) {
    if (invitation.userId === user._id) continue;
    const holder = await writer.get("users", invitation.userId);
    if (!holder || !isPlaceholder(holder)) continue;
    placeholders.add(holder._id);
    if (!held.has(invitation.organizationId)) accepted.push(invitation);
  }
  for (const membership of accepted) {
    const organization = await writer.get("organizations", membership.organizationId);
    if (!organization) throw new Error("A membership outlived its organization.");
    await writer.within(organization).patch("memberships", membership, {
      userId: user._id,
      status: "active",
      joinedAt: membership.joinedAt ?? now,
      invitedEmail: undefined,
      invitedName: undefined,
    });
  }
  // What is left of them are invitations into organizations that the user is in already, unless there are more than were read.
  for (const placeholder of invitations.length < invitationsRead ? placeholders : []) {
    const row = await writer.get("users", placeholder);
    if (row) await writer.purge("users", row);
  }
  const [first] = accepted;
  if (!first || user.defaultOrganizationId !== undefined) return user;
  return writer.patch("users", user, { defaultOrganizationId: first.organizationId });
}
