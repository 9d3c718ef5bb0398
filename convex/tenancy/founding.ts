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
