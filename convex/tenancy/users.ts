import { described, emailAddress } from "../core/schema/fields";
import { supportedSets } from "../core/records/listPlan";
import { listOperation } from "../core/operations/define";
import { tableMetadata } from "../core/schema/tableMetadata";
import { namedRoleKey } from "../access/tables";
import { queueEmail } from "../messaging/mail";
import { memberUser, memberUserDocument, users } from "./documents";
import { nameFromEmail } from "./identityRules";
import { displayNameOf, profileDocument, shownProfile } from "./people";
import { assertUninvited } from "./invitations/addressees";
import { givenBy } from "./invitations/giving";
import { givenRole } from "./memberships/members";
import { memberships } from "./memberships/resource";
import { membershipFields, userFields } from "./tables";
import type { TenantQueryContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const listOptions = { filters: ["status", "roleId"] };

export const list = listOperation({
  name: "tenancy/users:list",
  operationId: "listUsers",
  noun: "user",
  method: "GET",
  path: "/users",
  summary: "List the users of the organization",
  description: () =>
    `Newest membership first unless sorted otherwise. ${supportedSets(tableMetadata.memberships, listOptions)}`,
  access: "organization",
  permission: "user:read",
  query: () => memberships.listParameters(listOptions),
  output: memberUserDocument,
  problems: ["unsupported_filter", "invalid_cursor"],
  handler: async (ctx, input) => {
    const result = await memberships.rows(ctx, input, listOptions);
    const page: object[] = [];
    for (const membership of result.page) {
      const user = await ctx.unscoped.get("users", membership.userId);
      if (user) page.push(memberUser(user, membership));
    }
    return { ...result, page };
  },
});

export const get = users.read("get", {
  summary: "Get a user of the organization",
  output: memberUserDocument,
  handler: async (ctx) => shownUser(ctx, ctx.row),
});

export const create = users.at("/").change("create", {
  summary: "Add a user to the organization",
  description:
    "Adds somebody who waits for whoever signs in with this verified e-mail address. The membership is pending until then, and shows the invitation only: whether the address is known already is not told, and `id` is the person's own once they have accepted, by their first login or `POST /v1/me/sync`. It is given then, if whoever added them could still give its role; otherwise it stays pending. The address gets an e-mail that says so. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes.",
  permission: "member:invite",
  input: () => ({
    email: described(
      emailAddress(),
      "The address to invite; whoever signs in with it, verified, takes the membership.",
      "sam.lindqvist@example.com",
    ),
    name: userFields.name.optional(),
    roleId: membershipFields.roleId.optional(),
    roleKey: namedRoleKey.optional(),
  }),
  output: memberUserDocument,
  problems: ["already_member", "invitation_pending", "rank_too_low", "cross_tenant_reference"],
  handler: async (ctx, { email, name, ...named }) => {
    const role = await givenRole(ctx, named);
    await assertUninvited(ctx, email);
    // Somebody of this organization alone: an id that others know would tell that they know the address.
    const user = await ctx.unscoped.insert("users", {
      emailVerified: false,
      name: name ?? nameFromEmail(email),
      status: "pending",
      isPlatformAdmin: false,
    });
    const membership = await memberships.insert(ctx, {
      userId: user._id,
      roleId: role._id,
      roleKey: role.key,
      status: "pending",
      invitedEmail: email,
      ...(name === undefined ? {} : { invitedName: name }),
      ...givenBy(ctx),
    });
    await queueEmail(ctx, {
      template: "organizationInvite",
      to: email,
      organization: ctx.tenant.organization,
      // Who has the address is not the organization's to know until the invitation is accepted.
      data: {
        organizationName: ctx.tenant.organization.name,
        roleName: role.name,
        ...(ctx.caller.kind === "user" ? { inviterName: ctx.caller.user.name } : {}),
      },
    });
    return memberUser(user, membership);
  },
});

export const getProfile = users.read("getProfile", {
  summary: "Get a user's profile",
  output: profileDocument,
  departs: { noun: "userProfile" },
  handler: async (ctx) => {
    const { status, name } = await shownUser(ctx, ctx.row);
    return status === "pending"
      ? { userId: ctx.row._id, displayName: displayNameOf({ name }) }
      : shownProfile(ctx.unscoped, ctx.row);
  },
});

async function shownUser({ db }: TenantQueryContext, user: Doc<"users">) {
  const membership = await db
    .index("memberships", "by_organizationId_and_userId", (q) => q.eq("userId", user._id))
    .unique();
  if (!membership) throw new Error("The path named a user without a membership.");
  return memberUser(user, membership);
}
