import { reachOf } from "../../core/access/rights";
import { ProblemError } from "../../core/wire/errors";
import { grantedDocks, grantedResources } from "../reaching";
import { resourceTables } from "../tables";
import type { Permission } from "../../core/access/permissions";
import type { Rights } from "../../core/access/rights";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/** A grant as it is, or would be. */
interface Grant {
  readonly dockId: Id<"docks">;
  readonly teamId?: Id<"teams"> | undefined;
  readonly clientId?: Id<"clients"> | undefined;
  readonly resourceTables?: readonly ResourceTable[] | undefined;
  readonly level: Doc<"dockPermissions">["level"];
}

/** What a grant carries to whose role allows it on assigned rows: to read, and besides where it is to operate. */
export const carriedPermissions = {
  read: ["dock:read", "resource:read", "syncHistory:read"],
  operate: [
    "dock:update",
    "dock:rotate",
    "dock:sync",
    "dock:grant",
    "dock:delete",
    "dock:restore",
    "resource:update",
    "resource:delete",
    "resource:restore",
  ],
} as const satisfies Readonly<Record<Grant["level"], readonly Permission[]>>;

/** People of a team or a client whose roles are looked at; a giver who holds all that a grant carries is asked for none of it. */
export const maximumPeople = 500;

/** For descriptions: how much a caller needs to give a grant. */
export const givingAGrant =
  "Whoever gives it has, on the dock, all that it lets the people of the team or client do; who reaches the dock by a grant gives no more than that covers.";

/**
 * Throws 403 where a grant reaches more of the dock than the caller, who gives it, changes it or takes it away.
 */
export async function assertWithinReach({ db, reach }: TenantMutationContext, grant: Grant): Promise<void> {
  if (reach.every) return;
  const asked = { ...reach, changes: grant.level === "operate" };
  for (const table of grant.resourceTables ?? resourceTables) {
    if (await db.isAssigned(grantedResources(table), grant, asked)) continue;
    throw new ProblemError("not_assigned", `The grants of the caller do not cover ${table} of the dock so far.`);
  }
}

/**
 * Throws 403 where the people of the team or client would be able to do on the dock what the caller is not: roles on assigned rows were
 * given for what was assigned before.
 */
export async function assertMayGive(ctx: TenantMutationContext, grant: Grant): Promise<void> {
  await assertWithinReach(ctx, grant);
  const { read, operate } = carriedPermissions;
  const carried: readonly Permission[] = grant.level === "operate" ? [...read, ...operate] : read;
  const lacking = carried.filter((permission) => reachOf(ctx.tenant.rights, permission) !== "all");
  if (lacking.length === 0) return;
  const people = await peopleOf(ctx, grant);
  for (const permission of lacking) {
    if (!people.some((person) => gains(person, permission)) || (await holdsOn(ctx, permission, grant))) continue;
    const detail = `People of the team or client could do ${permission} on the dock; only rights of one's own can be given.`;
    throw new ProblemError("forbidden", detail);
  }
}

/** What somebody of a team or a client may do: anywhere by the role in the organization, and there by the one that they have there. */
interface PersonRights {
  readonly anywhere: Rights;
  readonly there: Rights;
}

function gains({ anywhere, there }: PersonRights, permission: Permission): boolean {
  const reach = reachOf(anywhere, permission);
  if (reach === "all") return false;
  const reachThere = reachOf(there, permission);
  return reach === "assigned" || reachThere === "all" || reachThere === "assigned";
}

/** @throws {ProblemError} 403 where they are more than are looked at */
async function peopleOf(ctx: TenantMutationContext, grant: Grant): Promise<readonly PersonRights[]> {
  const { db, unscoped } = ctx;
  const places = await placesOf(ctx, grant);
  if (places.length > maximumPeople)
    throw new ProblemError(
      "forbidden",
      `Teams and clients of more than ${maximumPeople} people are granted docks by who may do everything with these.`,
    );
  const known = new Map<string, Promise<Rights>>();
  const rightsOf = (role: Pick<Doc<"memberships">, "roleKey" | "roleId">): Promise<Rights> => {
    const rights = known.get(role.roleId) ?? unscoped.standingOf(role).then((standing) => standing.rights);
    known.set(role.roleId, rights);
    return rights;
  };
  const none: Rights = new Set();
  return Promise.all(
    places.map(async (place) => {
      const membership = await db
        .index("memberships", "by_organizationId_and_userId", (q) => q.eq("userId", place.userId))
        .unique();
      return { anywhere: membership ? await rightsOf(membership) : none, there: await rightsOf(place) };
    }),
  );
}

async function placesOf(
  { db }: TenantMutationContext,
  { teamId, clientId }: Grant,
): Promise<readonly Pick<Doc<"teamMemberships">, "userId" | "roleKey" | "roleId">[]> {
  const limit = maximumPeople + 1;
  if (teamId)
    return db
      .index("teamMemberships", "by_organizationId_and_teamId_and_userId", (q) => q.eq("teamId", teamId))
      .take(limit);
  if (!clientId) return [];
  return db
    .index("clientMemberships", "by_organizationId_and_clientId_and_userId", (q) => q.eq("clientId", clientId))
    .take(limit);
}

/** True if the caller has the permission on the dock, or on all of its resources that the grant covers. */
async function holdsOn({ db }: TenantMutationContext, permission: Permission, grant: Grant): Promise<boolean> {
  const reach = await db.reachOf(permission);
  if (!reach) return false;
  if (reach.every) return true;
  if (!permission.startsWith("resource:")) return db.isAssigned(grantedDocks, { _id: grant.dockId }, reach);
  for (const table of grant.resourceTables ?? resourceTables)
    if (!(await db.isAssigned(grantedResources(table), grant, reach))) return false;
  return true;
}
