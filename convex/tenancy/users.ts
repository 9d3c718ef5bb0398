import { ProblemError } from "../core/wire/errors";
import { described, emailAddress } from "../core/schema/fields";
import { actingUser } from "../core/access/caller";
import { namedRole } from "../core/records/roleRows";
import { membershipOf } from "../core/access/standing";
import { supportedSets } from "../core/records/listPlan";
import { listOperation } from "../core/operations/define";
import { tableMetadata } from "../core/schema/tableMetadata";
import { roleFields } from "../access/tables";
import { memberUser, memberUserDocument, users } from "./documents";
import { nameFromEmail } from "./identityRules";
import { displayNameOf, profileDocument, shownProfile } from "./people";
import { knownAs } from "./provisioning";
import { memberships } from "./memberships/resource";
import { assertMayAssign } from "../core/access/assigning";
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
    "Finds the user with this verified e-mail address, or adds one who waits for the first login. The membership is pending until then, and shows the invitation only; a user who is known already accepts it by `POST /v1/me/sync`. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes.",
  permission: "member:invite",
  input: () => ({
    email: described(
      emailAddress(),
      "The address to invite; whoever signs in with it, verified, takes the membership.",
      "sam.lindqvist@example.com",
    ),
    name: userFields.name.optional(),
    roleId: membershipFields.roleId.optional(),
    roleKey: roleFields.key.optional(),
  }),
  output: memberUserDocument,
  problems: ["already_member", "rank_too_low", "cross_tenant_reference"],
  handler: async (ctx, { email, name, ...named }) => {
    const role = await namedRole(
      ctx,
      named.roleId === undefined && named.roleKey === undefined ? { roleKey: "member" } : named,
    );
    if (!role) throw new Error("The reference of roleId was checked before.");
    assertMayAssign(ctx.tenant, role);
    const known = await knownAs(ctx.unscoped, email);
    const user =
      known ??
      (await ctx.unscoped.insert("users", {
        emailVerified: false,
        name: name ?? nameFromEmail(email),
        status: "pending",
        isPlatformAdmin: false,
      }));
    if (known && (await membershipOf(ctx.unscoped, ctx.tenant.organization._id, known._id))) {
      const message = "Who has this address is a member or invited already.";
      throw new ProblemError("already_member", message, [{ pointer: "/email", code: "already_member", message }]);
    }
    const invitedBy = actingUser(ctx.caller);
    const membership = await ctx.db.insert("memberships", {
      userId: user._id,
      roleId: role._id,
      roleKey: role.key,
      status: "pending",
      invitedEmail: email,
      ...(name === undefined ? {} : { invitedName: name }),
      ...(invitedBy === undefined ? {} : { invitedBy }),
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
