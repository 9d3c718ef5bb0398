import * as z from "zod";
import { crud } from "../core/resources/crud";
import { described, integer } from "../core/schema/fields";
import { resource } from "../core/resources/resource";
import { countWithin } from "../core/records/counting";
import { assertResourceExists, noSuchResource } from "./healthChecks/resources";
import { recordHealth } from "./recordHealth";
import { healthCheckFields, healthResourceTypes, healthStatuses } from "./tables";
import type { HealthReport } from "./recordHealth";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { CountLimits } from "../core/records/counting";

const healthChecks = resource({
  name: "observability/healthChecks",
  table: "healthChecks",
  path: "/health-checks",
  fields: healthCheckFields,
  serverOwned: ["status", "failureCount", "successCount", "lastCheckAt", "lastSuccessAt", "lastFailureAt"],
  immutable: ["resourceType", "resourceId"],
  list: { filters: ["status", "resourceType", "resourceId"], sorts: ["lastCheckAt"] },
});

const { list, get, delete: remove } = crud(healthChecks);
export { list, get, remove as delete };

const reportFields = () => ({
  resourceType: healthCheckFields.resourceType,
  resourceId: healthCheckFields.resourceId,
  outcome: described(z.enum(["success", "failure"]), "How the check ended; the status follows from it."),
  errorMessage: healthCheckFields.errorMessage,
  latencyMs: healthCheckFields.latencyMs,
  metadata: healthCheckFields.metadata,
});

async function record(ctx: TenantMutationContext, report: HealthReport, pointer: string) {
  const { caller, tenant } = ctx;
  const { resourceType, resourceId } = report;
  if (caller.kind === "agent" && (resourceType !== "agent" || resourceId !== caller.agent._id))
    throw noSuchResource("A device agent records its own health and no other.", pointer);
  await assertResourceExists(ctx, resourceType, resourceId, pointer);
  return recordHealth(ctx, tenant.organization, report);
}

const recordOne = healthChecks.at("/record").change("record", {
  summary: "Record a health check",
  description:
    "Makes the health check of the resource, or changes it. A failure is `degraded` below the organization's `healthDownThreshold` in a row and `down` from it on; a success is `healthy`, or counts towards `healthRecoveryThreshold` where the resource is down. Owners and administrators are told of what is down, and when it is healthy again.",
  permission: "record",
  input: reportFields,
  problems: ["resource_not_found"],
  handler: (ctx, report) => record(ctx, report, "/resourceId"),
});
export { recordOne as record };

export const recordBatch = healthChecks.at("/record-batch").change("recordBatch", {
  summary: "Record up to 100 health checks",
  description: "One transaction: all are recorded, in their order, or none. Pointers of errors carry the item's index.",
  permission: "record",
  input: () => ({
    items: described(z.array(z.strictObject(reportFields())).min(1).max(100), "The checks, each as `record` takes it."),
  }),
  output: () =>
    z.object({ data: described(z.array(healthChecks.document), "The health after each check, in their order.") }),
  problems: ["resource_not_found"],
  departs: { operationId: "recordHealthChecks", readOnly: undefined },
  handler: async (ctx, { items }) => {
    const data: object[] = [];
    for (const [at, report] of items.entries())
      data.push(await healthChecks.show(ctx, await record(ctx, report, `/items/${at}/resourceId`)));
    return { data };
  },
});

export const reset = healthChecks.change("reset", {
  summary: "Reset a health check",
  description: "Healthy, and no failure counted. Nobody is told.",
  handler: async (ctx) => {
    const { row } = ctx;
    const changes = { status: "healthy", failureCount: 0, successCount: undefined, errorMessage: undefined } as const;
    const { status, failureCount } = row;
    await ctx.db.appendAudit({
      action: "healthCheck.reset",
      operation: "update",
      tableName: "healthChecks",
      recordId: row._id,
      changes: { status: { from: status, to: "healthy" }, failureCount: { from: failureCount, to: 0 } },
    });
    return ctx.db.patch("healthChecks", row, changes);
  },
});

const maximumCounted = 5000;
/** What counting each status may read: half of what a query may, with the rows that reach the limit. */
const limits: CountLimits = { rows: maximumCounted, bytes: Math.floor((8 * 1024 * 1024) / healthStatuses.length) };

const countsByStatus = (says: string) =>
  described(
    z.object(
      Object.fromEntries(
        healthStatuses.map((status) => [
          status,
          described(integer(0, maximumCounted * healthResourceTypes.length), `How many are ${status}.`),
        ]),
      ),
    ),
    says,
  );

export const getSummary = healthChecks.at("/summary").read("getSummary", {
  summary: "Get the health of everything in numbers",
  access: "organization",
  output: () =>
    z.object({
      statuses: countsByStatus("How many health checks there are, by status."),
      resourceTypes: described(
        z.object(
          Object.fromEntries(
            healthResourceTypes.map((type) => [type, countsByStatus(`The same of each ${type}.`).optional()]),
          ),
        ),
        "The same by kind of resource; a kind without health checks is left out.",
        { agent: { healthy: 12, degraded: 1, down: 0 } },
      ),
      isCapped: described(
        z.boolean(),
        `There are more than were counted: ${maximumCounted} of a status are, or fewer where rows are large.`,
      ),
    }),
  departs: { operationId: "getHealthSummary" },
  handler: async ({ db }) => {
    const statuses: Record<string, number> = {};
    const resourceTypes: Record<string, Record<string, number>> = {};
    let isCapped = false;
    for (const status of healthStatuses) {
      const rows = db.index("healthChecks", "by_organizationId_and_status_and_lastCheckAt", (q) =>
        q.eq("status", status),
      );
      const counted = await countWithin(rows, limits, ({ resourceType }) => {
        const none = Object.fromEntries(healthStatuses.map((each) => [each, 0]));
        const counts = (resourceTypes[resourceType] ??= none);
        counts[status] = (counts[status] ?? 0) + 1;
      });
      statuses[status] = counted.count;
      isCapped ||= counted.isCapped;
    }
    return { statuses, resourceTypes, isCapped };
  },
});
