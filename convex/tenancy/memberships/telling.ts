import { actingUser } from "../../core/access/caller";
import { queueEmail } from "../../messaging/mail";
import { notify } from "../../messaging/notify";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** Tells a member of a role that they have from now on: by a notification, and by e-mail where that is asked for. */
export async function tellOfRole(
  ctx: TenantMutationContext,
  { _id, userId }: Doc<"memberships">,
  role: Pick<Doc<"roles">, "key" | "name">,
  by?: "mail",
): Promise<void> {
  const data = { membershipId: _id, roleKey: role.key };
  await notify(ctx, { userId, type: "role_changed", actorId: actingUser(ctx.caller), data });
  const user = by === "mail" ? await ctx.unscoped.get("users", userId) : null;
  if (user?.email === undefined) return;
  const { organization } = ctx.tenant;
  await queueEmail(ctx, {
    template: "roleChanged",
    to: user.email,
    userId,
    organization,
    data: { organizationName: organization.name, roleName: role.name },
  });
}
