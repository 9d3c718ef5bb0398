import { ProblemError } from "../../core/wire/errors";
import { grantedResources } from "../reaching";
import { resourceTables } from "../tables";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

/**
 * The tables of a dock that the caller may have synced: those asked for, or, of who reaches the dock by grants, all that these cover to
 * operate it. Undefined for all that the provider has.
 * @throws {ProblemError} 403 for one that is asked for and not covered
 */
export async function tablesWithinReach(
  { db, reach }: TenantMutationContext,
  { _id: dockId }: Doc<"docks">,
  asked: readonly ResourceTable[] | undefined,
): Promise<readonly ResourceTable[] | undefined> {
  if (reach.every) return asked;
  const covered: ResourceTable[] = [];
  for (const [at, table] of (asked ?? resourceTables).entries()) {
    if (await db.isAssigned(grantedResources(table), { dockId }, { ...reach, changes: true })) covered.push(table);
    else if (asked)
      throw new ProblemError("not_assigned", `The grants of the caller do not cover ${table} of the dock.`, [
        { pointer: `/resourceTables/${at}`, code: "not_assigned", message: "It is not granted to operate." },
      ]);
  }
  return covered;
}

/** @throws {ProblemError} 403 where a sync would let go what the caller may not delete */
export async function assertMayLose(
  { db }: TenantMutationContext,
  { _id: dockId }: Doc<"docks">,
  tables: readonly ResourceTable[] = resourceTables,
): Promise<void> {
  const reach = await db.reachOf("resource:delete");
  if (reach?.every) return;
  for (const table of tables) {
    if (reach && (await db.isAssigned(grantedResources(table), { dockId }, reach))) continue;
    throw new ProblemError(
      "forbidden",
      `Confirming a loss deletes ${table}, for which the caller lacks resource:delete.`,
      [{ pointer: "/confirmLoss", code: "forbidden", message: "It needs resource:delete on what may go." }],
    );
  }
}
