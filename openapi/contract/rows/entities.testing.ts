import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import type { RowMaker } from "./rowMaker.testing";
import type { Arranged } from "../client.testing";
import type { World } from "../world.testing";

const sources = new WeakMap<World, Promise<string>>();

/** A data source of `acme` whose integration brings devices, made once. */
export function entitySource(world: World): Promise<string> {
  const known = sources.get(world) ?? newSource(world);
  sources.set(world, known);
  return known;
}

async function newSource(world: World): Promise<string> {
  const integrationId = await newIntegration(world);
  const body = { integrationId, name: `Source ${nextSample()}` };
  return idOf(await send(world.portico, "POST", "/v1/data-sources", world.owner, body));
}

async function newIntegration({ portico, platformAdmin }: World): Promise<string> {
  const body = {
    slug: `entities-${nextSample()}`,
    name: "Entities",
    description: "Devices.",
    category: "rmm",
    supportedTypes: ["devices"],
  };
  return idOf(await send(portico, "POST", "/v1/integrations", platformAdmin, body));
}

function idOf({ status, text, body }: Awaited<ReturnType<typeof send>>): string {
  const { id } = body;
  if (typeof id !== "string") throw new Error(`What entities need was answered with ${status}: ${text}`);
  return id;
}

/** An item that nobody has sent before. */
export const entityItem = () => ({
  externalId: `device-${nextSample()}`,
  rawData: '{"$type":"Workstation"}',
  normalizedData: { name: "PC-RECEPTION" },
});

/** A request that brings one device. */
export async function bringing(world: World): Promise<Arranged> {
  return { body: { dataSourceId: await entitySource(world), entityType: "devices", items: [entityItem()] } };
}

async function newEntity(world: World): Promise<{ id: string }> {
  const { body } = await bringing(world);
  const answer = await send(world.portico, "POST", "/v1/entities/bulk-upsert", world.owner, body);
  const [result]: readonly { id?: string }[] = Object(answer.body).data ?? [];
  if (result?.id === undefined) throw new Error(`An entity was answered with ${answer.status}: ${answer.text}`);
  return { id: result.id };
}

/** Two entities that nothing relates yet. */
export async function unrelated(world: World): Promise<{ parentEntityId: string; childEntityId: string }> {
  const [{ id: parentEntityId }, { id: childEntityId }] = [await newEntity(world), await newEntity(world)];
  return { parentEntityId, childEntityId };
}

async function newRelationship(world: World): Promise<{ id: string }> {
  const body = { ...(await unrelated(world)), relationshipType: "member_of" };
  return { id: idOf(await send(world.portico, "POST", "/v1/entity-relationships", world.owner, body)) };
}

/** A request that brings one article to everybody. */
export async function bringingToAll(world: World): Promise<Arranged> {
  const items = [entityItem()];
  const body = { integrationId: await newIntegration(world), entityType: "articles", items };
  return { body, credential: world.platformAdmin };
}

async function newGlobalEntity(world: World): Promise<{ id: string }> {
  const { body } = await bringingToAll(world);
  const answer = await send(world.portico, "POST", "/v1/global-entities/bulk-upsert", world.platformAdmin, body);
  const [result]: readonly { id?: string }[] = Object(answer.body).data ?? [];
  if (result?.id === undefined) throw new Error(`A global entity was answered with ${answer.status}: ${answer.text}`);
  return { id: result.id };
}

/** A request to prune by a run that has seen everything, the second such run. */
export async function pruning(world: World): Promise<Arranged> {
  const dataSourceId = await newSource(world);
  const syncRunIds: string[] = [];
  for (let run = 0; run < 2; run++) syncRunIds.push(await completeRun(world, dataSourceId));
  return { body: { dataSourceId, entityType: "devices", syncRunId: syncRunIds.at(-1) } };
}

async function completeRun({ portico, acme }: World, sourceId: string): Promise<string> {
  const call = async (name: string, args: object): Promise<string> => {
    const outcome = await portico.deployment.call({
      type: "mutation",
      path: `jobs/runReports:${name}`,
      argsText: JSON.stringify(args),
      caller: { kind: "admin" },
      metadata: { requestId: sourceId, ip: null, userAgent: null },
      allowInternal: true,
    });
    if (outcome.status === "error") throw new Error(`A run could not ${name}: ${outcome.errorMessage}`);
    return String(JSON.parse(outcome.valueText));
  };
  const subject = { sourceType: "dataSource", sourceId, type: "devices", trigger: "manual" };
  const runId = await call("open", { organizationId: acme.id, ...subject });
  await call("finish", { runId, status: "success", complete: true, errors: [] });
  return runId;
}

export const entityRows = {
  entities: newEntity,
  entityRelationships: newRelationship,
  globalEntities: newGlobalEntity,
} satisfies Record<string, RowMaker>;
