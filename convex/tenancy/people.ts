import * as z from "zod";
import { described } from "../core/schema/fields";
import { lazily } from "../core/operations/once";
import { documentOf } from "../core/resources/resource";
import { roleFields } from "../access/tables";
import { membershipFields, userProfileFields, userSettingFields } from "./tables";
import type { UnscopedReader } from "../core/records/reader";
import type { Doc, Id } from "../_generated/dataModel";

/** One's own membership; why one was banned is not part of it. */
export const ownMembershipDocument = lazily(() =>
  described(
    documentOf("memberships", membershipFields).omit({ banReason: true }),
    "The caller's membership in the organization.",
  ),
);
export const roleDocument = lazily(() => documentOf("roles", roleFields));

/** A profile as it is shown, whether or not its user has written one. */
export const profileDocument = lazily(() =>
  z.object({
    userId: userProfileFields.userId,
    displayName: userProfileFields.displayName,
    bio: userProfileFields.bio,
  }),
);

/** Preferences as they are shown, whether or not their user has written any. */
export const settingsDocument = lazily(() => z.object(userSettingFields));
export const defaultSettings = {
  theme: "system",
  notificationsEnabled: true,
  emailActivity: true,
  locale: "en",
  timezone: "UTC",
} as const;

/** The profile of a user, or what stands in for it. */
export async function shownProfile(reader: UnscopedReader, user: Doc<"users">): Promise<object> {
  return (await profileOf(reader, user._id)) ?? { userId: user._id, displayName: displayNameOf(user) };
}

/** What others see the user as. */
export async function shownNameOf(reader: UnscopedReader, user: Doc<"users">): Promise<string> {
  return (await profileOf(reader, user._id))?.displayName ?? displayNameOf(user);
}

type Reader = Pick<UnscopedReader, "query">;

/** What the user has written of a profile. */
export function profileOf(reader: Reader, userId: Id<"users">) {
  return reader
    .query("userProfiles")
    .withIndex("by_userId", (q) => q.eq("userId", userId))
    .unique();
}

/** What the user has written of settings. */
export function settingsOf(reader: Reader, userId: Id<"users">) {
  return reader
    .query("userSettings")
    .withIndex("by_userId", (q) => q.eq("userId", userId))
    .unique();
}

/** The display name of who has chosen none. */
export function displayNameOf({ name }: Pick<Doc<"users">, "name">): string {
  const cut = name.slice(0, 80);
  // A cut may fall between the halves of a surrogate pair.
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** What is left of a deleted user; the token identifier stays, so that the user's tokens are recognised and refused. */
export function anonymous() {
  return {
    name: "Deleted user",
    email: undefined,
    emailVerified: false,
    externalId: undefined,
    imageUrl: undefined,
    metadata: undefined,
    defaultOrganizationId: undefined,
    isPlatformAdmin: false,
  };
}
