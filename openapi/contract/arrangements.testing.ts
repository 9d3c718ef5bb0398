import { tableNumberOf } from "../../host/values/documentId";
import { registry } from "../registry";
import { send, sendOperation } from "./client.testing";
import { invite, signIn } from "./invitations.testing";
import { accessRows } from "./rows/access.testing";
import { bringing, bringingToAll, entityRows, pruning, unrelated } from "./rows/entities.testing";
import {
  infrastructureRows,
  newDockBody,
  newLink,
  newOperationPermission,
  newOperationService,
  ungranted,
  unlinked,
} from "./rows/infrastructure.testing";
import { integrationRows } from "./rows/integrations.testing";
import { failedEvent, failedJob, jobRows, newJob } from "./rows/jobs.testing";
import { billingRows, finalizedBill, newPeriod, newSubscription, newUsage } from "./rows/billing.testing";
import { observabilityRows } from "./rows/observability.testing";
import { makeRoomForEndpoint, platformRows } from "./rows/platform.testing";
import { enrolAgent, siteRows } from "./rows/sites.testing";
import { tenancyRows } from "./rows/tenancy.testing";
import { nextSample, sampleFields } from "./samples.testing";
import { tinyPng, uploadToUrl } from "./uploads.testing";
import { createMember, newDataSource } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Fields } from "../../convex/core/schema/table";
import type { Arranged } from "./client.testing";
import type { MadeRow, RowMaker } from "./rows/rowMaker.testing";
import type { World } from "./world.testing";

type Arrangement = (world: World) => Promise<Arranged>;

/** A request of `operation` that succeeds, on rows made for it alone. */
export async function arrange(world: World, operation: Operation): Promise<Arranged> {
  const special = arrangements[nameOf(operation)];
  return special ? special(world) : arrangeByDeclaration(world, operation);
}

/** What an operation takes of the caller's own alone, whoever else may call it. */
const callersOwn: Readonly<Record<string, (world: World, credential: string) => Promise<Arranged>>> = {
  "files.register": newUpload,
};

/** A request that succeeds by this caller and by nobody else; undefined where what is arranged is anybody's. */
export async function arrangeFor(
  world: World,
  operation: Operation,
  credential: string | undefined,
): Promise<Arranged | undefined> {
  return credential === undefined ? undefined : callersOwn[nameOf(operation)]?.(world, credential);
}

/** Bytes that the caller alone may register. */
async function newUpload({ portico }: World, credential: string): Promise<Arranged> {
  const storageId = await uploadToUrl(portico, credential, new Uint8Array(tinyPng));
  return { body: { storageId, name: `file-${nextSample()}.png` } };
}

/** What checks of one operation share that change nothing by it: made when the first of them asks. */
export function sharedArrangements(world: () => World, operation: Operation) {
  let arranging: Promise<Arranged> | undefined;
  let refusing: Promise<Arranged> | undefined;
  /** As {@link arrange}. */
  const arranged = () => (arranging ??= arrange(world(), operation));
  /** A request that a member of `acme` without the right is refused for; nothing of it may happen. */
  const refused = () => (refusing ??= arranged().then((request) => refusedOf(world(), operation, request)));
  return { arranged, refused };
}

/** Somebody of the other organization who may do all that can be done there: for what is for machines, a key. */
export function foreignCallerOf({ globex, foreignOwner }: World, { declaration }: Operation): string {
  return declaration.keysOnly ? globex.apiKey : foreignOwner;
}

export function nameOf({ resource, verb }: Operation): string {
  return `${resource}.${verb}`;
}

/** A request that the declaration tells: on a row made for it, by who may make it, with the fields' own examples. */
async function arrangeByDeclaration(world: World, operation: Operation): Promise<Arranged> {
  const { declaration } = operation;
  const row = declaration.on && (await newRow(world, operation));
  const credential =
    declaration.access !== "platform" && !declaration.keysOnly && row
      ? row.credential
      : await callerOf(world, operation);
  const valueOf = (name: string) => row?.inputs?.[name] ?? (name === declaration.on?.idParameter ? row?.id : undefined);
  const given = (shape: Fields = {}) => {
    const own = inputsOf(shape, valueOf);
    const others = Object.entries(shape).filter(([name]) => !(name in own));
    return { ...sampleFields(Object.fromEntries(others), world.rows), ...own };
  };
  const needed = Object.entries(declaration.query ?? {}).filter(([, type]) => !type.safeParse(undefined).success);
  return {
    params: asTexts(given(declaration.params)),
    ...(needed.length > 0 ? { query: asTexts(given(Object.fromEntries(needed))) } : {}),
    ...(declaration.body ? { body: given(declaration.body) } : {}),
    ...(credential === undefined ? {} : { credential }),
  };
}

function inputsOf(shape: Fields, valueOf: (name: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.keys(shape).flatMap((name) => {
      const value = valueOf(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function asTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Who calls what names no row: devices by their own credentials, and for changes to oneself somebody whom nobody misses. */
async function callerOf(
  world: World,
  { declaration: { access, method, permission, keysOnly } }: Operation,
): Promise<string | undefined> {
  if (keysOnly) return world.narrowKeys.find(({ scope }) => scope === permission)?.key;
  if (access === "platform") return world.platformAdmin;
  if (access === "enrollment") return world.acme.enrollmentToken;
  if (access === "agent") return (await enrolAgent(world)).key;
  const isOfOneself = method !== "GET" && (access === "user" || access === "organization");
  return isOfOneself ? (await createMember(world.portico, world.acme, "member")).token : undefined;
}

const makers: Readonly<Record<string, RowMaker>> = {
  ...accessRows,
  ...entityRows,
  ...infrastructureRows,
  ...integrationRows,
  ...jobRows,
  ...billingRows,
  ...observabilityRows,
  ...siteRows,
  ...tenancyRows,
  ...platformRows,
};

/** A row of the operation's resource, in the trash where the operation begins there. */
async function newRow(world: World, operation: Operation): Promise<MadeRow> {
  const row = await (makers[operation.resource] ?? ((inWorld) => createdRow(inWorld, operation)))(world);
  if (operation.verb === "restore" || operation.verb === "purge") await deleteRow(world, operation, row);
  return row;
}

/** Creates a row through the resource's own `create`; one that only the engine writes is there already. */
async function createdRow({ portico, owner, rows }: World, { resource, declaration }: Operation): Promise<MadeRow> {
  const create = registry.find((operation) => nameOf(operation) === `${resource}.create`);
  if (!create) return { id: rows[declaration.on?.table ?? ""] ?? "" };
  const body = sampleFields(create.declaration.body ?? {}, rows);
  const created = await sendOperation(portico, create, { body }, owner);
  const id = created.body["id"];
  if (typeof id !== "string") throw new Error(`${resource}.create answered ${created.status}: ${created.text}`);
  return { id };
}

/** Moves a row of the operation's resource to the trash. */
export async function deleteRow(world: World, { resource }: Operation, row: MadeRow): Promise<void> {
  const remove = operationNamed(`${resource}.delete`);
  const params = { [remove.declaration.on?.idParameter ?? ""]: row.id };
  const query = inputsOf(remove.declaration.query ?? {}, (name) => row.inputs?.[name]);
  const { status, text } = await sendOperation(world.portico, remove, { params, query }, row.credential ?? world.owner);
  if (status !== 204) throw new Error(`${resource}.delete answered ${status}: ${text}`);
}

/** A row in the trash whose names another row bears by now, that row, and names to restore it under. */
export async function arrangeNamesake(
  world: World,
  operation: Operation,
): Promise<{ params: Record<string, string>; names: Record<string, unknown>; namesake: string }> {
  const { resource, declaration } = operation;
  const create = creations[resource] ?? operationNamed(`${resource}.create`);
  const credential = create.declaration.access === "enrollment" ? world.acme.enrollmentToken : world.owner;
  const special = await arrangements[nameOf(create)]?.(world);
  const body = special?.body ?? sampleFields(create.declaration.body ?? {}, world.rows);
  const make = async () => {
    const created = await sendOperation(world.portico, create, { body }, credential);
    if (created.status !== 201) throw new Error(`${resource} could not be created: ${created.text}`);
    return String(created.body["id"]);
  };
  const id = await make();
  await deleteRow(world, operation, { id });
  const params = { [declaration.on?.idParameter ?? ""]: id };
  return { params, names: sampleFields(declaration.body ?? {}, world.rows), namesake: await make() };
}

export function operationNamed(name: string): Operation {
  const found = registry.find((operation) => nameOf(operation) === name);
  if (!found) throw new Error(`There is no operation ${name}.`);
  return found;
}

/** The request as `acme` has to be protected from it: it has organizations of their own to spend otherwise. */
function refusedOf(world: World, operation: Operation, arranged: Arranged): Arranged {
  if (operation.resource !== "organizations" || operation.declaration.on === undefined) return arranged;
  const { idParameter } = operation.declaration.on;
  const { params: own = {}, body } = arranged;
  const isById = tableNumberOf(own[idParameter] ?? "") !== null;
  const params = { [idParameter]: isById ? world.acme.id : world.acme.slug };
  return {
    params,
    query: operation.verb === "delete" ? { confirmSlug: world.acme.slug } : {},
    ...(body ? { body } : {}),
  };
}

/** What somebody does about an invitation, who is no member yet. */
async function arrangeInvitee({ portico, owner }: World): Promise<Arranged> {
  const { email, token } = await invite(portico, owner);
  return { body: { token }, credential: await signIn(portico, email) };
}

/** Operations that create rows under another verb. */
const creations: Readonly<Record<string, Operation>> = { agents: operationNamed("agents.enroll") };

/** A role is named once. */
const withRoleById =
  (name: string, own: (world: World) => object = () => ({})): Arrangement =>
  async (world) => ({
    ...(await arrangeByDeclaration(world, operationNamed(name))),
    body: { ...own(world), roleId: world.rows["roles"] },
  });
/** Whether a resource of another kind exists is not for samples to guess. */
const healthReport = () => ({ resourceType: "custom", resourceId: `probe ${nextSample()}`, outcome: "success" });
const somebodyElse = ({ rows }: World) => ({ userId: rows["users"] });

/** A request on a row by the key that carries the scope alone. */
function ofKey(world: World, scope: string, parameter: string, { id }: MadeRow): Arranged {
  const credential = world.narrowKeys.find((each) => each.scope === scope)?.key;
  return { params: { [parameter]: id }, body: {}, ...(credential === undefined ? {} : { credential }) };
}

/** Requests that a declaration and a row alone cannot tell. */
const arrangements: Readonly<Record<string, Arrangement>> = {
  // The caller's own key is adopted already.
  "apiKeys.adopt": (world) =>
    arrangeByDeclaration({ ...world, owner: world.tokens.admin }, operationNamed("apiKeys.adopt")),
  "auditLogs.getRecordHistory": async ({ rows }) => ({
    params: { tableName: "schedules", recordId: rows["schedules"] ?? "" },
  }),
  // Each site is linked to a data source once.
  "docks.create": async () => ({ body: newDockBody() }),
  "dockPermissions.grant": ungranted,
  "operationPermissions.grant": async (world) => ({
    params: { operationServiceId: await newOperationService(world) },
    body: { teamId: world.rows["teams"] },
  }),
  "operationPermissions.revoke": newOperationPermission,
  "operationServices.run": async (world) => ({
    params: { operationServiceId: await newOperationService(world) },
    body: { operation: "test" },
  }),
  "projectResources.link": async (world) => {
    const { params, resource } = await unlinked(world);
    return { params, body: resource };
  },
  "projectResources.linkBatch": async (world) => {
    const { params, resource } = await unlinked(world);
    return { params, body: { items: [resource] } };
  },
  "projectResources.unlink": async (world) => ({ params: (await newLink(world)).params ?? {} }),
  "projectResources.listProjects": async (world) => ({ params: (await newLink(world)).resource }),
  "dataSourceSites.link": async ({ portico, owner, rows }) => ({
    body: { dataSourceId: await newDataSource(portico, owner, rows["integrations"] ?? ""), siteId: rows["sites"] },
  }),
  "entities.bulkUpsert": bringing,
  "entities.prune": pruning,
  // Two entities are related once for each type.
  "entityRelationships.create": async (world) => ({
    body: { ...(await unrelated(world)), relationshipType: "member_of" },
  }),
  "entityRelationships.bulkUpsert": async (world) => {
    const { parentEntityId, childEntityId } = await unrelated(world);
    const ends = { parent: { entityId: parentEntityId }, child: { entityId: childEntityId } };
    return { body: { items: [{ ...ends, relationshipType: "member_of" }] } };
  },
  "entityRelationships.listRelated": async (world) => ({
    params: { entityId: (await unrelated(world)).parentEntityId },
  }),
  "globalEntities.bulkUpsert": bringingToAll,
  "eventLogs.retry": async (world) => ofKey(world, "eventLog:process", "eventLogId", await failedEvent(world)),
  // One of its two times is given, and the action is none of the deployment's own.
  "scheduledJobs.create": async () => ({ body: { action: `x.sample${nextSample()}`, payload: { month: "2026-01" } } }),
  "eventLogs.claim": async (world) => {
    const eventType = `sample.${nextSample()}`;
    const made = await send(world.portico, "POST", "/v1/event-logs", world.owner, { eventType });
    return {
      ...ofKey(world, "eventLog:process", "eventLogId", { id: String(made.body["id"]) }),
      params: {},
      body: { eventTypes: [eventType] },
    };
  },
  "scheduledJobs.claim": async (world) => {
    const { id, action } = await newJob(world);
    return {
      ...ofKey(world, "job:claim", "jobId", { id }),
      params: {},
      body: { workerId: "contract", actions: [action] },
    };
  },
  "scheduledJobs.retry": async (world) => ({ params: { jobId: (await failedJob(world)).id }, body: {} }),
  "healthChecks.record": async () => ({ body: healthReport() }),
  "healthChecks.recordBatch": async () => ({ body: { items: [healthReport(), healthReport()] } }),
  // No two bills cover one day, and what is still to come is neither used nor paid.
  "bills.generate": async () => ({ body: newPeriod() }),
  // A line is of the integration that its price is of.
  "billLineItems.create": async (world) => {
    const { params = {}, body } = await arrangeByDeclaration(world, operationNamed("billLineItems.create"));
    const { integrationId: _, ...line } = { integrationId: "", ...body };
    return { params, body: line };
  },
  "bills.pay": async (world) => ({ params: { billId: await finalizedBill(world) }, body: {} }),
  // A tier has to be there before it is granted.
  "subscriptions.grant": async (world) => {
    const { userId, tier } = await newSubscription(world);
    return { body: { userId, tier, until: Date.UTC(2100, 0, 1) } };
  },
  "usageRecords.record": async (world) => ({ body: newUsage(world) }),
  "usageRecords.recordBatch": async (world) => ({ body: { items: [newUsage(world), newUsage(world)] } }),
  "files.register": (world) => newUpload(world, world.owner),
  "files.upload": async () => ({ bytes: "Some text.", headers: { "x-file-name": `file-${nextSample()}.txt` } }),
  "invitations.accept": arrangeInvitee,
  "invitations.decline": arrangeInvitee,
  // A role is named once.
  "invitations.create": async () => ({ body: { email: `invited${nextSample()}@acme.example`, roleKey: "member" } }),
  "me.switchOrganization": async (world) => ({
    ...(await arrangeByDeclaration(world, operationNamed("me.switchOrganization"))),
    body: { organizationId: world.acme.id },
  }),
  "memberships.update": withRoleById("memberships.update"),
  "teamMembers.add": withRoleById("teamMembers.add", somebodyElse),
  "teamMembers.update": withRoleById("teamMembers.update"),
  "clientMembers.add": withRoleById("clientMembers.add", somebodyElse),
  "clientMembers.update": withRoleById("clientMembers.update"),
  "memberships.unban": async (world) => {
    const banned = await arrangeByDeclaration(world, operationNamed("memberships.ban"));
    await sendOperation(world.portico, operationNamed("memberships.ban"), banned, world.owner);
    return { params: banned.params ?? {} };
  },
  "organizations.transferOwnership": async (world) => {
    const arranged = await arrangeByDeclaration(world, operationNamed("organizations.transferOwnership"));
    const { params = {}, credential = "" } = arranged;
    const founders = { slug: "founders", id: params["organizationId"] ?? "", ownerToken: credential };
    const { userId } = await createMember(world.portico, founders, "member");
    return { ...arranged, body: { userId } };
  },
  "schedules.complete": async (world) => {
    const arranged = await arrangeByDeclaration(world, operationNamed("schedules.complete"));
    await sendOperation(world.portico, operationNamed("schedules.activate"), arranged, world.owner);
    return arranged;
  },
  // An organization has twenty at most.
  "webhookEndpoints.create": async (world) => {
    await makeRoomForEndpoint(world);
    return arrangeByDeclaration(world, operationNamed("webhookEndpoints.create"));
  },
  // A role is named once.
  "users.create": async () => ({
    body: { email: `invited${nextSample()}@acme.example`, name: "Invited", roleKey: "member" },
  }),
};

/** Changes whose audit row the owner of `acme` does not see, each with its reason. */
export const unaudited: ReadonlySet<string> = new Set([
  // The event log tells what happens to entities; relationships come and go with them.
  "entities.bulkUpsert",
  "entities.prune",
  "entities.update",
  "entities.delete",
  "entities.restore",
  "entityRelationships.create",
  "entityRelationships.bulkUpsert",
  "entityRelationships.delete",
  // The catalogue belongs to no organization.
  "globalEntities.bulkUpsert",
  "globalEntities.delete",
  "integrations.create",
  "integrations.update",
  "integrations.delete",
  // The job that it answers is the record.
  "docks.test",
  "dataSources.test",
  "dataSources.sync",
  // The agent's own log is the record of a check-in.
  "agents.checkIn",
  // What watches report stands in the health check itself.
  "healthChecks.record",
  "healthChecks.recordBatch",
  "healthChecks.delete",
  // Jobs and events are a record of themselves; what people decide about a job is audited.
  "eventLogs.claim",
  "eventLogs.complete",
  "eventLogs.create",
  "eventLogs.fail",
  "eventLogs.retry",
  "scheduledJobs.claim",
  "scheduledJobs.complete",
  "scheduledJobs.create",
  "scheduledJobs.fail",
  "scheduledJobs.heartbeat",
  // Usage says itself who recorded it; its deletion is audited.
  "usageRecords.record",
  "usageRecords.recordBatch",
  // Profiles and settings are nobody else's business.
  "me.upsertProfile",
  "me.updateSettings",
  // Rows of a person's own changes belong to no organization.
  "me.delete",
  "me.update",
  "me.switchOrganization",
  "me.sync",
  // These happen in organizations of their own; the journeys look there.
  "organizations.create",
  "organizations.update",
  "organizations.delete",
  "organizations.restore",
  "organizations.transferOwnership",
  "organizations.purge",
  "organizations.setStatus",
  "organizations.setQuotas",
]);
