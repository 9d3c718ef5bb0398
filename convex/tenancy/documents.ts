import * as z from "zod";
import { described, exampleRowId, rowId, text } from "../core/schema/fields";
import { documentOf } from "../core/resources/resource";
import { nameFromEmail } from "./identityRules";
import { membershipFields, organizationFields, userFields } from "./tables";
import { withPublicId } from "../core/records/documents";
import type { ResourceShape } from "../core/operations/resourceShape";
import type { Doc, Id } from "../_generated/dataModel";

export const userDocument = documentOf("users", userFields);
export const organizationDocument = documentOf("organizations", organizationFields);

/** A user as the members of an organization see them: the person, and what they are there. */
export const memberUserDocument = z.object({
  id: rowId("users"),
  externalId: userFields.externalId,
  email: userFields.email,
  emailVerified: userFields.emailVerified,
  name: userFields.name,
  imageUrl: userFields.imageUrl,
  status: membershipFields.status.meta({ description: "State of the membership: `pending` until the person accepts." }),
  membershipId: rowId("memberships"),
  roleId: rowId("roles"),
  roleKey: membershipFields.roleKey,
  joinedAt: membershipFields.joinedAt,
  lastActivityAt: userFields.lastActivityAt,
});

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

/** The organization of the path, by id or slug: the tenant itself. */
export const organizationInPath: ResourceShape & { readonly table: "organizations" } = {
  table: "organizations",
  noun: "organization",
  idParameter: "organizationId",
  document: organizationDocument,
  readOnly: new Set(Object.keys(organizationDocument.shape)),
  find: ({ tenant }) => Promise.resolve(tenant.organization),
};

/** A user of the organization, by id or external id; others are not found. */
export const userInPath: ResourceShape & { readonly table: "users" } = {
  table: "users",
  noun: "user",
  idParameter: "userId",
  document: userDocument,
  readOnly: new Set(Object.keys(userDocument.shape)),
  find: async ({ db, unscoped }, id) => {
    const byId = await unscoped.get("users", id);
    const named = unscoped.query("users").withIndex("by_externalId", (q) => q.eq("externalId", id));
    // Subjects are unique per issuer only, so a few users may share one.
    for (const user of byId ? [byId] : await named.take(10)) {
      const membership = db.index("memberships", "by_organizationId_and_userId", (q) => q.eq("userId", user._id));
      const own = user.deletedAt === undefined ? await membership.unique() : null;
      // The external id of somebody invited is not the organization's to know.
      if (own && (byId || own.status !== "pending")) return user;
    }
    return null;
  },
};

/** `id` or `externalId` of a user in a path. */
export const userIdParameter = described(text(1, 255), "Id or external id of the user.", exampleRowId);
/** `id` or `slug` of an organization in a path. */
export const organizationIdParameter = described(text(1, 255), "Id or slug of the organization.", "north-wind-energy");
/** The slug that confirms what cannot be taken back. */
export const confirmSlugParameter = described(
  text(1, 255),
  "The organization's slug, to show that it is the one that is meant.",
  "north-wind-energy",
);
/** `slug` of an organization in a path. */
export const slugParameter = described(text(1, 255), "Slug of the organization.", "north-wind-energy");
