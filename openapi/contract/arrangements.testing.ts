import { registry } from "../registry";
import { send, sendOperation } from "./client.testing";
import { nextSample, sampleFields } from "./samples.testing";
import { createMember } from "./world.testing";
import type { Operation } from "../../convex/core/operation";
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
  if (verb === "restore") {
    const remove = operationNamed(`${resource}.delete`);
    const params = { [remove.declaration.on?.idParameter ?? ""]: id };
    await sendOperation(world.portico, remove, { params }, world.owner);
  }
  return id;
}

export function operationNamed(name: string): Operation {
  const found = registry.find((operation) => nameOf(operation) === name);
  if (!found) throw new Error(`There is no operation ${name}.`);
  return found;
}

/** Requests that a declaration alone cannot tell. */
const arrangements: Readonly<Record<string, Arrangement>> = {};

/** Changes that leave no audit row, each with its reason. */
export const unaudited: ReadonlySet<string> = new Set([]);
