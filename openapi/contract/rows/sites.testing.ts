import { send } from "../client.testing";
import { sampleFields } from "../samples.testing";
import { enroll } from "../../../convex/sites/agents";
import { operationOf } from "../../../convex/core/operations/convexFunctions";
import type { RowMaker } from "./rowMaker.testing";
import type { World } from "../world.testing";

/** An agent of `acme`, enrolled for one request, with the key that it was given. */
export async function enrolAgent({ portico, acme, rows }: World): Promise<{ id: string; key: string }> {
  const body = sampleFields(operationOf(enroll)?.declaration.body ?? {}, rows);
  const enrolled = await send(portico, "POST", "/v1/agents/enroll", acme.enrollmentToken, body);
  if (enrolled.status !== 201) throw new Error(`No agent could be enrolled: ${enrolled.text}`);
  return { id: String(enrolled.body["id"]), key: String(enrolled.body["key"]) };
}

export const siteRows = {
  agents: async (world) => ({ id: (await enrolAgent(world)).id }),
} satisfies Record<string, RowMaker>;
