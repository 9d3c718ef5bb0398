import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { canonicalEmail } from "../core/schema/emailAddresses";
import { sha256Hex } from "../core/wire/secrets";
import type { UnscopedReader } from "../core/records/reader";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

type Suppression = Doc<"emailSuppressions">;

/** Why an address takes no e-mails, if it takes none. */
export async function suppressionOf(
  reader: Pick<UnscopedReader, "query">,
  address: string,
): Promise<Suppression | null> {
  const addressHash = await sha256Hex(canonicalEmail(address));
  return reader
    .query("emailSuppressions")
    .withIndex("by_addressHash", (q) => q.eq("addressHash", addressHash))
    .unique();
}

/**
 * Has an address get no e-mails from now on. That it does not exist says more than that its person complained. It holds for whoever sends
 * to it, so it tells nothing of the e-mail that came back.
 */
export async function suppress(
  writer: UnscopedWriter,
  address: string,
  values: Pick<Suppression, "reason" | "createdAt">,
): Promise<void> {
  const known = await suppressionOf(writer, address);
  if (known?.reason === "bounce" || known?.reason === values.reason) return;
  if (known) await writer.patch("emailSuppressions", known, values);
  else await writer.insert("emailSuppressions", { addressHash: await sha256Hex(canonicalEmail(address)), ...values });
}

/** Lets an address have e-mails again; answers whether it had none. For whoever runs the deployment. */
export const lift = internalMutation({
  args: { address: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { address }) => {
    const work = { noun: "emailSuppression", action: "emailSuppression.lift", isAudited: false, now: Date.now() };
    const writer = systemWriter(ctx, work);
    const known = await suppressionOf(writer, address);
    if (known) await writer.discard("emailSuppressions", known);
    return known !== null;
  },
});
