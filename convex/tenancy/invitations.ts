import * as z from "zod";
import { withPublicId } from "../core/records/documents";
import { ProblemError } from "../core/wire/errors";
import { described, reference } from "../core/schema/fields";
import { assertUsable } from "../core/access/tenant";
import { membershipOf } from "../core/access/standing";
import { notify } from "../messaging/notify";
import { namedRoleKey } from "../access/tables";
import { organizations } from "./documents";
import {
  assertUninvited,
  close,
  openedBy,
  receivedInvitationDocument,
  shownToAddressee,
} from "./invitations/addressees";
import { givenBy, livingRole, voidReasonOf } from "./invitations/giving";
import { mailAcceptance, mailInvitation } from "./invitations/mail";
import { invitations } from "./invitations/resource";
import { asOf, assertSendsLeft, invitationExpiry, unknownToken } from "./invitations/rules";
import { givenRole } from "./memberships/members";
import { assertMayAssign } from "../core/access/assigning";
import { ownMembershipDocument } from "./people";
import { invitationFields } from "./tables";

export const list = invitations.list("list", {
  summary: "List invitations",
  description: "Newest first unless sorted otherwise. A page may hold fewer rows than asked for.",
  permission: "invite",
  handler: async (ctx, input) => {
    const result = await invitations.rows(ctx, input);
    const filters: Readonly<Record<string, unknown>> = input;
    const status = filters["status"];
    const page = result.page.map((row) => asOf(row, ctx.now));
    return { ...result, page: page.filter((row) => status === undefined || row.status === status) };
  },
});

export const get = invitations.read("get", {
  summary: "Get an invitation",
  permission: "invite",
  handler: async (ctx) => ctx.row,
});

export const create = invitations.at("/").change("create", {
  summary: "Invite somebody by e-mail",
  description:
    "Sends an e-mail with a token, which nobody else sees, to accept the invitation with. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes. It is given when the invitation is accepted, if whoever invited could still give it then. One invitation of an address is pending at a time.",
  permission: "invite",
  input: () => ({
    email: invitationFields.email,
    roleId: described(reference("roles", "null"), "The role that the person gets.").optional(),
    roleKey: namedRoleKey.optional(),
    expiresAt: invitationFields.expiresAt.optional(),
  }),
  problems: ["already_member", "invitation_pending", "rank_too_low", "cross_tenant_reference"],
  departs: { hourlyLimit: { count: 100, per: "organization" } },
  handler: async (ctx, { email, expiresAt, ...named }) => {
    const role = await givenRole(ctx, named);
    const ends = invitationExpiry(expiresAt, ctx.now);
    await assertUninvited(ctx, email);
    const invitation = await invitations.insert(ctx, {
      email,
      roleId: role._id,
      status: "pending",
      expiresAt: ends,
      ...givenBy(ctx),
      sendCount: 1,
    });
    await mailInvitation(ctx, invitation, role);
    return invitation;
  },
});

export const resend = invitations.change("resend", {
  summary: "Send an invitation again",
  description:
    "With a new token; the one before stops at once. From then on the caller answers for the invitation, who therefore could give its role.",
  permission: "invite",
  problems: ["invalid_state_transition", "resend_limit", "rank_too_low", "invitation_void"],
  handler: async (ctx) => {
    const row = asOf(ctx.row, ctx.now);
    if (row.status !== "pending")
      throw new ProblemError(
        "invalid_state_transition",
        `The invitation is ${row.status}; only a pending one is sent.`,
      );
    const role = await livingRole(ctx.unscoped, row);
    if (!role) throw new ProblemError("invitation_void", "Its role was deleted; invite the address anew.");
    assertMayAssign(ctx.tenant, role);
    assertSendsLeft(row);
    const invitation = await invitations.patch(ctx, row, {
      ...givenBy(ctx),
      tokenHash: undefined,
      sendCount: row.sendCount + 1,
      lastSentAt: undefined,
    });
    await mailInvitation(ctx, invitation, role);
    return invitation;
  },
});

export const revoke = invitations.change("revoke", {
  summary: "Revoke an invitation",
  description: "Its token opens nothing any more. Revoking it again changes nothing.",
  permission: "invite",
  problems: ["invalid_state_transition"],
  handler: (ctx) => invitations.patch(ctx, asOf(ctx.row, ctx.now), { status: "revoked" }),
});

const tokenInput = () => ({
  token: described(z.string().max(200), "The token of the e-mail.", "inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs"),
});

export const accept = invitations.at("/accept").change("accept", {
  summary: "Accept an invitation",
  description:
    "By whoever has the invited address, verified. The caller is a member with the invitation's role from then on. It is void, and `invitation_void` says why, when its role was deleted, or when whoever invited could not give the role any more.",
  access: "user",
  permission: "me:update",
  input: tokenInput,
  output: () => z.object({ organization: organizations.document, membership: ownMembershipDocument() }),
  problems: [
    "not_found",
    "email_mismatch",
    "invitation_expired",
    "invitation_void",
    "already_member",
    "organization_deleted",
    "organization_suspended",
  ],
  handler: async (ctx, { token }) => {
    const { unscoped, now } = ctx;
    const { user } = ctx.caller;
    const { invitation, organization } = await openedBy(ctx, token);
    const existing = await membershipOf(unscoped, organization._id, user._id);
    const isMember = existing !== null && existing.status !== "pending";
    // Who accepted it has nothing more to do; to anybody else, and once that membership has ended, it is gone.
    if (invitation.status === "accepted" && !(isMember && invitation.acceptedBy === user._id)) throw unknownToken();
    // A banned or inactive member is one too: an invitation lifts no ban.
    if (isMember) throw new ProblemError("already_member", "The caller is a member of the organization.");
    assertUsable(organization);
    const reason = await voidReasonOf(unscoped, invitation, now);
    if (reason !== undefined) throw new ProblemError("invitation_void", reason);
    const role = await livingRole(unscoped, invitation);
    if (!role) throw new Error("An invitation without a role is void.");

    const db = unscoped.within(organization);
    const { invitedBy, invitedByKeyId } = invitation;
    const joined = {
      userId: user._id,
      roleId: role._id,
      roleKey: role.key,
      status: "active",
      joinedAt: now,
      ...(invitedBy === undefined ? {} : { invitedBy }),
      ...(invitedByKeyId === undefined ? {} : { invitedByKeyId }),
    } as const;
    const membership = existing
      ? await db.patch("memberships", existing, { ...joined, invitedEmail: undefined, invitedName: undefined })
      : await db.insert("memberships", joined);
    await close(db, invitation, { status: "accepted", acceptedBy: user._id, acceptedAt: now });
    if (invitedBy !== undefined) {
      const data = { invitationId: invitation._id, membershipId: membership._id };
      await notify({ db, unscoped, now }, { userId: invitedBy, type: "invitation_accepted", actorId: user._id, data });
      await mailAcceptance(ctx, { inviterId: invitedBy, member: user, organization, role });
    }
    if (user.defaultOrganizationId === undefined)
      await unscoped.patch("users", user, { defaultOrganizationId: organization._id });
    return { organization: withPublicId(organization), membership: withPublicId(membership) };
  },
});

export const decline = invitations.at("/decline").change("decline", {
  summary: "Decline an invitation",
  description: "By whoever has the invited address, verified. Its token opens nothing any more.",
  access: "user",
  permission: "me:update",
  input: tokenInput,
  output: receivedInvitationDocument,
  problems: ["not_found", "email_mismatch", "invitation_expired"],
  handler: async (ctx, { token }) => {
    const { invitation, organization } = await openedBy(ctx, token);
    if (invitation.status !== "pending") throw unknownToken();
    const declined = await close(ctx.unscoped.within(organization), invitation, { status: "declined" });
    return shownToAddressee(ctx.unscoped, declined, organization);
  },
});
