import { setTimeout } from "node:timers/promises";
import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import { newDataSource, newEntity } from "../world.testing";
import type { RowMaker } from "./rowMaker.testing";
import type { Arranged } from "../client.testing";
import type { World } from "../world.testing";

/** An item that nobody has sent before. */
const item = () => ({
  externalId: `device-${nextSample()}`,
  rawData: '{"$type":"Workstation"}',
  normalizedData: { name: "PC-RECEPTION" },
});

/** A request that brings one device. */
export async function bringing({ rows }: World): Promise<Arranged> {
  return { body: { dataSourceId: rows["dataSources"], entityType: "devices", items: [item()] } };
}

/** Two entities that nothing relates yet. */
export async function unrelated(world: World): Promise<{ parentEntityId: string; childEntityId: string }> {
  return { parentEntityId: await made(world), childEntityId: await made(world) };
}

const made = ({ portico, owner, rows }: World) => newEntity(portico, owner, rows["dataSources"] ?? "");

async function newRelationship(world: World): Promise<{ id: string }> {
  const body = { ...(await unrelated(world)), relationshipType: "member_of" };
  const related = await send(world.portico, "POST", "/v1/entity-relationships", world.owner, body);
  if (related.status !== 201) throw new Error(`Entities could not be related: ${related.text}`);
  return { id: String(related.body["id"]) };
}

/** A request that brings one article to everybody. */
export async function bringingToAll({ rows, platformAdmin }: World): Promise<Arranged> {
  const body = { integrationId: rows["integrations"], entityType: "articles", items: [item()] };
  return { body, credential: platformAdmin };
}

async function newGlobalEntity(world: World): Promise<{ id: string }> {
  const { body } = await bringingToAll(world);
  const answer = await send(world.portico, "POST", "/v1/global-entities/bulk-upsert", world.platformAdmin, body);
  const [result]: readonly { id?: string }[] = Object(answer.body).results ?? [];
  if (result?.id === undefined) throw new Error(`A global entity was answered with ${answer.status}: ${answer.text}`);
  return { id: result.id };
}

/** A request to prune what two complete runs have missed. */
export async function pruning({ portico, owner, acme, rows }: World): Promise<Arranged> {
  const dataSourceId = await newDataSource(portico, owner, rows["integrations"] ?? "");
  await newEntity(portico, owner, dataSourceId);
  const call = async (name: string, args: object): Promise<string> => {
    // Runs begin at different times, and later than what was written before.
    await setTimeout(2);
    const outcome = await portico.deployment.call({
      type: "mutation",
      path: `jobs/runReports:${name}`,
      argsText: JSON.stringify(args),
      caller: { kind: "admin" },
      metadata: { requestId: dataSourceId, ip: null, userAgent: null },
      allowInternal: true,
    });
    if (outcome.status === "error") throw new Error(`A run could not ${name}: ${outcome.errorMessage}`);
    return String(JSON.parse(outcome.valueText));
  };
  let syncRunId = "";
  for (let run = 0; run < 2; run++) {
    const subject = { sourceType: "dataSource", sourceId: dataSourceId, type: "devices", trigger: "manual" };
    syncRunId = await call("open", { organizationId: acme.id, ...subject });
    await call("finish", { runId: syncRunId, status: "success", complete: true, errors: [] });
  }
  return { body: { dataSourceId, entityType: "devices", syncRunId } };
}

export const entityRows = {
  entities: async (world) => ({ id: await made(world) }),
  entityRelationships: newRelationship,
  globalEntities: newGlobalEntity,
} satisfies Record<string, RowMaker>;
