import { namedRole } from "../../core/records/roleRows";
import { ProblemError } from "../../core/wire/errors";
import { forgetPlaceholder } from "../provisioning";
import { revokeFor } from "../invitations/addressees";
import { adminRank, assertMayAssign } from "../../core/access/assigning";
import { administers } from "./rules";
import type { TenantReader, UnscopedReader } from "../../core/records/reader";
import type { UnscopedWriter, TenantWriter } from "../../core/records/writer";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** The role that a body gives to somebody new, `member` unless it names one. Throws 403 unless the caller may give it. */
export async function givenRole(
  ctx: TenantMutationContext,
  named: Parameters<typeof namedRole>[1],
): Promise<Doc<"roles">> {
  const isNamed = named.roleId !== undefined || named.roleKey !== undefined;
  const role = await namedRole(ctx, isNamed ? named : { roleKey: "member" });
  if (!role) throw new Error("The reference of roleId was checked before.");
  assertMayAssign(ctx.tenant, role);
  return role;
}

/** Throws 409 when nobody but `leaving` has the rank of an administrator and a membership in force. */
export async function assertAdminRemains(
  {
    db,
    unscoped,
    now,
  }: { readonly db: TenantReader; readonly unscoped: Pick<UnscopedReader, "query">; readonly now: number },
  leaving: Doc<"memberships">,
): Promise<void> {
  const builtIn = await unscoped
    .query("roles")
    .withIndex("by_organizationId_and_deletedAt", (q) => q.eq("organizationId", undefined).eq("deletedAt", undefined))
    .collect();
  const custom = await db
    .index("roles", "by_organizationId_and_deletedAt", (q) => q.eq("deletedAt", undefined))
    .collect();
  const administering = [...builtIn, ...custom].filter(({ rank }) => rank >= adminRank);
  for (const role of administering) {
    for await (const membership of db.index("memberships", "by_organizationId_and_roleId", (q) =>
      q.eq("roleId", role._id),
    )) {
      if (membership._id !== leaving._id && administers(membership, role.rank, now)) return;
    }
  }
  throw new ProblemError("last_admin", "Nobody else could administer the organization.");
}

/**
 * Ends a membership for good, with what invites its holder again and the member's places in teams and with clients; the
 * organization is no longer the user's default. Who never signed in goes too.
 */
export async function endMembership(
  db: TenantWriter,
  unscoped: UnscopedWriter,
  membership: Doc<"memberships">,
): Promise<void> {
  const user = await unscoped.get("users", membership.userId);
  if (user) await revokeFor(db, user);
  if (user && user.defaultOrganizationId === membership.organizationId) {
    await unscoped.patch("users", user, { defaultOrganizationId: undefined });
  }
  const { userId } = membership;
  const inTeams = db.index("teamMemberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId));
  for (const row of await inTeams.collect()) await db.purge("teamMemberships", row);
  const withClients = db.index("clientMemberships", "by_organizationId_and_userId", (q) => q.eq("userId", userId));
  for (const row of await withClients.collect()) await db.purge("clientMemberships", row);
  await db.purge("memberships", membership);
  if (user) await forgetPlaceholder(unscoped, user);
}
