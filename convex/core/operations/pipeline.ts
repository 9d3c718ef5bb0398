import { identifyCaller, actingUser } from "../access/caller";
import { tenantOf, TenantReader, UnscopedReader } from "../records/reader";
import { TenantWriter, UnscopedWriter } from "../records/writer";
import { withPublicId } from "../records/documents";
import { notFound, ProblemError } from "../wire/errors";
import { entityTagMatches, entityTagOf } from "../wire/etag";
import { ExistingRow } from "./existingRow";
import { accessBy } from "../records/deferredWrites";
import { isAssigned } from "../records/assignedRows";
import { jsonTextOf } from "../wire/jsonText";
import { projectorOf } from "../schema/zod";
import { assertAlternatives, outboundPhase, referencePhase } from "./inputPhases";
import { withRowIds } from "./rowIds";
import { everyRow, ownerFieldNames, rowReachOf } from "../access/reach";
import { engineTables } from "../wire/engineTables";
import { storedAnswer } from "./idempotency";
import { loggedCall } from "../records/requestLog";
import { assertUsable, resolveTenant } from "../access/tenant";
import { assertRequestLeft, countedCaller, countRequest } from "../access/rateLimits";
import { configuredLimit } from "../wire/rateLimits";
import { isPlatformAdmin } from "../access/platformAdmins";
import { tableMetadata } from "../schema/tableMetadata";
import { isTenantless } from "./tenantless";
import { parseInput } from "./validation";
import type { RequestCaller } from "../access/caller";
import type { StoredAnswer } from "./idempotency";
import type { Credential, LoggedCall } from "../wire/restProtocol";
import type { Scope } from "../records/scope";
import type { TenantTable } from "../records/documents";
import type { Call, Input } from "./call";
import type { Access, Operation } from "./declaration";
import type { RowReach } from "../access/reach";
import type { Projector } from "../schema/zod";
import type { Tenant } from "../access/tenant";
import { env } from "../../_generated/server";
import type { MutationCtx, QueryCtx } from "../../_generated/server";

/** How a run ended, for the adapter to encode. */
export type Execution =
  | {
      readonly kind: "answer";
      readonly value: unknown;
      /** A create answers with a row that was there before: 200. */
      readonly isExisting: boolean;
      readonly input: Input;
      readonly caller: RequestCaller;
      readonly tenant: Tenant | undefined;
      readonly now: number;
    }
  | ({ readonly kind: "replay"; readonly tenant: Tenant | undefined; readonly now: number } & StoredAnswer);

/**
 * The way of every call, in order:
 * caller → tenant → quota → permission → row → replay → precondition → input → outbound URLs → references → handler → made rows →
 * output.
 * The handler's writes go on in `RowWriter`: rules → uniqueness → write → cascade → audit. All of it is one transaction.
 */
export async function execute(ctx: QueryCtx, call: Call): Promise<Execution> {
  const now = Date.now();
  const { operation } = call;
  const { declaration } = operation;

  assertKindOfCredential(declaration.access, call.credential);
  const caller = await identifyCaller(ctx, call.credential, now, declaration.access === "identity");
  const tenant = await tenantPhase(ctx, call, caller, now);
  try {
    return await executeFor(ctx, call, caller, tenant, now);
  } catch (error) {
    if (error instanceof ProblemError && tenant) {
      error.organizationId = tenant.organization._id;
      // An organization sees in its request log what its members and machines were refused.
      error.logged = loggedCall(operation, caller, tenant, call.input);
    }
    throw error;
  }
}

/** What the request log shows of a call that cannot even be made, if anybody may see it. */
export async function loggedWithout(ctx: QueryCtx, call: Call): Promise<LoggedCall | undefined> {
  const now = Date.now();
  const { operation } = call;
  try {
    const caller = await identifyCaller(ctx, call.credential, now, false);
    const tenant = await tenantPhase(ctx, call, caller, now);
    return tenant && loggedCall(operation, caller, tenant, call.input);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/** What follows once it is known who calls, and for which organization. */
async function executeFor(
  ctx: QueryCtx,
  call: Call,
  caller: RequestCaller,
  tenant: Tenant | undefined,
  now: number,
): Promise<Execution> {
  const { operation, idempotency, origin } = call;
  const { declaration } = operation;
  if (call.isCounted) await callerQuotaPhase(ctx, caller, tenant, now);
  const replay = async () => idempotency && storedAnswer(ctx, operation, caller, tenant, idempotency, now);
  // Whoever has given a permission away by this very request cannot pass the next phase with it again.
  const early = declaration.endsPermission ? await replay() : undefined;
  if (early) return { kind: "replay", tenant, now, ...early };
  const reach = await permissionPhase(ctx, operation, caller, tenant);
  const scope: Scope = { caller, tenant, origin, now, ...auditingOf(operation) };
  const row = await rowPhase(ctx, call, scope, reach);

  const answer = declaration.endsPermission ? undefined : await replay();
  if (answer) return { kind: "replay", tenant, now, ...answer };
  if (call.ifMatch !== undefined && row) await preconditionPhase(ctx, operation, scope, row, call.ifMatch);

  const input = await withRowIds(ctx, declaration, parsedInput(operation, call.input));
  if (declaration.body) outboundPhase(declaration.body, input);
  if (tenant && declaration.body) await referencePhase(ctx, declaration.body, input, tenant);
  if (declaration.hourlyLimit) await operationQuotaPhase(ctx, operation, scope);

  const context = contextOf(ctx, call, scope, reach, row);
  const result = await operation.handler(context, input);
  await madePhase(ctx, operation, scope, reach, result);
  const isExisting = result instanceof ExistingRow;
  if (isExisting && !declaration.answersExisting)
    throw new Error(`${operation.action} does not declare answersExisting.`);
  const value = outputPhase(operation, isExisting ? result.document : result);
  return { kind: "answer", value, isExisting, input, caller, tenant, now };
}

/**
 * The input of an operation as its handler sees it.
 * @throws {ProblemError} 400 or 422 for what is none
 */
export function parsedInput(operation: Operation, given: Input): Input {
  const input = parseInput(operation.shapeWithoutSecret, given, readOnlyFields(operation));
  assertAlternatives(operation.declaration, input);
  return input;
}

/**
 * In which organization a call runs, of a caller who may make it and reaches the row that it names.
 * @throws {ProblemError} what `execute` refuses others with
 */
export async function organizationOf(ctx: QueryCtx, call: Call): Promise<Tenant["organization"]["_id"]> {
  const now = Date.now();
  const { operation, credential } = call;
  assertKindOfCredential(operation.declaration.access, credential);
  const caller = await identifyCaller(ctx, credential, now, false);
  const tenant = await tenantPhase(ctx, call, caller, now);
  // What the mutation counts, and refuses, is refused before others are asked on its behalf.
  const counted = call.isCounted ? countedCaller(caller, tenant?.organization) : undefined;
  if (counted) await assertRequestLeft(ctx, counted, now);
  const reach = await permissionPhase(ctx, operation, caller, tenant);
  if (!tenant) throw new Error(`${operation.action} runs in no organization.`);
  await rowPhase(ctx, call, { caller, tenant, origin: call.origin, now, ...auditingOf(operation) }, reach);
  return tenant.organization._id;
}

function auditingOf({ declaration: { noun, audit }, action }: Operation): Pick<Scope, "noun" | "action" | "isAudited"> {
  return { noun, action: audit || action, isAudited: audit !== false };
}

/**
 * An enrolment token enrols devices, and nothing else does: whether it or what stands in its place is alive is nobody's business
 * elsewhere.
 */
function assertKindOfCredential(access: Access, credential: Credential | undefined): void {
  const isEnrollmentToken = credential?.kind === "enrollment";
  if (access === "enrollment" && !isEnrollmentToken)
    throw new ProblemError("unauthenticated", "This operation needs an enrolment token.");
  if (access !== "enrollment" && isEnrollmentToken)
    throw new ProblemError("unauthenticated", "An enrolment token enrols devices and does nothing else.");
}

async function tenantPhase(
  ctx: QueryCtx,
  { operation: { declaration }, input, organization }: Call,
  caller: RequestCaller,
  now: number,
): Promise<Tenant | undefined> {
  if (caller.kind === "anonymous") throw new ProblemError("unauthenticated", "This operation needs a credential.");
  if (isTenantless(declaration.access) || caller.kind === "identity") return undefined;
  // A row of `organizations` in the path is the tenant, by whichever of its names the path has.
  const { on } = declaration;
  const ofPath = on?.table === engineTables.tenants ? input[on.idParameter] : undefined;
  const inPath = typeof ofPath === "string" ? ofPath : undefined;
  const tenant = await resolveTenant(ctx, caller, { named: organization, inPath }, now);
  if (!declaration.allowsUnusableOrganization) assertUsable(tenant.organization);
  return tenant;
}

/** Counts a call of a public mutation. A query cannot, as it can write nothing, and would run again with every count. */
async function callerQuotaPhase(
  ctx: QueryCtx,
  caller: RequestCaller,
  tenant: Tenant | undefined,
  now: number,
): Promise<void> {
  const counted = countedCaller(caller, tenant?.organization);
  if (counted) await countRequest(asMutation(ctx), counted, now);
}

/** Counts what an operation does in an hour, in the transaction that does it: what is refused or tried counts for nothing. */
async function operationQuotaPhase(
  ctx: QueryCtx,
  { declaration: { hourlyLimit, operationId } }: Operation,
  { caller, tenant, now }: Scope,
): Promise<void> {
  if (!hourlyLimit) return;
  const { count, per } = hourlyLimit;
  const key = per === "organization" ? tenant?.organization._id : actingUser(caller);
  if (key === undefined) return;
  const limit = configuredLimit(env["RATE_LIMITS"], operationId) ?? count;
  await countRequest(asMutation(ctx), { quota: { name: operationId, limit, windowSeconds: 3600 }, key }, now);
}

/** Which rows the caller may act on. @throws {ProblemError} 403 when none */
async function permissionPhase(
  ctx: QueryCtx,
  { declaration, action }: Operation,
  caller: RequestCaller,
  tenant: Tenant | undefined,
): Promise<RowReach> {
  const { access, permission, on, assigned = on?.assigned, keysOnly } = declaration;
  if (access === "enrollment") return everyRow;
  // What runs the deployment stands above its organizations: no role of theirs counts here, and no machine is let through.
  if (access === "platform") {
    if (caller.kind === "user" && isPlatformAdmin(caller.user)) return everyRow;
    throw denied("This operation is for platform administrators.", action, caller, tenant);
  }
  if (access === "user" || access === "identity") {
    if (caller.kind !== access) throw denied("This operation is for people, not for machines.", action, caller, tenant);
    return everyRow;
  }
  if (access === "agent" && caller.kind !== "agent")
    throw denied("This operation is for device agents.", action, caller, tenant);
  if (keysOnly && caller.kind !== "apiKey")
    throw denied("This operation is for API keys, not for people.", action, caller, tenant);
  if (!tenant || permission === undefined) throw new Error(`${action} declares no permission.`);
  const reach = await rowReachOf(ctx, caller, tenant, permission);
  if (reach === undefined) throw denied(`The permission ${permission} is missing.`, action, caller, tenant);
  if (reach.assigned && !reach.own && !assigned)
    throw denied(`The permission ${permission} reaches no row here.`, action, caller, tenant);
  return reach;
}

/**
 * Loads the row that the path names.
 * @throws {ProblemError} 404 when it is foreign, missing or in the trash, 403 when the caller's permission does not reach it
 */
async function rowPhase(ctx: QueryCtx, { operation, input }: Call, scope: Scope, reach: RowReach) {
  const { on, permission } = operation.declaration;
  if (!on) return undefined;
  const id = input[on.idParameter];
  const { caller, tenant } = scope;
  const row = typeof id === "string" ? await rowNamed(ctx, operation, scope, on, id, input) : null;
  if (!row) throw notFound(on.noun);
  const isDeleted = "deletedAt" in row && row.deletedAt !== undefined;
  if (isDeleted && !operation.declaration.includesDeleted) throw notFound(on.noun);
  if (reach.every || (reach.own && isOwn(row, caller))) return row;
  if (tenant && (await isAssigned(ctx, tenant.organization._id, on.assigned ?? [], row, reach))) return row;
  throw reach.assigned
    ? denied(
        `The permission ${permission} reaches only rows assigned to the caller.`,
        operation.action,
        caller,
        tenant,
        "not_assigned",
      )
    : denied(`The permission ${permission} reaches only one's own rows.`, operation.action, caller, tenant);
}

/**
 * Whoever reaches assigned rows alone makes no others.
 * @throws {ProblemError} 403 when a row that the operation made is assigned elsewhere
 */
async function madePhase(
  ctx: QueryCtx,
  { kind, declaration: { on, assigned, permission }, action }: Operation,
  { caller, tenant }: Scope,
  reach: RowReach,
  result: unknown,
): Promise<void> {
  if (kind === "query" || on || !tenant || !reach.assigned || reach.own) return;
  const { data = [result] }: { data?: readonly unknown[] } = Object(result);
  for (const made of data) {
    const row = { ...Object(made), _id: Object(made).id };
    if (!(await isAssigned(ctx, tenant.organization._id, assigned ?? [], row, reach)))
      throw denied(
        `The permission ${permission} makes only rows assigned to the caller.`,
        action,
        caller,
        tenant,
        "not_assigned",
      );
  }
}

async function rowNamed(
  ctx: QueryCtx,
  { declaration, action }: Operation,
  scope: Scope,
  on: NonNullable<Operation["declaration"]["on"]>,
  id: string,
  input: Input,
): Promise<{ _id: string } | null> {
  const { caller, tenant } = scope;
  const unscoped = new UnscopedReader(ctx);
  if (declaration.access === "platform") {
    // Platform administrators reach the deployment's own tables; a tenant's rows are for its members.
    if (on.table === undefined || tableMetadata[on.table].tenant !== "none")
      throw new Error(`${action} is of the platform, and on rows of a tenant.`);
    if (on.table === engineTables.tenants) return unscoped.organization(id);
    return on.named ? on.named(unscoped, id) : unscoped.get(on.table, id);
  }
  if (!tenant) return null;
  const db = new TenantReader(ctx, { ...scope, tenant });
  return on.find ? on.find({ db, unscoped, tenant, caller }, id, input) : db.get(asTenantTable(on.table), id);
}

function isOwn(row: object, caller: Scope["caller"]): boolean {
  const owners = ownerFieldNames.map((field) => Object.getOwnPropertyDescriptor(row, field)?.value);
  const person = actingUser(caller);
  return person !== undefined && owners.includes(person);
}

/** RFC 9110, 13.1.1: the tag is that of the row's document, as `get` shows it. */
async function preconditionPhase(
  ctx: QueryCtx,
  { declaration: { on } }: Operation,
  { tenant, now }: Scope,
  row: { _id: string },
  ifMatch: string,
): Promise<void> {
  if (!on) return;
  const shown =
    on.show && tenant ? await on.show({ tenant, now, unscoped: new UnscopedReader(ctx) }, row) : withPublicId(row);
  const tag = entityTagOf(jsonTextOf(projectorFor(on.document)(shown)));
  if (!entityTagMatches(ifMatch, tag)) {
    throw new ProblemError("precondition_failed", `The ${on.noun} has changed since it was read.`);
  }
}

function contextOf(ctx: QueryCtx, call: Call, scope: Scope, reach: RowReach, row: unknown): unknown {
  const { caller, tenant, origin, now } = scope;
  const namedOrganization = call.organization;
  if (call.operation.kind === "query") {
    const db = tenant && new TenantReader(ctx, { ...scope, tenant });
    return { caller, now, origin, row, tenant, reach, namedOrganization, unscoped: new UnscopedReader(ctx), db };
  }
  const mutation = asMutation(ctx);
  const { scheduler, storage } = mutation;
  const { secret, prepared } = call;
  const unscoped = new UnscopedWriter(mutation, scope);
  const db = tenant && new TenantWriter(mutation, { ...scope, tenant });
  return {
    caller,
    now,
    origin,
    row,
    tenant,
    reach,
    namedOrganization,
    scheduler,
    storage,
    secret,
    prepared,
    unscoped,
    db,
  };
}

/** Rows of one organization as `on` shows them now; what is gone since is left out. */
export async function rowsShown(
  ctx: QueryCtx,
  { table, show, document }: NonNullable<Operation["declaration"]["on"]>,
  tenant: Tenant,
  ids: readonly string[],
  now: number,
): Promise<unknown[]> {
  const project = projectorFor(document);
  const unscoped = new UnscopedReader(ctx);
  const shown: unknown[] = [];
  for (const id of ids) {
    const row = table === undefined ? null : await unscoped.get(table, id);
    if (!row || tenantOf(row) !== tenant.organization._id) continue;
    shown.push(project(show ? await show({ tenant, now, unscoped }, row) : withPublicId(row)));
  }
  return shown;
}

const projectors = new WeakMap<object, Projector>();

/** The projector of a schema, compiled once in a context. */
export function projectorFor(schema: Operation["declaration"]["output"]): Projector {
  let projector = projectors.get(schema);
  if (!projector) {
    projector = projectorOf(schema);
    projectors.set(schema, projector);
  }
  return projector;
}

/** A list's result keeps Convex's page fields; its rows are projected like any document. */
function outputPhase({ declaration, isList }: Operation, result: unknown): unknown {
  if (declaration.status === 204) return null;
  const project = projectorFor(declaration.output);
  if (!isList) return project(result);
  const page: { page: unknown[] } = asPage(result);
  return { ...page, page: page.page.map(project) };
}

function readOnlyFields({ declaration }: Operation): ReadonlySet<string> {
  return declaration.on?.readOnly ?? declaration.readOnly ?? new Set();
}

function denied(
  detail: string,
  action: string,
  caller: Scope["caller"],
  tenant: Tenant | undefined,
  code: "forbidden" | "not_assigned" = "forbidden",
): ProblemError {
  const error = new ProblemError(code, detail);
  if (tenant) error.denial = accessBy(caller, tenant, action);
  return error;
}

/** Resources without `find` are declared on tenant tables only; `resource()` checks it. */
function asTenantTable(table: string | undefined): TenantTable {
  return table as TenantTable;
}

/** Operations of kind mutation are registered as Convex mutations, so their context can write. */
function asMutation(ctx: QueryCtx): MutationCtx {
  return ctx as MutationCtx;
}

/** List handlers return the result of one `.paginate()`. */
function asPage(result: unknown): { page: unknown[] } {
  return result as { page: unknown[] };
}
