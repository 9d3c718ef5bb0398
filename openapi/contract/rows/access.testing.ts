import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import { createMember } from "../world.testing";
import type { MadeRow, RowMaker } from "./rowMaker.testing";
import type { World } from "../world.testing";

/** A member's place in a new team or with a new client, named by both in a path. */
async function newPlace(world: World, path: "teams" | "clients", parameter: string): Promise<MadeRow> {
  const { portico, acme, owner } = world;
  const [{ userId }, made] = await Promise.all([
    createMember(portico, acme, "member"),
    send(portico, "POST", `/v1/${path}`, owner, { name: `Held ${nextSample()}` }),
  ]);
  const id = String(made.body["id"]);
  const added = await send(portico, "POST", `/v1/${path}/${id}/members`, owner, { userId });
  if (added.status !== 201) throw new Error(`Nobody could be added to ${path}: ${added.text}`);
  return { id: userId, inputs: { [parameter]: id } };
}

export const accessRows = {
  teamMembers: (world) => newPlace(world, "teams", "teamId"),
  clientMembers: (world) => newPlace(world, "clients", "clientId"),
  clientResources: (world) => newPlace(world, "clients", "clientId"),
} satisfies Record<string, RowMaker>;
