import * as z from "zod";
import { described, exampleRowId, rowId, text } from "../core/schema/fields";
import { globalResource } from "../core/resources/globalResource";
import { lazily } from "../core/operations/once";
import { nameFromEmail } from "./identityRules";
import { membershipFields, organizationFields, userFields } from "./tables";
import { withPublicId } from "../core/records/documents";
import type { Doc, Id } from "../_generated/dataModel";

/** A user as the members of an organization see them: the person, and what they are there. */
export const memberUserDocument = lazily(() =>
  z.object({
    id: rowId("users"),
    externalId: userFields.externalId,
    email: userFields.email,
    emailVerified: userFields.emailVerified,
    name: userFields.name,
    imageUrl: userFields.imageUrl,
    status: membershipFields.status.meta({
      description: "State of the membership: `pending` until the person accepts.",
    }),
    membershipId: rowId("memberships"),
    roleId: rowId("roles"),
    roleKey: membershipFields.roleKey,
    joinedAt: membershipFields.joinedAt,
    lastActivityAt: userFields.lastActivityAt,
  }),
);

/** What `memberUserDocument` shows of a member. Somebody who has not accepted yet is shown as the invitation, and no more. */
export function memberUser(user: Doc<"users">, membership: Doc<"memberships">) {
  const { _id: membershipId, status, roleId, roleKey, joinedAt } = membership;
  const shown = status === "pending" ? invitedUser(user._id, membership) : withPublicId(user);
  return { ...shown, membershipId, status, roleId, roleKey, joinedAt };
}

/** The person of an invitation, by what whoever invited them said. */
function invitedUser(id: Id<"users">, { invitedEmail, invitedName }: Doc<"memberships">) {
  return { id, email: invitedEmail, emailVerified: false, name: invitedName ?? nameFromEmail(invitedEmail) };
}

/** How an organization's status moves: the platform's own ways, and those of deleting (`inactive`) and restoring (`active`). */
export const organizationStates = {
  field: "status",
  transitions: { active: ["inactive", "suspended"], inactive: ["active"], suspended: ["active"] },
} as const;

/** Organizations: the one of a path, named by id or slug, is the tenant itself. */
export const organizations = globalResource({
  name: "tenancy/organizations",
  table: "organizations",
  path: "/organizations",
  fields: organizationFields,
  idInPath: organizationIdParameter,
  find: ({ tenant }) => Promise.resolve(tenant.organization),
  states: organizationStates,
});

/** Users of the organization, named in a path by id or external id; others are not found. */
export const users = globalResource({
  name: "tenancy/users",
  table: "users",
  path: "/users",
  fields: userFields,
  idInPath: () => described(text(1, 255), "Id or external id of the user.", exampleRowId),
  shownBeside: () => Object.keys(memberUserDocument().shape),
  find: async ({ db, unscoped }, id) => {
    const byId = db.idOf("users", id);
    const named = unscoped.query("users").withIndex("by_externalId", (q) => q.eq("externalId", id));
    // Subjects are unique per issuer only, so a few users may share one.
    for (const userId of byId ? [byId] : (await named.take(10)).map(({ _id }) => _id)) {
      // The membership first: of an id that is somebody's elsewhere no more is read than of none.
      const membership = db.index("memberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId));
      const own = await membership.unique();
      // The external id of somebody invited is not the organization's to know.
      const user = own && (byId || own.status !== "pending") ? await unscoped.get("users", userId) : null;
      if (user && user.deletedAt === undefined) return user;
    }
    return null;
  },
});

/** `id` or `slug` of an organization in a path. */
export function organizationIdParameter() {
  return described(text(1, 255), "Id or slug of the organization.", "north-wind-energy");
}

/** The slug that confirms what cannot be taken back. */
export function confirmSlugParameter() {
  return described(
    text(1, 255),
    "The organization's slug, to show that it is the one that is meant.",
    "north-wind-energy",
  );
}

/** `slug` of an organization in a path. */
export function slugParameter() {
  return described(text(1, 255), "Slug of the organization.", "north-wind-energy");
}
