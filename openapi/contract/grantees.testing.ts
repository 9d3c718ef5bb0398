import { registry } from "../registry";
import { nameOf } from "./arrangements.testing";
import { send, sendOperation } from "./client.testing";
import { nextSample } from "./samples.testing";
import type { HolderTable } from "../../convex/core/access/reach";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Assignment } from "../../convex/core/records/assignedRows";
import type { Arranged } from "./client.testing";
import type { World } from "./world.testing";

/** By what somebody reaches assigned rows: being with a team or a client, and how far what is granted to that goes. */
export interface Path {
  readonly to: HolderTable;
  readonly level: "read" | "operate";
}

/** A new team or client that the person is with, in a role that adds nothing to theirs. */
export async function newHolder(world: World, to: HolderTable, userId: string): Promise<string> {
  const { portico, owner, rows } = world;
  const made = await send(portico, "POST", `/v1/${to}`, owner, { name: `Grantee ${nextSample()}` });
  const id = String(made.body["id"]);
  const place = { userId, roleId: rows["roles"] };
  const added = await send(portico, "POST", `/v1/${to}/${id}/members`, owner, place);
  if (added.status !== 201) throw new Error(`Nobody could be added to ${to}: ${added.text}`);
  return id;
}

/** True if the permission reaches a row of the operation by the path, once {@link reachByPath} has led it there. */
export function isReachedBy({ to, level }: Path, { declaration, verb }: Operation): boolean {
  const { on, permission = "", body = {} } = declaration;
  // A link shows its resource to everybody in the project, which takes a grant to operate.
  if (permission === "project:link" && level === "read" && ("resourceId" in body || "items" in body)) return false;
  // The sample gives the row to the world's team or client, which is not the caller's.
  if (on?.assigned?.some(({ field, through }) => !through && field in body)) return false;
  const ways = on?.assigned?.filter((way) => way.to === to) ?? [];
  return ways.some(({ field, through }) => {
    // What is granted by its own id is granted to nobody any more once it is in the trash.
    if (verb === "restore" && field === "_id") return false;
    return !through?.toChange || level === "operate" || permission.endsWith(":read");
  });
}

/** Leads the path to the row that the request names, and to the resources that its body does. */
export async function reachByPath(
  world: World,
  operation: Operation,
  request: Arranged,
  path: Path,
  holder: string,
): Promise<void> {
  const { on } = operation.declaration;
  const id = request.params?.[on?.idParameter ?? ""];
  if (on && id !== undefined) await reachRow(world, { on, id, params: request.params ?? {} }, path, holder);
  for (const named of resourcesIn(request)) await reachRow(world, named, path, holder);
}

interface NamedRow {
  readonly on: NonNullable<Operation["declaration"]["on"]>;
  readonly id: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The resources of other tables that a body names, by itself or in its items. */
function resourcesIn({ body = {} }: Arranged): readonly NamedRow[] {
  const { items = [body] }: { items?: readonly object[] } = Object(body);
  return items.flatMap((item) => {
    const { resourceTable, resourceId }: { resourceTable?: string; resourceId?: string } = item;
    const on = registry.find(({ resource, verb }) => resource === resourceTable && verb === "get")?.declaration.on;
    return on && resourceId !== undefined ? [{ on, id: resourceId, params: {} }] : [];
  });
}

async function reachRow(world: World, row: NamedRow, { to, level }: Path, holder: string): Promise<void> {
  for (const way of row.on.assigned ?? []) {
    if (way.to !== to) continue;
    if (way.through) await grant(world, way.through, { granted: await valueOf(world, row, way.field), holder, level });
    else if (way.field !== "_id") await assign(world, row, { [way.field]: holder });
  }
}

interface Grant {
  readonly granted: string;
  readonly holder: string;
  readonly level: Path["level"];
}

/** Grants something to a team or a client, by the operation of the table of grants that does. */
export async function grant(
  world: World,
  { table, holder: field, toChange }: NonNullable<Assignment["through"]>,
  { granted, holder, level }: Grant,
): Promise<void> {
  const operation = operationOf(table, "grant");
  const params = { [operation.declaration.on?.idParameter ?? ""]: granted };
  const body = { [field]: holder, ...(toChange && level === "operate" ? { [toChange.field]: toChange.value } : {}) };
  const { status, text } = await sendOperation(world.portico, operation, { params, body }, world.owner);
  // It is granted from another request, or in the trash.
  if (![201, 404, 409].includes(status)) throw new Error(`${nameOf(operation)} answered ${status}: ${text}`);
}

/** Writes to whom a row belongs; one in the trash is taken out of it for that. */
async function assign(world: World, { on, id, params }: NamedRow, body: Record<string, string>): Promise<void> {
  const { resource } = operationOn(on, "update");
  const named = { params: { ...params, [on.idParameter]: id } };
  const call = (verb: string, more: object) =>
    sendOperation(world.portico, operationOf(resource, verb), { ...named, ...more }, world.owner);
  const updated = await call("update", { body });
  if (updated.status === 200) return;
  const answers = [await call("restore", { body: {} }), await call("update", { body }), await call("delete", {})];
  const statuses = answers.map(({ status }) => status);
  if (statuses.join() !== "200,200,204")
    throw new Error(`A row of ${resource} could not be assigned: ${updated.text} ${statuses.join()}`);
}

/** What a field of the row holds, be it in the trash. */
async function valueOf({ portico, owner }: World, { on, id, params }: NamedRow, field: string): Promise<string> {
  const named = field === "_id" ? id : params[field];
  if (named !== undefined) return named;
  const get = operationOn(on, "get");
  const shown = await sendOperation(portico, get, { params: { [on.idParameter]: id } }, owner);
  if (shown.status === 200) return String(shown.body[field]);
  const trash = await sendOperation(
    portico,
    operationOf(get.resource, "list"),
    { query: { deleted: "only", limit: "100" } },
    owner,
  );
  const rows: readonly { id?: string }[] = Object(trash.body)["data"] ?? [];
  return String(Object(rows.find((row) => row.id === id))[field]);
}

function operationOf(resource: string, verb: string): Operation {
  const found = registry.find((operation) => operation.resource === resource && operation.verb === verb);
  if (!found) throw new Error(`Rows of ${resource} are assigned, and nothing is known of how: there is no ${verb}.`);
  return found;
}

function operationOn(on: NamedRow["on"], verb: string): Operation {
  const found = registry.find((operation) => operation.declaration.on === on && operation.verb === verb);
  if (!found) throw new Error(`There is no ${verb} of ${on.noun}.`);
  return found;
}
