import { internal } from "../../_generated/api";
import { queueEmail } from "../../messaging/mail";
import { shownNameOf } from "../people";
import { sendingName } from "./rules";
import type { TenantMutationContext, UserMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";

/** Has the invitation mailed. The sender makes its token, and the invitation keeps the hash from then on. */
export async function mailInvitation(
  ctx: TenantMutationContext,
  invitation: Doc<"invitations">,
  role: Pick<Doc<"roles">, "name">,
): Promise<void> {
  const { unscoped, tenant } = ctx;
  const inviter = invitation.invitedBy === undefined ? null : await unscoped.get("users", invitation.invitedBy);
  await queueEmail(ctx, {
    template: "organizationInvite",
    to: invitation.email,
    organization: tenant.organization,
    data: {
      organizationName: tenant.organization.name,
      roleName: role.name,
      ...(inviter ? { inviterName: await shownNameOf(unscoped, inviter) } : {}),
      expiresAt: invitation.expiresAt,
    },
    secret: {
      prefix: "inv_",
      issuer: internal.tenancy.invitationUpkeep.storeToken,
      rowId: sendingName(invitation),
    },
  });
}

/** Mails whoever sent an invitation that it was accepted. */
export async function mailAcceptance(
  ctx: UserMutationContext,
  {
    inviterId,
    member,
    organization,
    role,
  }: {
    readonly inviterId: Id<"users">;
    readonly member: Doc<"users">;
    readonly organization: Doc<"organizations">;
    readonly role: Pick<Doc<"roles">, "name">;
  },
): Promise<void> {
  const inviter = await ctx.unscoped.get("users", inviterId);
  if (inviter?.email === undefined) return;
  await queueEmail(ctx, {
    template: "invitationAccepted",
    to: inviter.email,
    userId: inviterId,
    organization,
    data: {
      organizationName: organization.name,
      personName: await shownNameOf(ctx.unscoped, member),
      roleName: role.name,
    },
  });
}
