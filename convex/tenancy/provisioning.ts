import { v } from "convex/values";
import { env, internalMutation } from "../_generated/server";
import { findUser, gatewayIssuer, impersonatorOf, verifiedIdentity } from "../core/access/caller";
import { isPlatformAdmin } from "../core/access/platformAdmins";
import { UnscopedWriter } from "../core/records/writer";
import { ProblemError } from "../core/wire/errors";
import { readingOf } from "../core/wire/identityProviders";
import { voidReasonOf } from "./invitations/giving";
import { queueEmail } from "../messaging/mail";
import { identityValues, nameFromEmail } from "./identityRules";
import type { IdentityValues } from "./identityRules";
import type { UnscopedReader } from "../core/records/reader";
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
    await welcome(
      { unscoped: writerOf(callerOf(user, identity)), scheduler: ctx.scheduler, now: scope.now },
      null,
      user,
    );
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
  const { email } = values;
  const holder = email === undefined ? null : await holderOf(writer, email);
  if (holder && !isPlaceholder(holder))
    throw new ProblemError("email_taken", "Another user has the e-mail address of this token.");
  const known = holder ?? (email === undefined ? null : await placeholderFor(writer, email));
  const fields = { ...tokenFields(identity), ...refreshed(values), status: "active", lastActivityAt: now } as const;
  if (!known) {
    const name = values.name ?? nameFromEmail(email);
    return writer.insert("users", { emailVerified: false, ...fields, name });
  }
  const ownWriter = writerOf(callerOf(known, identity));
  return activateMemberships(ownWriter, await ownWriter.patch("users", known, fields), now);
}

/** Brings a known user in line with the token, and accepts the memberships that wait for them. */
export async function refresh(
  writerOf: WriterOf,
  user: Doc<"users">,
  identity: UserIdentity,
  now: number,
): Promise<Doc<"users">> {
  const writer = writerOf(callerOf(user, identity));
  const values = claimedValues(identity);
  const known = values.email === undefined ? user : await takeOver(writer, user, values.email);
  const next = await writer.patch("users", known, {
    ...tokenFields(identity),
    ...refreshed(values),
    ...(user.status === "pending" ? { status: "active" } : {}),
  });
  return activateMemberships(writer, next, now);
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

/** The user whose verified address this is, or who stands for it until its person signs in. */
export async function holderOf(reader: Pick<UnscopedReader, "query">, email: string): Promise<Doc<"users"> | null> {
  const sameEmail = await reader
    .query("users")
    .withIndex("by_email", (q) => q.eq("email", email))
    .take(invitationsRead);
  const isHolder = (user: Doc<"users">) => user.emailVerified || isPlaceholder(user);
  return sameEmail.find((user) => user.deletedAt === undefined && isHolder(user)) ?? null;
}

/**
 * Who stands for an address until its person signs in with it, verified: the operator has made an organization for it. No other user who
 * has not signed in has an address of their own: that of an invitation is the invitation's.
 */
export async function standInFor(
  reader: Pick<UnscopedReader, "query">,
  email: string,
): Promise<Doc<"users"> | undefined> {
  const holder = await holderOf(reader, email);
  return holder && isPlaceholder(holder) ? holder : undefined;
}

/** Gives a known person what somebody stood for until their address was known: memberships, organizations, keys. */
export async function takeOver(writer: UnscopedWriter, user: Doc<"users">, email: string): Promise<Doc<"users">> {
  const standIn = await standInFor(writer, email);
  if (!standIn || standIn._id === user._id) return user;
  const membershipsOf = (userId: Id<"users">) =>
    writer
      .query("memberships")
      .withIndex("by_userId", (q) => q.eq("userId", userId))
      .take(invitationsRead);
  const own = await membershipsOf(user._id);
  for (const membership of await membershipsOf(standIn._id)) {
    const { organizationId } = membership;
    const organization = await writer.get("organizations", organizationId);
    if (!organization) throw new Error("A membership outlived its organization.");
    const db = writer.within(organization);
    const lesser = own.find((row) => row.organizationId === organizationId);
    if (lesser) await db.purge("memberships", lesser);
    await db.patch("memberships", membership, { userId: user._id });
    const keys = await writer
      .query("apiKeys")
      .withIndex("by_organizationId_and_ownerId", (q) =>
        q.eq("organizationId", organizationId).eq("ownerId", standIn._id),
      )
      .take(invitationsRead);
    for (const key of keys) await db.patch("apiKeys", key, { ownerId: user._id });
    if (organization.ownerId === standIn._id) await writer.patch("organizations", organization, { ownerId: user._id });
  }
  await writer.discard("users", standIn);
  const { defaultOrganizationId = standIn.defaultOrganizationId } = user;
  return writer.patch("users", user, { defaultOrganizationId });
}

/** True if a membership of the organization waits for the address. */
export async function isAwaited(
  reader: Pick<UnscopedReader, "query">,
  organizationId: Id<"organizations">,
  email: string,
): Promise<boolean> {
  return (await invitationsOf(reader, email)).some((membership) => membership.organizationId === organizationId);
}

/** One who was added for the address and has not signed in yet. */
async function placeholderFor(
  reader: Pick<UnscopedReader, "query" | "get">,
  email: string,
): Promise<Doc<"users"> | null> {
  for (const { userId } of await invitationsOf(reader, email)) {
    const invited = await reader.get("users", userId);
    if (invited && isPlaceholder(invited)) return invited;
  }
  return null;
}

/** Somebody who was added by an administrator and has never signed in. */
export function isPlaceholder({ status, tokenIdentifier, deletedAt }: Doc<"users">): boolean {
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

function callerOf(user: Doc<"users">, identity: UserIdentity): Caller {
  return { kind: "user", user, claimedOrganization: undefined, impersonator: impersonatorOf(identity) };
}

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

/**
 * Accepts what waits for the user's verified address, also where another row stood for the person until now. What nobody answers
 * for any more goes on waiting.
 */
async function activateMemberships(writer: UnscopedWriter, user: Doc<"users">, now: number): Promise<Doc<"users">> {
  if (user.email === undefined || !user.emailVerified) return user;
  const own = await writer
    .query("memberships")
    .withIndex("by_userId", (q) => q.eq("userId", user._id))
    .take(invitationsRead);
  const held = new Set(own.filter(({ status }) => status !== "pending").map(({ organizationId }) => organizationId));
  let defaultOrganizationId = user.defaultOrganizationId;
  const waiting = [...own.filter(({ status }) => status === "pending"), ...(await invitationsOf(writer, user.email))];
  for (const membership of new Map(waiting.map((row) => [row._id, row])).values()) {
    const holder = await writer.get("users", membership.userId);
    if (!holder || (holder._id !== user._id && !isPlaceholder(holder))) continue;
    const organization = await writer.get("organizations", membership.organizationId);
    if (!organization) throw new Error("A membership outlived its organization.");
    const db = writer.within(organization);
    if (held.has(organization._id)) await db.purge("memberships", membership);
    else if ((await voidReasonOf(writer, membership, now, ["member:invite", "member:update"])) === undefined) {
      await db.patch("memberships", membership, {
        userId: user._id,
        status: "active",
        joinedAt: membership.joinedAt ?? now,
        invitedEmail: undefined,
        invitedName: undefined,
      });
      held.add(organization._id);
      defaultOrganizationId ??= organization._id;
    }
    if (holder._id !== user._id) await forgetPlaceholder(writer, holder);
  }
  return writer.patch("users", user, { defaultOrganizationId });
}

/** Deletes somebody who never signed in and whom no organization waits for any more. */
export async function forgetPlaceholder(writer: UnscopedWriter, user: Doc<"users">): Promise<void> {
  if (!isPlaceholder(user)) return;
  const awaited = await writer
    .query("memberships")
    .withIndex("by_userId", (q) => q.eq("userId", user._id))
    .first();
  if (!awaited) await writer.discard("users", user);
}
