import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Id } from "../_generated/dataModel";

/** Those of one role who are told; whoever comes after them has the lists. */
const maximumTold = 50;

/** Owner and administrators of an organization who are members in force: whom the deployment tells of what fails. */
export async function administratorsOf({
  db,
  unscoped,
}: {
  readonly db: TenantWriter;
  readonly unscoped: Pick<UnscopedWriter, "query">;
}): Promise<Id<"users">[]> {
  const told: Id<"users">[] = [];
  for (const key of ["owner", "admin"]) {
    const role = await unscoped
      .query("roles")
      .withIndex("by_organizationId_and_deletedAt_and_key", (q) =>
        q.eq("organizationId", undefined).eq("deletedAt", undefined).eq("key", key),
      )
      .unique();
    if (!role) continue;
    const members = db.index("memberships", "by_organizationId_and_roleId", (q) => q.eq("roleId", role._id));
    for (const { userId, status, bannedAt } of await members.take(maximumTold))
      if (status === "active" && bannedAt === undefined) told.push(userId);
  }
  return told;
}
