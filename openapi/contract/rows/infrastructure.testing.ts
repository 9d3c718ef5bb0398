import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import type { World } from "../world.testing";
import type { RowMaker } from "./rowMaker.testing";

/** A body that connects the mock provider, with a key of its account `acme`. */
export function newDockBody() {
  return { name: `Dock ${nextSample()}`, provider: "mock", apiKey: `mock_acme_correct-horse-${nextSample()}` };
}

async function newDock({ portico, owner }: Pick<World, "portico" | "owner">): Promise<string> {
  const made = await send(portico, "POST", "/v1/docks", owner, newDockBody());
  if (made.status !== 201) throw new Error(`No dock could be created: ${made.text}`);
  return String(made.body["id"]);
}

export const infrastructureRows = {
  docks: async (world) => ({ id: await newDock(world) }),
} satisfies Record<string, RowMaker>;
