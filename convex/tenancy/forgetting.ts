import { ProblemError } from "../core/wire/errors";
import { goOnRevoking } from "./invitationUpkeep";
import { revokeSentBy } from "./invitations/addressees";
import { endMembership } from "./memberships/members";
import { forgetEmails } from "../messaging/forgetting";
import { anonymous, profileOf, settingsOf } from "./people";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/** Invitations taken back at once; the rest follows in mutations of the same size. */
const invitationsAtOnce = 200;

interface Writing extends Pick<MutationCtx, "scheduler"> {
  readonly unscoped: UnscopedWriter;
}

/**
 * Ends every membership of a user, takes back what the user has invited to, and makes the row anonymous for good. Throws 409
 * while the user owns an organization.
 */
export async function forgetUser({ unscoped, scheduler }: Writing, user: Doc<"users">): Promise<void> {
  // One in the trash counts: only its owner can restore it.
  const owned = await unscoped
    .query("organizations")
    .withIndex("by_ownerId", (q) => q.eq("ownerId", user._id))
    .first();
  if (owned) {
    const where = owned.deletedAt === undefined ? "" : ", which is in the trash and not purged yet";
    throw new ProblemError("sole_owner", `The user owns ${owned.slug}${where}.`);
  }
  const memberships = unscoped.query("memberships").withIndex("by_userId", (q) => q.eq("userId", user._id));
  for (const membership of await memberships.collect()) {
    const organization = await unscoped.get("organizations", membership.organizationId);
    if (!organization) throw new Error("A membership outlived its organization.");
    await endMembership(unscoped.within(organization), unscoped, membership);
  }
  if (await revokeSentBy(unscoped, user._id, invitationsAtOnce)) await goOnRevoking(scheduler, user._id);
  await forgetEmails({ unscoped, scheduler }, { userId: user._id, address: user.email });
  const profile = await profileOf(unscoped, user._id);
  if (profile) await unscoped.purge("userProfiles", profile);
  const settings = await settingsOf(unscoped, user._id);
  if (settings) await unscoped.purge("userSettings", settings);
  const left = await unscoped.get("users", user._id);
  if (left) await unscoped.softDelete("users", left, anonymous());
}
