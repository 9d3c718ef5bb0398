import { internal } from "../../_generated/api";
import { queueEmail } from "../../messaging/mail";
import { shownNameOf } from "../people";
import { sendingName } from "./rules";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

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
