import { queueEmail } from "../../messaging/mail";
import { notify } from "../../messaging/notify";
import { daysAfter } from "../calendar";
import { amountText } from "./amounts";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** Tells the organization's owner of a bill that was finalized, here and by e-mail. */
export async function tellOwner(ctx: TenantMutationContext, bill: Doc<"bills">): Promise<void> {
  const { organization } = ctx.tenant;
  const { ownerId } = organization;
  await notify(ctx, { userId: ownerId, type: "bill_finalized", data: { billId: bill._id, number: bill.number ?? "" } });
  const owner = await ctx.unscoped.get("users", ownerId);
  if (!owner?.email) return;
  await queueEmail(ctx, {
    template: "billFinalized",
    to: owner.email,
    userId: ownerId,
    organization,
    data: {
      organizationName: organization.name,
      number: bill.number ?? "",
      period: `${bill.startDate} to ${daysAfter(bill.endDate, -1)}`,
      total: amountText(bill.total, bill.currency),
    },
  });
}
