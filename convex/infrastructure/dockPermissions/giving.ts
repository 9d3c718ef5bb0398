import { ProblemError } from "../../core/wire/errors";
import { assertGivesOwnRights } from "../giving";
import { grantedDocks, grantedResources } from "../reaching";
import { resourceTables } from "../tables";
import type { Permission } from "../../core/access/permissions";
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

/** Throws 403 where the people of the team or client would be able to do on the dock what the caller is not. */
export async function assertMayGive(ctx: TenantMutationContext, grant: Grant): Promise<void> {
  await assertWithinReach(ctx, grant);
  const { read, operate } = carriedPermissions;
  const carried: readonly Permission[] = grant.level === "operate" ? [...read, ...operate] : read;
  await assertGivesOwnRights(ctx, grant, carried, (permission) => holdsOn(ctx, permission, grant));
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
