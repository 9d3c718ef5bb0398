import { actingUser } from "./caller";
import { effectiveRights, permissionOf, reachOf } from "./rights";
import { standingOf } from "./standing";
import type { Caller } from "./caller";
import type { Rights } from "./rights";
import type { Tenant } from "./tenant";
import type { Doc, Id } from "../../_generated/dataModel";
import type { QueryCtx } from "../../_generated/server";

/** The tables of whom rows are assigned to: those who belong to a team or a client have what is assigned to it. */
export type HolderTable = "teams" | "clients";

/** A team or a client that somebody belongs to, and the rights of their role there: those hold for what is assigned to it alone. */
export interface Holder {
  readonly table: HolderTable;
  readonly id: Id<HolderTable>;
  readonly rights: Rights;
}

/** Which rows a call may act on: the union of what it says. */
export interface RowReach {
  /** All of the organization. */
  readonly every: boolean;
  /** Those that the caller has made, or that are about the caller. */
  readonly own: boolean;
  /** Those assigned to `holders`, which may be none. */
  readonly assigned: boolean;
  readonly holders: readonly Holder[];
  /** Whether the permission is one to change rows, which grants may keep to themselves; reading, unless said. */
  readonly changes?: boolean;
}

/** Fields that name the person whose own a row is. */
export const ownerFieldNames: readonly string[] = ["createdBy", "userId"];

/** The reach of what is not bound to rows, and of the deployment itself. */
export const everyRow: RowReach = { every: true, own: false, assigned: false, holders: [] };

/**
 * How far the caller's permission reaches, or undefined without it. The role of the membership decides first; for people, the
 * roles of their teams and clients add what is assigned to these. A key has no more than its scopes, and what is assigned to
 * its owner where they reach no further.
 */
export async function rowReachOf(
  ctx: QueryCtx,
  caller: Caller,
  { organization, rights }: Tenant,
  permission: string,
): Promise<RowReach | undefined> {
  const reach = reachOf(rights, permission);
  if (reach === "all") return everyRow;
  const person = caller.kind === "user" || reach === "assigned" ? actingUser(caller) : undefined;
  const all = person === undefined ? [] : await holdersOf(ctx, organization._id, person);
  const holders = reach === "assigned" ? all : all.filter((holder) => reachesAssigned(holder.rights, permission));
  const assigned = reach === "assigned" || holders.length > 0;
  if (reach === undefined && !assigned) return undefined;
  return { every: false, own: reach === "own", assigned, holders, changes: !permission.endsWith(":read") };
}

/** True if a role in a team or with a client allows `permission` on what is assigned there; what reaches own rows only does not. */
function reachesAssigned(rights: Rights, permission: string): boolean {
  const reach = reachOf(rights, permission);
  return reach === "all" || reach === "assigned";
}

/** What somebody may do, as `effectiveRights` says it, with what the roles in `holders` add on assigned rows; sorted. */
export function rightsWithHolders(rights: Rights, holders: readonly Pick<Holder, "rights">[]): string[] {
  const added = holders.flatMap((holder) =>
    effectiveRights(holder.rights)
      .map(permissionOf)
      .filter((permission) => reachesAssigned(holder.rights, permission) && reachOf(rights, permission) !== "all")
      .map((permission) => `${permission}:assigned`),
  );
  return [...new Set([...effectiveRights(rights), ...added])].sort();
}

/** Teams, and as many clients, that one person may belong to: they are read wherever a permission does not reach every row. */
export const maximumHolders = 500;

/** The live teams and clients that a member belongs to. Whether the membership is in force was decided before. */
export async function holdersOf(
  ctx: QueryCtx,
  organizationId: Id<"organizations">,
  userId: Id<"users">,
): Promise<readonly Holder[]> {
  const [teams, clients] = await Promise.all([
    ctx.db
      .query("teamMemberships")
      .withIndex("by_organizationId_and_userId", (q) => q.eq("organizationId", organizationId).eq("userId", userId))
      .take(maximumHolders),
    ctx.db
      .query("clientMemberships")
      .withIndex("by_organizationId_and_userId", (q) => q.eq("organizationId", organizationId).eq("userId", userId))
      .take(maximumHolders),
  ]);
  const found = await Promise.all([
    ...teams.map(async (place) => holderOf(ctx, "teams", await ctx.db.get("teams", place.teamId), place)),
    ...clients.map(async (place) => holderOf(ctx, "clients", await ctx.db.get("clients", place.clientId), place)),
  ]);
  return found.filter((holder) => holder !== undefined);
}

/** Undefined for one in the trash, whose memberships are being deleted. */
async function holderOf(
  ctx: QueryCtx,
  table: HolderTable,
  row: Doc<HolderTable> | null,
  role: Pick<Doc<"teamMemberships">, "roleId" | "roleKey">,
): Promise<Holder | undefined> {
  if (!row || row.deletedAt !== undefined) return undefined;
  return { table, id: row._id, rights: (await standingOf(ctx, role)).rights };
}
