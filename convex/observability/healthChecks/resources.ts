import { ProblemError } from "../../core/wire/errors";
import { tableMetadata } from "../../core/schema/tableMetadata";
import type { HealthResourceType } from "../tables";
import type { TenantTable } from "../../core/records/documents";
import type { TenantMutationContext } from "../../core/operations/declaration";

/** The tables of the kinds of resources; of a kind whose table this deployment does not have, there is no resource. */
const tableNames: Readonly<Record<Exclude<HealthResourceType, "custom">, string>> = {
  agent: "agents",
  dataSource: "dataSources",
  dock: "docks",
  server: "servers",
  webService: "webServices",
  domain: "domains",
  database: "databases",
  site: "sites",
  integration: "integrations",
};

/**
 * Refuses to watch what is not there. Nobody but an integrator knows of a `custom` resource.
 * @throws {ProblemError} 422 when the organization has no such resource, or has it in the trash
 */
export async function assertResourceExists(
  ctx: Pick<TenantMutationContext, "db">,
  resourceType: HealthResourceType,
  resourceId: string,
  pointer: string,
): Promise<void> {
  if (resourceType === "custom") return;
  const table = tableNames[resourceType];
  const row = isTenantTable(table) ? await ctx.db.get(table, resourceId) : null;
  if (row && !("deletedAt" in row && row.deletedAt !== undefined)) return;
  throw noSuchResource(`The organization has no ${resourceType} of this id.`, pointer);
}

/** A resource that is not there, or not for the caller to speak of. */
export function noSuchResource(message: string, pointer: string): ProblemError {
  return new ProblemError("resource_not_found", message, [{ pointer, code: "resource_not_found", message }]);
}

function isTenantTable(name: string): name is TenantTable {
  return Object.entries(tableMetadata).some(([table, { tenant }]) => table === name && tenant !== "none");
}
