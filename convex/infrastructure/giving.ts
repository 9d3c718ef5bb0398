import { reachOf } from "../core/access/rights";
import { ProblemError } from "../core/wire/errors";
import type { Permission } from "../core/access/permissions";
import type { Rights } from "../core/access/rights";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Doc, Id } from "../_generated/dataModel";

/** To whom a grant is: one of the two. */
interface Grantee {
  readonly teamId?: Id<"teams"> | undefined;
  readonly clientId?: Id<"clients"> | undefined;
}

/** People of a team or a client whose roles are looked at; a giver who holds all that a grant carries is asked for none of it. */
export const maximumPeople = 500;

/**
 * Throws 403 where the people of a team or client would be able to do on a row what the caller is not: roles on assigned rows were
 * given for what was assigned before.
 * @param carried The permissions that the grant carries to whose role allows them on assigned rows
 * @param holds Whether the caller has one of them on all that the grant covers
 */
export async function assertGivesOwnRights(
  ctx: TenantMutationContext,
  grantee: Grantee,
  carried: readonly Permission[],
  holds: (permission: Permission) => Promise<boolean>,
): Promise<void> {
  const lacking = carried.filter((permission) => reachOf(ctx.tenant.rights, permission) !== "all");
  if (lacking.length === 0) return;
  const people = await peopleOf(ctx, grantee);
  for (const permission of lacking) {
    if (!people.some((person) => gains(person, permission)) || (await holds(permission))) continue;
    const detail = `People of the team or client could do ${permission} here; only rights of one's own can be given.`;
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
async function peopleOf(ctx: TenantMutationContext, grantee: Grantee): Promise<readonly PersonRights[]> {
  const { db, unscoped } = ctx;
  const places = await placesOf(ctx, grantee);
  if (places.length > maximumPeople)
    throw new ProblemError(
      "forbidden",
      `Teams and clients of more than ${maximumPeople} people are granted things by who may do everything with these.`,
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
  { teamId, clientId }: Grantee,
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
