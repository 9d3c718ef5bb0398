import { setTimeout } from "node:timers/promises";
import { resourceTables } from "../../../convex/infrastructure/tables";
import { inventory } from "../../../convex/infrastructure/resources/inventory";
import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import type { Arranged } from "../client.testing";
import type { World } from "../world.testing";
import type { ResourceTable } from "../../../convex/infrastructure/tables";
import type { MadeRow, RowMaker } from "./rowMaker.testing";

/** A body that connects the mock provider, with a key of its account `acme`. */
export function newDockBody() {
  return { name: `Dock ${nextSample()}`, provider: "mock", apiKey: `mock_acme_correct-horse-${nextSample()}` };
}

async function newDock({ portico, owner }: Pick<World, "portico" | "owner">): Promise<string> {
  const made = await send(portico, "POST", "/v1/docks", owner, newDockBody());
  if (made.status !== 201) throw new Error(`No dock could be created: ${made.text}`);
  return String(made.body["id"]);
}

/** What syncs of mock docks have brought and no test has taken yet. */
const untaken = new WeakMap<object, Record<ResourceTable, string[]>>();

/** A resource that no other test works on: a sync brings two of each table. */
export async function newResource(world: Pick<World, "portico" | "owner">, table: ResourceTable): Promise<string> {
  const known = untaken.get(world.portico) ?? { servers: [], webServices: [], domains: [], databases: [] };
  untaken.set(world.portico, known);
  if (known[table].length === 0)
    for (const [each, ids] of Object.entries((await syncedDock(world)).brought)) known[toTable(each)].push(...ids);
  const id = known[table].pop();
  if (id === undefined) throw new Error(`The mock provider has brought no ${table}.`);
  return id;
}

function toTable(name: string): ResourceTable {
  const table = resourceTables.find((each) => each === name);
  if (!table) throw new Error(`${name} is no table of resources.`);
  return table;
}

interface SyncedDock {
  readonly dockId: string;
  readonly syncId: string;
  readonly brought: Readonly<Record<ResourceTable, string[]>>;
}

/** Connects the mock provider, and waits for its first sync. Answers the ids of what that has brought, by their tables. */
async function syncedDock(world: Pick<World, "portico" | "owner">): Promise<SyncedDock> {
  const { portico, owner } = world;
  const dockId = await newDock(world);
  const begun = await send(portico, "POST", `/v1/docks/${dockId}/sync`, owner, {});
  if (begun.status !== 202) throw new Error(`A dock could not be synced: ${begun.text}`);
  for (;;) {
    const { body } = await send(portico, "GET", `/v1/docks/${dockId}`, owner);
    if (body["syncInProgress"] === false) break;
    await setTimeout(20);
  }
  const brought: Record<ResourceTable, string[]> = { servers: [], webServices: [], domains: [], databases: [] };
  for (const table of resourceTables) {
    const { body } = await send(portico, "GET", `/v1${inventory[table].path}?dockId=${dockId}`, owner);
    const rows: readonly { id: string }[] = Object(body)["data"];
    brought[table].push(...rows.map(({ id }) => id));
  }
  return { dockId, syncId: String(begun.body["syncId"]), brought };
}

/** A row that is reached with its dock, which has no other of its kind. */
export interface RowOfDock {
  readonly id: string;
  readonly dockId: string;
}

/** Makes the one resource of a table that a new dock has. */
async function onlyResource(world: Pick<World, "portico" | "owner">, table: ResourceTable): Promise<RowOfDock> {
  const { dockId, brought } = await syncedDock(world);
  const [id, ...others] = brought[table];
  if (id === undefined) throw new Error(`The mock provider has brought no ${table}.`);
  for (const other of others) {
    const removed = await send(world.portico, "DELETE", `/v1${inventory[table].path}/${other}`, world.owner);
    if (removed.status !== 204) throw new Error(`One of ${table} could not be deleted: ${removed.text}`);
  }
  return { id, dockId };
}

/** Resources whose rows are reached by grants of their dock, and how a row with a dock of its own is made. */
export const rowsOfDocks: Readonly<Record<string, (world: Pick<World, "portico" | "owner">) => Promise<RowOfDock>>> = {
  docks: async (world) => {
    const dockId = await newDock(world);
    return { id: dockId, dockId };
  },
  servers: (world) => onlyResource(world, "servers"),
  webServices: (world) => onlyResource(world, "webServices"),
  domains: (world) => onlyResource(world, "domains"),
  databases: (world) => onlyResource(world, "databases"),
  syncHistory: async (world) => {
    const { dockId, syncId } = await syncedDock(world);
    return { id: syncId, dockId };
  },
};

/** A project of the world's team. */
export async function newProject({ portico, owner, rows }: World): Promise<string> {
  const body = { name: `Project ${nextSample()}`, teamId: rows["teams"] };
  const made = await send(portico, "POST", "/v1/projects", owner, body);
  if (made.status !== 201) throw new Error(`No project could be created: ${made.text}`);
  return String(made.body["id"]);
}

/** A project and a server that do not belong together yet, as a request names them. */
export async function unlinked(world: World) {
  const resource = { resourceTable: "servers", resourceId: await newResource(world, "servers") };
  return { params: { projectId: await newProject(world) }, resource };
}

/** A link of a server to a project. */
export async function newLink(world: World): Promise<Arranged & { readonly resource: Record<string, string> }> {
  const { params, resource } = await unlinked(world);
  const made = await send(world.portico, "POST", `/v1/projects/${params.projectId}/resources`, world.owner, resource);
  if (made.status !== 201) throw new Error(`A resource could not be linked: ${made.text}`);
  return { params: { ...params, linkId: String(made.body["id"]) }, resource };
}

/** A dock that is granted to nobody, and a team to grant it to. */
export async function ungranted(world: World) {
  return { params: { dockId: await newDock(world) }, body: { teamId: world.rows["teams"] } };
}

/** A dock's grant to the world's team. */
async function newGrant(world: World): Promise<MadeRow> {
  const { params, body } = await ungranted(world);
  const made = await send(world.portico, "POST", `/v1/docks/${params.dockId}/permissions`, world.owner, body);
  if (made.status !== 201) throw new Error(`A dock could not be granted: ${made.text}`);
  return { id: String(made.body["id"]), inputs: params };
}

/** A service whose storage is nowhere: what is run on it asks nobody. */
export async function newOperationService({ portico, owner }: Pick<World, "portico" | "owner">): Promise<string> {
  const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "correct-horse-battery-staple" };
  const config = { bucket: "acme-backups", region: "eu-central-1", endpoint: "https://storage.invalid", ...key };
  const body = { name: `Service ${nextSample()}`, type: "backup_s3", config };
  const made = await send(portico, "POST", "/v1/operation-services", owner, body);
  if (made.status !== 201) throw new Error(`No operation service could be created: ${made.text}`);
  return String(made.body["id"]);
}

/** A grant of a service to the world's team. */
export async function newOperationPermission(world: World): Promise<Arranged> {
  const operationServiceId = await newOperationService(world);
  const path = `/v1/operation-services/${operationServiceId}/permissions`;
  const made = await send(world.portico, "POST", path, world.owner, { teamId: world.rows["teams"] });
  if (made.status !== 201) throw new Error(`A service could not be granted: ${made.text}`);
  return { params: { operationServiceId, permissionId: String(made.body["id"]) } };
}

export const infrastructureRows = {
  docks: async (world) => ({ id: await newDock(world) }),
  servers: async (world) => ({ id: await newResource(world, "servers") }),
  webServices: async (world) => ({ id: await newResource(world, "webServices") }),
  domains: async (world) => ({ id: await newResource(world, "domains") }),
  databases: async (world) => ({ id: await newResource(world, "databases") }),
  // Their paths name the dock.
  dockPermissions: newGrant,
  dockSyncHistory: async (world) => ({ id: await newDock(world) }),
  projects: async (world) => ({ id: await newProject(world) }),
  operationServices: async (world) => ({ id: await newOperationService(world) }),
  // Their paths name the service.
  operationPermissions: async (world) => ({ id: await newOperationService(world) }),
  // Their paths name the project.
  projectResources: async (world) => ({ id: await newProject(world) }),
} satisfies Record<string, RowMaker>;
