import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { UnscopedReader } from "../core/records/reader";
import { systemWriter } from "../core/records/systemWriter";
import { categories, turnOff, wants } from "./categories";
import { subscriptionOf } from "./unsubscribeTokens";
import type { EmailCategory } from "./tables";
import type { Subscription } from "./unsubscribeTokens";
import type { Doc } from "../_generated/dataModel";
import type { Infer } from "convex/values";

/** What an unsubscribe link is about, in words for its page. */
const shown = v.object({
  /** The e-mails, as in "e-mails about …". */
  title: v.string(),
  /** Whose e-mail it was in; absent where that is gone. */
  organizationName: v.optional(v.string()),
  isOff: v.boolean(),
});
const args = { token: v.string() };

/** What a link would turn off, and whether it has; null for a token that was not made here. Changes nothing: programs look at links. */
export const show = internalQuery({
  args,
  returns: v.union(shown, v.null()),
  handler: async (ctx, { token }) => {
    const subscription = await subscriptionOf(token);
    if (!subscription) return null;
    const reader = new UnscopedReader(ctx);
    const user = await knownUser(reader, subscription);
    const organization = await reader.get("organizations", subscription.organizationId);
    const { category } = subscription;
    const isOff =
      !user ||
      !organization ||
      !(await wants(reader, { userId: user._id, category, organizationId: organization._id }));
    return shownAs(category, organization, isOff);
  },
});

/** Turns off what a link is about, by whoever has it: no session, as RFC 8058 has it. Null for a token that was not made here. */
export const apply = internalMutation({
  args,
  returns: v.union(shown, v.null()),
  handler: async (ctx, { token }) => {
    const subscription = await subscriptionOf(token);
    if (!subscription) return null;
    const now = Date.now();
    const writer = systemWriter(ctx, { noun: "emailOptOut", action: "emailOptOut.create", isAudited: false, now });
    const user = await knownUser(writer, subscription);
    const organization = await writer.get("organizations", subscription.organizationId);
    const { category } = subscription;
    if (user && organization) await turnOff(writer, organization, { userId: user._id, category }, now);
    return shownAs(category, organization, true);
  },
});

/** Who was deleted gets no e-mails, and what they want would be left for ever. */
async function knownUser(reader: Pick<UnscopedReader, "get">, { userId }: Subscription): Promise<Doc<"users"> | null> {
  const user = await reader.get("users", userId);
  return user?.deletedAt === undefined ? user : null;
}

function shownAs(
  category: EmailCategory,
  organization: Doc<"organizations"> | null,
  isOff: boolean,
): Infer<typeof shown> {
  return {
    title: categories[category].title,
    ...(organization ? { organizationName: organization.name } : {}),
    isOff,
  };
}
