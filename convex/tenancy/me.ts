import * as z from "zod";
import { noContent } from "../core/resources/operations";
import { pageOf } from "../core/resources/pages";
import { withPublicId } from "../core/records/documents";
import { ProblemError } from "../core/wire/errors";
import { described, rowId } from "../core/schema/fields";
import { listOperation, mutationOperation, queryOperation } from "../core/operations/define";
import { isPlatformAdmin } from "../core/access/platformAdmins";
import { rightsWithHolders } from "../core/access/reach";
import { patchOf } from "../core/schema/zod";
import { membershipOf } from "../core/access/standing";
import { assertUsable, memberOf } from "../core/access/tenant";
import { organizationIdParameter, organizations, slugParameter, users } from "./documents";
import { receivedInvitationDocument, shownToAddressee } from "./invitations/addressees";
import { voidReasonOf } from "./invitations/giving";
import { asOf, verifiedAddress } from "./invitations/rules";
import { forgetUser } from "./forgetting";
import {
  defaultSettings,
  displayNameOf,
  ownMembershipDocument,
  profileDocument,
  profileOf,
  roleDocument,
  settingsDocument,
  settingsOf,
  shownProfile,
} from "./people";
import { admit, refresh, userOf, welcome } from "./provisioning";
import { invitationFields, membershipFields, userFields, userProfileFields, userSettingFields } from "./tables";
import type { UnscopedWriter } from "../core/records/writer";
import type { Id } from "../_generated/dataModel";

/** A person has one for each organization and category; more than this many are taken back by setting it again. */
const maximumOptOuts = 500;

/** Of what a leaving user has sent, what ends in the same transaction. */

export const get = queryOperation({
  name: "tenancy/me:get",
  operationId: "getCurrentUser",
  noun: "user",
  method: "GET",
  path: "/me",
  summary: "Get the current user",
  description:
    "With the organization that requests act in unless they name another one (the token's, the one of `Portico-Organization`, or the user's default), and the user's membership and role there.",
  access: "user",
  permission: "me:read",
  output: () =>
    users.document.extend({
      organization: described(
        organizations.document.optional(),
        "The organization that requests act in; absent where the user is active in none.",
      ),
      membership: ownMembershipDocument().optional(),
      role: described(roleDocument().optional(), "The user's role in `organization`."),
    }),
  handler: async ({ caller: { user, claimedOrganization }, namedOrganization, unscoped }) => {
    const name = namedOrganization ?? user.defaultOrganizationId;
    const organization =
      claimedOrganization !== undefined
        ? await unscoped.claimedOrganization(claimedOrganization)
        : name === undefined
          ? null
          : await unscoped.organization(name);
    const membership = organization && (await membershipOf(unscoped, organization._id, user._id));
    const self = { ...withPublicId(user), isPlatformAdmin: isPlatformAdmin(user) };
    if (!membership || membership.status === "pending") return self;
    const role = await unscoped.get("roles", membership.roleId);
    return {
      ...self,
      organization: withPublicId(organization),
      membership: withPublicId(membership),
      ...(role ? { role: withPublicId(role) } : {}),
    };
  },
});

export const sync = mutationOperation({
  name: "tenancy/me:sync",
  operationId: "syncCurrentUser",
  noun: "user",
  method: "POST",
  path: "/me/sync",
  summary: "Synchronize the current user with the token",
  description:
    "Creates the user of a token that was never seen before, or links the user who was added with the same e-mail address. Takes name, picture and a verified address from the token, and accepts the memberships that wait for that address. An address that the token does not call verified counts for nothing; the first that it does is sent a welcome.",
  access: "identity",
  permission: "me:update",
  output: () => users.document,
  problems: ["email_taken"],
  handler: async (ctx) => {
    const { caller, unscoped, now } = ctx;
    const known = await userOf(unscoped, caller.identity);
    const writerOf = unscoped.as.bind(unscoped);
    const user = known
      ? await refresh(writerOf, known, caller.identity, now)
      : await admit(writerOf, caller.identity, now);
    await welcome(ctx, known, user);
    return withPublicId(user);
  },
});

export const update = mutationOperation({
  name: "tenancy/me:update",
  operationId: "updateCurrentUser",
  noun: "user",
  method: "PATCH",
  path: "/me",
  summary: "Update the current user",
  description: "Fields left out stay as they are; null clears an optional field.",
  access: "user",
  permission: "me:update",
  body: () => ({
    name: userFields.name.optional(),
    imageUrl: userFields.imageUrl.nullable(),
    metadata: userFields.metadata.nullable(),
  }),
  readOnly: () => new Set(Object.keys(users.document.shape)),
  output: () => users.document,
  handler: async ({ caller: { user }, unscoped }, input) =>
    withPublicId(await unscoped.patch("users", user, { ...patchOf(input), isPlatformAdmin: isPlatformAdmin(user) })),
});

const remove = mutationOperation({
  name: "tenancy/me:delete",
  operationId: "deleteCurrentUser",
  noun: "user",
  method: "DELETE",
  path: "/me",
  summary: "Delete the current user",
  description:
    "Ends every membership, takes back the invitations that the user has sent, and makes the user anonymous for good; the user's API keys are suspended with it, until an administrator adopts them. Refused while the user owns an organization, one in the trash included: only its owner can restore it.",
  access: "user",
  permission: "me:delete",
  status: 204,
  output: noContent,
  problems: ["sole_owner"],
  handler: async ({ caller: { user }, unscoped, scheduler }) => {
    await forgetUser({ unscoped, scheduler }, user);
    return null;
  },
});
export { remove as delete };

export const listInvitations = listOperation({
  name: "tenancy/me:listInvitations",
  operationId: "listMyInvitations",
  noun: "invitation",
  method: "GET",
  path: "/me/invitations",
  summary: "List the invitations to oneself",
  description:
    "Those to the caller's verified address, of all organizations, newest first; the pending ones that could be accepted now unless `status` says otherwise. The token to accept one with is in its e-mail. A page may hold fewer rows than asked for.",
  access: "user",
  permission: "me:read",
  query: () => ({
    status: described(
      z.enum(invitationFields.status.options),
      "Lists the invitations of this state; `pending` unless given.",
    ).optional(),
  }),
  output: receivedInvitationDocument,
  problems: ["email_mismatch", "invalid_cursor"],
  handler: async ({ caller: { user }, unscoped, now }, { status = "pending", ...input }) => {
    const address = verifiedAddress(user);
    if (address === undefined)
      throw new ProblemError("email_mismatch", "The caller has no address that the identity provider has verified.");
    const sent = unscoped
      .query("invitations")
      .withIndex("by_email_and_status", (q) => q.eq("email", address).eq("status", status));
    const result = await pageOf(sent.order("desc"), input);
    const page: object[] = [];
    for (const row of result.page.map((stored) => asOf(stored, now))) {
      const organization = row.status === status ? await unscoped.get("organizations", row.organizationId) : null;
      if (organization?.status !== "active" || organization.deletedAt !== undefined) continue;
      if (status === "pending" && (await voidReasonOf(unscoped, row, now)) !== undefined) continue;
      page.push(await shownToAddressee(unscoped, row, organization));
    }
    return { ...result, page };
  },
});

export const getPermissions = queryOperation({
  name: "tenancy/me:getPermissions",
  operationId: "getMyPermissions",
  noun: "user",
  method: "GET",
  path: "/me/permissions",
  summary: "Get one's own rights",
  description:
    "What the caller's role in the organization allows, with what the caller's roles in teams and with clients add: `:own` where it reaches only the caller's own rows, `:assigned` where it reaches only what is assigned to the caller. What a team's or a client's role allows holds for what is assigned to that team or client alone.",
  access: "organization",
  permission: "me:read",
  output: () =>
    z.object({
      organizationId: rowId("organizations"),
      roleKey: membershipFields.roleKey.optional(),
      rank: described(z.int(), "How high the caller's role stands.", 20),
      rights: described(
        z.array(z.string()),
        "Permissions, `:own` where one reaches only the caller's own rows, `:assigned` where it reaches only rows assigned to the caller.",
        ["schedule:read"],
      ),
    }),
  handler: async ({ tenant: { organization, membership, rank, rights }, db }) => ({
    organizationId: organization._id,
    roleKey: membership?.roleKey,
    rank,
    rights: rightsWithHolders(rights, await db.holders()),
  }),
});

export const switchOrganization = mutationOperation({
  name: "tenancy/me:switchOrganization",
  operationId: "switchOrganization",
  noun: "user",
  method: "POST",
  path: "/me/switch-organization",
  summary: "Switch the default organization",
  description:
    "Requests that name no organization act in this one from now on. Name it by `organizationId` or by `slug`.",
  access: "user",
  permission: "me:update",
  body: () => ({ organizationId: organizationIdParameter().optional(), slug: slugParameter().optional() }),
  exactlyOneOf: ["organizationId", "slug"],
  output: () => z.object({ organization: organizations.document, membership: ownMembershipDocument() }),
  problems: ["not_a_member", "membership_banned", "user_inactive", "organization_deleted", "organization_suspended"],
  handler: async ({ caller: { user }, unscoped, now }, { organizationId, slug }) => {
    const named = await unscoped.organization(organizationId ?? slug ?? "");
    const { organization, membership } = await memberOf(unscoped, named, user._id, now);
    assertUsable(organization);
    await unscoped.patch("users", user, { defaultOrganizationId: organization._id });
    return { organization: withPublicId(organization), membership: withPublicId(membership) };
  },
});

export const getProfile = queryOperation({
  name: "tenancy/me:getProfile",
  operationId: "getMyProfile",
  noun: "userProfile",
  method: "GET",
  path: "/me/profile",
  summary: "Get one's own profile",
  description: "The user's name stands in until a profile is written.",
  access: "user",
  permission: "me:read",
  output: profileDocument,
  handler: ({ caller: { user }, unscoped }) => shownProfile(unscoped, user),
});

export const upsertProfile = mutationOperation({
  name: "tenancy/me:upsertProfile",
  operationId: "upsertMyProfile",
  noun: "userProfile",
  method: "PUT",
  path: "/me/profile",
  summary: "Write one's own profile",
  description: "Replaces it: what is left out goes back to its default.",
  access: "user",
  permission: "me:update",
  body: () => ({ displayName: userProfileFields.displayName.optional(), bio: userProfileFields.bio }),
  readOnly: () => new Set(["userId"]),
  output: profileDocument,
  handler: async ({ caller: { user }, unscoped }, { displayName = displayNameOf(user), bio }) => {
    const profile = await profileOf(unscoped, user._id);
    if (profile) return unscoped.patch("userProfiles", profile, { displayName, bio });
    return unscoped.insert("userProfiles", { userId: user._id, displayName, ...(bio === undefined ? {} : { bio }) });
  },
});

export const getSettings = queryOperation({
  name: "tenancy/me:getSettings",
  operationId: "getMySettings",
  noun: "userSetting",
  method: "GET",
  path: "/me/settings",
  summary: "Get one's own settings",
  access: "user",
  permission: "me:read",
  output: settingsDocument,
  handler: async ({ caller: { user }, unscoped }) => ({
    ...defaultSettings,
    userId: user._id,
    ...(await settingsOf(unscoped, user._id)),
  }),
});

export const updateSettings = mutationOperation({
  name: "tenancy/me:updateSettings",
  operationId: "updateMySettings",
  noun: "userSetting",
  method: "PATCH",
  path: "/me/settings",
  summary: "Update one's own settings",
  description:
    "Fields left out stay as they are; null brings an optional field back to its default. `emailActivity` sent as true, or as null, also takes back what unsubscribe links have turned off.",
  access: "user",
  permission: "me:update",
  body: () => ({
    theme: userSettingFields.theme.optional(),
    notificationsEnabled: userSettingFields.notificationsEnabled.optional(),
    emailActivity: userSettingFields.emailActivity.nullable(),
    dashboardLayout: userSettingFields.dashboardLayout.nullable(),
    locale: userSettingFields.locale.nullable(),
    timezone: userSettingFields.timezone.nullable(),
  }),
  readOnly: () => new Set(["userId"]),
  output: settingsDocument,
  handler: async ({ caller: { user }, unscoped }, input) => {
    const settings =
      (await settingsOf(unscoped, user._id)) ??
      (await unscoped.insert("userSettings", {
        userId: user._id,
        theme: defaultSettings.theme,
        notificationsEnabled: true,
      }));
    if (input.emailActivity === true || input.emailActivity === null) await optInAgain(unscoped, user._id);
    return { ...defaultSettings, ...(await unscoped.patch("userSettings", settings, patchOf(input))) };
  },
});

/** Takes back what unsubscribe links have turned off: a person's own choice is newer than they are. */
async function optInAgain(unscoped: UnscopedWriter, userId: Id<"users">): Promise<void> {
  const optOuts = unscoped.query("emailOptOuts").withIndex("by_userId", (q) => q.eq("userId", userId));
  for (const optOut of await optOuts.take(maximumOptOuts)) await unscoped.discard("emailOptOuts", optOut);
}
