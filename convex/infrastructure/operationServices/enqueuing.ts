import { actingUser } from "../../core/access/caller";
import { definedOf } from "../../core/records/documents";
import { canonicalJson } from "../../core/wire/canonicalJson";
import { invalidField, ProblemError } from "../../core/wire/errors";
import { sha256Hex } from "../../core/wire/secrets";
import { enqueueJob } from "../../jobs/queue";
import { linkable } from "../projects/reaching";
import { projects } from "../projects/resource";
import { operationTypesByName } from "../operationTypes/registry";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { ProblemCode } from "../../core/wire/problems";
import type { ProblemFault } from "../../core/wire/errors";
import type { RunTarget } from "../operationTypes/operationType";
import type { Doc } from "../../_generated/dataModel";
import type { ResourceTable } from "../tables";

const runAction = "operation.run";

/** What is asked for of a service. */
interface RunRequest {
  readonly operation: string;
  readonly projectId?: string | undefined;
  readonly resourceTable?: ResourceTable | undefined;
  readonly resourceId?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Enqueues a run of an operation, unless the same waits or runs already.
 * @throws {ProblemError} 409 for a service that runs nothing, 422 for what it does not take, 403 for what the caller does not reach
 */
export async function enqueueRun(
  ctx: TenantMutationContext,
  service: Doc<"operationServices">,
  { operation: name, params: given, ...aim }: RunRequest,
) {
  const operation = operationOf(service, name);
  if (service.status === "disabled") throw new ProblemError("operation_disabled", `${service.name} is disabled.`);
  assertConfigured(service);
  const target = await targetOf(ctx, aim);
  if (target && !operation.targets.includes(target.kind))
    throw refused("operation_params_invalid", [
      {
        pointer: target.kind === "project" ? "/projectId" : "/resourceTable",
        code: "unsupported",
        message: `${name} is not for ${target.kind === "project" ? "projects" : target.kind}.`,
      },
    ]);
  const { value: params, faults } = { value: undefined, ...operation.judgeParams(given, target) };
  if (params === undefined)
    throw refused(
      "operation_params_invalid",
      (faults ?? []).map(({ pointer, ...fault }) => ({ pointer: `/params${pointer}`, ...fault })),
    );
  const { _id: operationServiceId, organizationId } = service;
  const asked = { operation: name, ...definedOf(aim), params };
  const { job, created } = await enqueueJob(ctx, {
    organizationId,
    operationServiceId,
    runner: "builtin",
    action: runAction,
    payload: {
      ...asked,
      operationServiceId,
      requestedAt: ctx.now,
      ...definedOf({ requestedBy: actingUser(ctx.caller) }),
    },
    priority: 3,
    attemptsMax: operation.attemptsMax,
    dedupeKey: `${runAction}:${operationServiceId}:${(await sha256Hex(canonicalJson(asked))).slice(0, 32)}`,
    dedupe: operation.dedupe,
  });
  const about = { tableName: "operationServices", recordId: operationServiceId } as const;
  const metadata = { operation: name, jobId: job._id, ...definedOf(aim) };
  await ctx.db.appendAudit({ action: runAction, operation: "other", ...about, metadata });
  const { status, scheduledAt } = job;
  return { jobId: job._id, operation: name, status, scheduledAt, isNew: created };
}

/** @throws {ProblemError} 409 for a service that came back from the trash and was given no configuration since */
export function assertConfigured({ encryptedConfig, name }: Doc<"operationServices">): void {
  if (!encryptedConfig) throw new ProblemError("operation_config_missing", `${name} has no configuration.`);
}

function operationOf({ type, name: serviceName }: Doc<"operationServices">, name: string) {
  const { operations } = operationTypesByName[type];
  const operation = operations.get(name);
  if (operation) return operation;
  const message = `${serviceName} can do ${[...operations.keys()].join(", ")}.`;
  throw refused("unknown_operation", [{ pointer: "/operation", code: "unknown_operation", message }]);
}

/** What a run is for, where the caller reaches it. */
async function targetOf(
  ctx: TenantMutationContext,
  { projectId, resourceTable, resourceId }: Omit<RunRequest, "operation" | "params">,
): Promise<RunTarget | undefined> {
  if ((resourceTable === undefined) !== (resourceId === undefined))
    throw invalidField(
      resourceTable === undefined ? "/resourceTable" : "/resourceId",
      "required",
      "`resourceTable` and `resourceId` name a resource together.",
    );
  if (projectId !== undefined && resourceTable !== undefined)
    throw invalidField("/resourceTable", "at_most_one", "A run is for a project or for a resource.");
  if (projectId !== undefined) {
    await assertReachable(ctx, projectId);
    return { kind: "project" };
  }
  if (resourceTable === undefined || resourceId === undefined) return undefined;
  const row = await linkable(ctx, resourceTable, resourceId, "/resourceId");
  return { kind: resourceTable, host: hostOf(row) };
}

/** @throws {ProblemError} 422 for a project that is not there, 403 for one that the caller does not reach */
async function assertReachable({ db }: TenantMutationContext, projectId: string): Promise<void> {
  const project = await db.get("projects", projectId);
  if (!project || project.deletedAt !== undefined)
    throw refused("cross_tenant_reference", [
      { pointer: "/projectId", code: "cross_tenant_reference", message: "No project of the organization has this id." },
    ]);
  const reach = await db.reachOf("project:read");
  if (reach && (reach.every || (await db.isAssigned(projects.assigned ?? [], project, reach)))) return;
  throw refused("not_assigned", [
    { pointer: "/projectId", code: "not_assigned", message: "The project is not assigned to the caller." },
  ]);
}

/** The host at which a resource is open to the public. */
function hostOf(row: Doc<ResourceTable>): string | undefined {
  if ("domainName" in row) return row.domainName;
  const url = "productionUrl" in row ? row.productionUrl : undefined;
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
}

function refused(code: ProblemCode, errors: ProblemFault[]): ProblemError {
  const [first] = errors;
  return new ProblemError(code, `${first?.pointer}: ${first?.message}`, errors);
}
