import { tableMetadata } from "../../core/schema/tableMetadata";
import { ProblemError } from "../../core/wire/errors";
import { enqueueJob } from "../../jobs/queue";
import { forgetHealth } from "../../observability/recordHealth";
import { linkedOf, resourceChanged } from "../resources/links";
import { tellOfResources } from "../resources/telling";
import { resourceTables } from "../tables";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { TenantReader } from "../../core/records/reader";
import type { TenantWriter } from "../../core/records/writer";
import type { LinkedResource } from "../resources/links";
import type { Doc, Id } from "../../_generated/dataModel";

/** Teams and clients that a dock is granted to: its deletion ends all grants in its transaction, whatever becomes of it afterwards. */
const maximumGrants = 500;
/** Rows that one step of the job deletes: resources with all their links, as in a batch of a sync. */
const deletedPerStep = 50;
const cleanupAction = "dock.cleanup";

/** @throws {ProblemError} 409 while a sync runs, which works with the key and writes what it brings */
export function assertIdle({ syncInProgress }: Pick<Doc<"docks">, "syncInProgress">): void {
  if (syncInProgress) throw new ProblemError("sync_in_progress", "A sync of the dock runs.");
}

/** What a deleted dock is without: its key, and whatever says how that stood with its provider. */
export const endedFields = {
  encryptedApiKey: undefined,
  keyHint: undefined,
  keyFingerprint: undefined,
  rateLimitRemaining: undefined,
  rateLimitLimit: undefined,
  rateLimitResetAt: undefined,
  nextSyncAt: undefined,
} as const;

/** Ends what belongs to a dock that goes into the trash: grants now, and its resources by a job. */
export async function endDock(ctx: TenantMutationContext, dock: Doc<"docks">): Promise<void> {
  await endGrants(ctx.db, dock._id);
  await forgetHealth(ctx, "dock", dock._id);
  await enqueueJob(ctx, {
    organizationId: dock.organizationId,
    runner: "builtin",
    action: cleanupAction,
    payload: { dockId: dock._id },
    dedupeKey: `${cleanupAction}:${dock._id}`,
  });
}

async function endGrants(db: TenantWriter, dockId: Id<"docks">): Promise<void> {
  for (const grant of await grantsOf(db, dockId)) await db.purge("dockPermissions", grant);
}

function grantsOf(db: TenantReader, dockId: Id<"docks">): Promise<Doc<"dockPermissions">[]> {
  return db.index("dockPermissions", "by_organizationId_and_dockId", (q) => q.eq("dockId", dockId)).take(maximumGrants);
}

/** @throws {ProblemError} 409 for a dock that is granted to as many as one deletion ends */
export async function assertRoomForGrant(db: TenantReader, dockId: Id<"docks">): Promise<void> {
  if ((await grantsOf(db, dockId)).length === maximumGrants)
    throw new ProblemError("limit_reached", `A dock is granted to ${maximumGrants} teams and clients at most.`);
}

/** Moves a batch of what a dock has brought to the trash. Answers how many, and whether those were all. */
export async function trashOfDock(
  db: TenantWriter,
  dock: Doc<"docks">,
): Promise<{ readonly deleted: number; readonly isDone: boolean }> {
  const { _id: dockId } = dock;
  let left = deletedPerStep;
  const deleted: LinkedResource[] = [];
  for (const table of resourceTables) {
    const rows = db.index(table, "by_organizationId_and_deletedAt_and_dockId", (q) =>
      q.eq("deletedAt", undefined).eq("dockId", dockId),
    );
    for (const row of await rows.take(left)) {
      const linked = linkedOf(table, await db.softDelete(table, row));
      await resourceChanged(db, linked);
      await forgetHealth({ db }, tableMetadata[table].noun, row._id);
      deleted.push(linked);
      left -= 1;
    }
    if (left === 0) break;
  }
  await tellOfResources(db, dock, { deleted });
  return { deleted: deleted.length, isDone: left > 0 };
}
