import { registry } from "../registry";
import { send, sendOperation } from "./client.testing";
import { nextSample, sampleFields } from "./samples.testing";
import { createMember } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Arranged } from "./client.testing";
import type { World } from "./world.testing";

type Arrangement = (world: World) => Promise<Arranged>;

/** A request of `operation` that succeeds, on rows made for it alone. */
export async function arrange(world: World, operation: Operation): Promise<Arranged> {
  const special = arrangements[nameOf(operation)];
  return special ? special(world) : arrangeByDeclaration(world, operation);
}

export function nameOf({ resource, verb }: Operation): string {
  return `${resource}.${verb}`;
}

async function arrangeByDeclaration(world: World, operation: Operation): Promise<Arranged> {
  const { declaration } = operation;
  const params: Record<string, string> = {};
  for (const name of Object.keys(declaration.params ?? {})) {
    params[name] = name === declaration.on?.idParameter ? await newRow(world, operation) : world.acme.id;
  }
  return { params, ...(declaration.body ? { body: sampleFields(declaration.body, world.rows) } : {}) };
}

/** Creates a row through the resource's own `create`, and moves it to the trash for `restore`. */
async function newRow(world: World, operation: Operation): Promise<string> {
  const { resource, verb } = operation;
  const create = operationNamed(`${resource}.create`);
  const body = sampleFields(create.declaration.body ?? {}, world.rows);
  const created = await sendOperation(world.portico, create, { body }, world.owner);
  const id = created.body["id"];
  if (typeof id !== "string") throw new Error(`${resource}.create answered ${created.status}: ${created.text}`);
  if (verb === "restore") await deleteRow(world, operation, id);
  return id;
}

/** Moves a row of the operation's resource to the trash. */
export async function deleteRow(world: World, { resource }: Operation, id: string): Promise<void> {
  const remove = operationNamed(`${resource}.delete`);
  const params = { [remove.declaration.on?.idParameter ?? ""]: id };
  const { status, text } = await sendOperation(world.portico, remove, { params }, world.owner);
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
  const body = sampleFields(create.declaration.body ?? {}, world.rows);
  const make = async () => {
    const created = await sendOperation(world.portico, create, { body }, credential);
    if (created.status !== 201) throw new Error(`${resource} could not be created: ${created.text}`);
    return String(created.body["id"]);
  };
  const id = await make();
  await deleteRow(world, operation, id);
  const params = { [declaration.on?.idParameter ?? ""]: id };
  return { params, names: sampleFields(declaration.body ?? {}, world.rows), namesake: await make() };
}

export function operationNamed(name: string): Operation {
  const found = registry.find((operation) => nameOf(operation) === name);
  if (!found) throw new Error(`There is no operation ${name}.`);
  return found;
}

/** A request that a member of `acme` without the right is refused for; nothing of it may happen. */
export async function arrangeRefused(world: World, operation: Operation): Promise<Arranged> {
  if (operation.resource !== "organizations" || operation.declaration.on === undefined)
    return arrange(world, operation);
  const { body } = await arrange(world, operation);
  const params = { [operation.declaration.on.idParameter]: world.acme.id };
  return {
    params,
    query: operation.verb === "delete" ? { confirmSlug: world.acme.slug } : {},
    ...(body ? { body } : {}),
  };
}

/** Operations that create rows under another verb. */
const creations: Readonly<Record<string, Operation>> = { agents: operationNamed("agents.enroll") };

interface NewAgent {
  readonly id: string;
  readonly key: string;
}

async function enrolAgent({ portico, acme }: World): Promise<NewAgent> {
  const body = { guid: `guid-${nextSample()}-sample`, hostname: "sample-host", platform: "linux", version: "1.2.3" };
  const enrolled = await send(portico, "POST", "/v1/agents/enroll", acme.enrollmentToken, body);
  if (enrolled.status !== 201) throw new Error(`No agent could be enrolled: ${enrolled.text}`);
  return { id: String(enrolled.body["id"]), key: String(enrolled.body["key"]) };
}

/** An organization of its own, with the token of the person who owns it. */
async function newOrganization({ portico }: World): Promise<{ id: string; slug: string; credential: string }> {
  const name = `founder${nextSample()}`;
  const credential = await portico.issuer.mintUserToken(
    { sub: name, email: `${name}@founders.example`, email_verified: true, name },
    3600,
  );
  const created = await send(portico, "POST", "/v1/organizations", credential, { name });
  if (created.status !== 201) throw new Error(`No organization could be created: ${created.text}`);
  return { id: String(created.body["id"]), slug: String(created.body["slug"]), credential };
}

async function trashOrganization(world: World) {
  const organization = await newOrganization(world);
  const path = `/v1/organizations/${organization.id}?confirmSlug=${organization.slug}`;
  await send(world.portico, "DELETE", path, organization.credential);
  return organization;
}

const onNewAgent: Arrangement = async (world) => ({ params: { agentId: (await enrolAgent(world)).id } });
const asNewAgent: Arrangement = async (world) => ({ credential: (await enrolAgent(world)).key });
const onNewMembership: Arrangement = async (world) => {
  const { membershipId } = await createMember(world.portico, world.acme, "member");
  return { params: { membershipId } };
};

function asNewMember(body?: (world: World) => Readonly<Record<string, unknown>>): Arrangement {
  return async (world) => {
    const { token } = await createMember(world.portico, world.acme, "member");
    return { credential: token, ...(body ? { body: body(world) } : {}) };
  };
}

function onNewOrganization(body?: () => Readonly<Record<string, unknown>>): Arrangement {
  return async (world) => {
    const { id, credential } = await newOrganization(world);
    return { params: { organizationId: id }, credential, ...(body ? { body: body() } : {}) };
  };
}

/** Requests that a declaration alone cannot tell. */
const arrangements: Readonly<Record<string, Arrangement>> = {
  "agentApiLogs.get": async ({ rows }) => ({ params: { logId: rows["agentApiLogs"] ?? "" } }),
  "agents.checkIn": async (world) => ({
    ...(await asNewAgent(world)),
    body: { version: "1.2.4", facts: { memoryBytes: 1024 } },
  }),
  "agents.enroll": async ({ acme, rows }) => ({
    credential: acme.enrollmentToken,
    body: sampleFields(operationNamed("agents.enroll").declaration.body ?? {}, rows),
  }),
  "agents.getSelf": asNewAgent,
  "agents.get": onNewAgent,
  "agents.delete": onNewAgent,
  "agents.revoke": onNewAgent,
  "agents.rotateKey": onNewAgent,
  "agents.update": async (world) => ({
    ...(await onNewAgent(world)),
    body: { siteId: world.rows["sites"], tags: ["sample"] },
  }),
  "agents.restore": async (world) => {
    const arranged = await onNewAgent(world);
    await sendOperation(world.portico, operationNamed("agents.delete"), arranged, world.owner);
    return arranged;
  },
  // One's own key is adopted already.
  "apiKeys.adopt": (world) =>
    arrangeByDeclaration({ ...world, owner: world.tokens.admin }, operationNamed("apiKeys.adopt")),
  "auditLogs.get": async ({ rows }) => ({ params: { auditLogId: rows["auditLogs"] ?? "" } }),
  "auditLogs.getRecordHistory": async ({ rows }) => ({
    params: { tableName: "schedules", recordId: rows["schedules"] ?? "" },
  }),
  "me.delete": asNewMember(),
  "me.update": asNewMember(() => ({ name: "Sample Person" })),
  "me.upsertProfile": asNewMember(() => ({ displayName: "Sample" })),
  "me.updateSettings": asNewMember(() => ({ theme: "dark" })),
  "me.switchOrganization": asNewMember(({ acme }) => ({ organizationId: acme.id })),
  "memberships.leave": asNewMember(),
  "memberships.updateMine": asNewMember(({ rows }) => ({ currentSiteId: rows["sites"] })),
  "memberships.get": onNewMembership,
  "memberships.remove": onNewMembership,
  "memberships.update": async (world) => ({ ...(await onNewMembership(world)), body: { roleId: world.rows["roles"] } }),
  "memberships.ban": async (world) => ({ ...(await onNewMembership(world)), body: { reason: "Spam" } }),
  "memberships.unban": async (world) => {
    const arranged = await onNewMembership(world);
    const ban = { ...arranged, body: { reason: "Spam" } };
    await sendOperation(world.portico, operationNamed("memberships.ban"), ban, world.owner);
    return arranged;
  },
  "organizations.getBySlug": async ({ acme }) => ({ params: { slug: acme.slug } }),
  "organizations.get": async ({ acme }) => ({ params: { organizationId: acme.id } }),
  "organizations.update": onNewOrganization(() => ({ name: "Renamed", settings: { timezone: "Europe/Vienna" } })),
  "organizations.delete": async (world) => {
    const { id, slug, credential } = await newOrganization(world);
    return { params: { organizationId: id }, query: { confirmSlug: slug }, credential };
  },
  "organizations.transferOwnership": async (world) => {
    const { id, credential } = await newOrganization(world);
    const { userId } = await createMember(world.portico, { slug: "founders", id, ownerToken: credential }, "member");
    return { params: { organizationId: id }, credential, body: { userId } };
  },
  "organizations.purge": async (world) => {
    const { id, slug, credential } = await trashOrganization(world);
    return { params: { organizationId: id }, credential, body: { confirmSlug: slug } };
  },
  "organizations.restore": async (world) => {
    const { id, credential } = await trashOrganization(world);
    return { params: { organizationId: id }, credential };
  },
  "schedules.complete": async (world) => {
    const arranged = await arrangeByDeclaration(world, operationNamed("schedules.complete"));
    await sendOperation(world.portico, operationNamed("schedules.activate"), arranged, world.owner);
    return arranged;
  },
  "users.create": async () => ({
    body: { email: `invited${nextSample()}@acme.example`, name: "Invited", roleKey: "member" },
  }),
  "users.get": async ({ acme }) => ({ params: { userId: acme.users.member.id } }),
  "users.getProfile": async ({ acme }) => ({ params: { userId: acme.users.member.id } }),
};

/** Changes whose audit row the owner of `acme` does not see, each with its reason. */
export const unaudited: ReadonlySet<string> = new Set([
  // The agent's own log is the record of a check-in.
  "agents.checkIn",
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
]);
