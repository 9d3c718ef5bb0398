import { lazily } from "../../core/operations/once";
import { ProblemError } from "../../core/wire/errors";
import { inventory } from "../resources/inventory";
import { linksOf } from "../resources/links";
import { projects } from "./resource";
import type { TenantMutationContext, TenantQueryContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";
import type { LinkedResource } from "../resources/links";
import type { ResourceTable } from "../tables";

type Context = Pick<TenantQueryContext | TenantMutationContext, "db">;

/** A project that a resource belongs to, and by which link. */
export interface LinkedProject {
  readonly link: Doc<"projectResources">;
  readonly project: Doc<"projects">;
}

/** The projects of a resource that the caller may read, the one linked last first. Of the others not even their number is told. */
export async function projectsOf(
  { db }: Context,
  resource: Pick<LinkedResource, "table" | "id">,
): Promise<readonly LinkedProject[]> {
  const reach = await db.reachOf("project:read");
  if (!reach) return [];
  const found: LinkedProject[] = [];
  for (const link of await linksOf(db, resource)) {
    const project = await db.get("projects", link.projectId);
    if (!project || project.deletedAt !== undefined) continue;
    if (reach.every || (await db.isAssigned(projects.assigned ?? [], project, reach))) found.push({ link, project });
  }
  return found.toReversed();
}

/** Whether the caller reaches a resource. */
export type Reaching = (table: ResourceTable, row: Doc<ResourceTable>) => Promise<boolean>;

/**
 * Which resources the caller may read, or, where grants are what the caller reaches them by, which of them one to operate reaches: a link
 * shows its name to everybody in the project. For one call: the caller's teams and clients are read once, however many resources are
 * asked for, and their grants of a dock once for each table.
 */
export function reachingOf({ db }: Context, level: "read" | "operate"): Reaching {
  const readable = lazily(() => db.reachOf("resource:read"));
  const asked = new Map<string, Promise<boolean>>();
  const isReached = async (table: ResourceTable, row: Doc<ResourceTable>) => {
    const reach = await readable();
    if (!reach) return false;
    if (reach.every) return true;
    return db.isAssigned(inventory[table].assigned ?? [], row, { ...reach, changes: level === "operate" });
  };
  return (table, row) => {
    const key = `${table} ${row.dockId}`;
    const found = asked.get(key) ?? isReached(table, row);
    asked.set(key, found);
    return found;
  };
}

/**
 * The resource that a body names, where it is there and the caller may link it.
 * @throws {ProblemError} 422 for one that is foreign, missing or in the trash; 403 for one that no grant to operate reaches
 */
export async function linkable(
  ctx: TenantMutationContext,
  table: ResourceTable,
  resourceId: string,
  pointer: string,
  reaches: Reaching = reachingOf(ctx, "operate"),
): Promise<Doc<ResourceTable>> {
  const row: Doc<ResourceTable> | null = await ctx.db.get(table, resourceId);
  if (!row || row.deletedAt !== undefined) {
    const code = "cross_tenant_reference";
    const message = `No row of ${table} of the organization has this id.`;
    throw new ProblemError(code, message, [{ pointer, code, message }]);
  }
  if (await reaches(table, row)) return row;
  throw new ProblemError("not_assigned", "No grant to operate its dock reaches the caller.", [
    { pointer, code: "not_assigned", message: "Its dock is not granted to operate." },
  ]);
}
