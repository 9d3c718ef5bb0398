import { ProblemError } from "../core/wire/errors";
import { slugCandidates } from "../core/schema/slugs";
import { builtInRoleRow, ensureBuiltInRoles } from "../core/records/roleRows";
import type { NewValues } from "../core/records/scope";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";

/** An organization of a new owner, with the owner's membership. Throws 409 when a name of it is taken. */
export async function foundOrganization(
  unscoped: UnscopedWriter,
  values: Omit<NewValues<"organizations">, "ownerId" | "status">,
  owner: Doc<"users">,
  now: number,
): Promise<Doc<"organizations">> {
  await ensureBuiltInRoles(unscoped);
  const organization = await unscoped.insert("organizations", { ...values, status: "active", ownerId: owner._id });
  const role = await builtInRoleRow(unscoped, "owner");
  if (!role) throw new Error("The built-in roles were made sure of before.");
  await unscoped.within(organization).insert("memberships", {
    userId: owner._id,
    roleId: role._id,
    roleKey: role.key,
    status: "active",
    joinedAt: now,
  });
  return organization;
}

/** Stands before names that leave no slug of their own. */
export const organizationNoun = "org";

/**
 * A slug made from the name. Those of deleted organizations, and their external ids, are taken until they are purged.
 * @param fragment of an id, for the last candidate
 * @throws {ProblemError} 409 when all candidates are taken
 */
export async function freeOrganizationSlug(
  unscoped: Pick<UnscopedWriter, "query">,
  name: string,
  fragment: string,
): Promise<string> {
  for (const candidate of slugCandidates(name, organizationNoun, fragment, Math.random)) {
    const bySlug = unscoped.query("organizations").withIndex("by_slug", (q) => q.eq("slug", candidate));
    if (await bySlug.first()) continue;
    const byExternalId = unscoped
      .query("organizations")
      .withIndex("by_externalId", (q) => q.eq("externalId", candidate));
    if (!(await byExternalId.first())) return candidate;
  }
  throw new ProblemError("slug_taken", "No free slug was found for this name; send one as slug.");
}
