import { setTimeout as sleep } from "node:timers/promises";
import { isProblem, Portico } from "@portico/sdk";
import { billDevices } from "./billing";
import { connection } from "./connection";
import { customers, passOneDay, stock } from "./customers";
import { startFakePsa } from "./fakePsa";
import type { UsedDevices } from "./billing";
import type { FakePsa } from "./fakePsa";

const slug = "msp-sync-psa";
const types = ["companies", "devices", "tickets"];
const longestWaitMs = 120_000;

/** A managed service provider that connects its PSA, syncs it, looks at devices and tickets by site, twice, and bills the devices. */
async function main(): Promise<void> {
  const { baseUrl, apiKey } = await connection(process.env);
  const portico = new Portico({ baseUrl, apiKey });
  const psa = await startFakePsa({ port: Number(process.env["MSP_SYNC_PORT"] ?? 4610) });
  try {
    stock(psa);
    await register(portico, baseUrl);
    for (const { id, name } of customers) await siteOf(portico, name, String(id));
    const source = await connect(portico, psa);
    try {
      await syncAll(portico, source.id);
      await show(portico, source.id);
      passOneDay(psa);
      const since = Date.now();
      await syncAll(portico, source.id);
      await showChanges(portico, since);
      await billDevices(portico, slug, await devicesBySite(portico, source.id));
    } finally {
      await portico.dataSources.delete(source.id);
    }
  } finally {
    await psa.close();
  }
}

/** Integrations are the deployment's: whoever runs it registers one, once. */
async function register(portico: Portico, baseUrl: string): Promise<void> {
  try {
    await portico.integrations.get(slug);
    return;
  } catch (error) {
    if (!isProblem(error, "not_found")) throw error;
  }
  const token = process.env["PORTICO_PLATFORM_TOKEN"];
  if (token === undefined)
    throw new Error(
      `Nobody has registered ${slug} yet: set PORTICO_PLATFORM_TOKEN to a platform administrator's token.`,
    );
  const platform = new Portico({ baseUrl, token });
  const integration = await platform.integrations.create({
    slug,
    name: "A PSA on this machine",
    description: "Companies, devices and tickets of a professional services automation.",
    category: "psa",
    supportedTypes: types,
    adapter: "psa",
    typeConfig: { tickets: { priority: 3, rateMinutes: 15, fullEveryHours: 24 } },
    configSchema: {
      type: "object",
      required: ["baseUrl"],
      properties: { baseUrl: { type: "string", format: "uri" } },
      additionalProperties: false,
    },
  });
  console.log(`registered ${integration.slug}`);
}

/** The site of a customer; entities come to it by the customer's id at the PSA. */
async function siteOf(portico: Portico, name: string, psaCompanyId: string): Promise<void> {
  const [known] = (await portico.sites.list({ psaCompanyId, limit: 1 })).data;
  if (!known) await portico.sites.create({ name, psaCompanyId });
}

async function connect(portico: Portico, { url, clientId, clientSecret }: FakePsa) {
  const source = await portico.dataSources.create({
    integrationId: slug,
    config: { baseUrl: url },
    credentials: { clientId, clientSecret },
  });
  const { jobId } = await portico.dataSources.test(source.id);
  await ended(portico, jobId);
  const { status, lastSyncError } = await portico.dataSources.get(source.id);
  if (status !== "active") throw new Error(`The data source is ${status}: ${lastSyncError}`);
  console.log(`connected ${source.name}: ${status}`);
  return source;
}

/** Syncs everything, and waits until it is done. */
async function syncAll(portico: Portico, dataSourceId: string): Promise<void> {
  const { jobs } = await portico.dataSources.sync(dataSourceId, { types, force: true });
  for (const { jobId, action } of jobs) {
    const { status, error, result } = await ended(portico, jobId);
    if (status !== "completed") throw new Error(`${action}: ${error}`);
    console.log(`${action}: ${JSON.stringify(result)}`);
  }
}

/** The job once it has ended; one that waits after a failure has not. */
async function ended(portico: Portico, jobId: string) {
  for (const endMs = Date.now() + longestWaitMs; Date.now() < endMs; await sleep(200)) {
    const job = await portico.scheduledJobs.get(jobId);
    if (job.completedAt !== undefined) return job;
  }
  throw new Error("The job has not ended in two minutes.");
}

/** Devices and open tickets, site by site. */
async function show(portico: Portico, dataSourceId: string): Promise<void> {
  const sites: Record<string, { site: string; devices: number; offline: number; openTickets: number }> = {};
  for (const { id, name } of customers) {
    const [site] = (await portico.sites.list({ psaCompanyId: String(id), limit: 1 })).data;
    if (site) sites[site.id] = { site: name, devices: 0, offline: 0, openTickets: 0 };
  }
  for (const entityType of ["devices", "tickets"]) {
    for await (const { siteId = "", normalizedData } of portico.entities.list({
      dataSourceId,
      entityType,
      limit: 100,
    })) {
      const row = sites[siteId];
      if (!row) continue;
      if (entityType === "devices") row.devices += 1;
      if (normalizedData["status"] === "offline") row.offline += 1;
      if (entityType === "tickets" && normalizedData["status"] !== "Closed") row.openTickets += 1;
    }
  }
  console.table(Object.values(sites));
}

/** How many devices each site has. */
async function devicesBySite(portico: Portico, dataSourceId: string): Promise<UsedDevices[]> {
  const used: UsedDevices[] = [];
  for (const { id, name } of customers) {
    const [site] = (await portico.sites.list({ psaCompanyId: String(id), limit: 1 })).data;
    if (!site) continue;
    let devices = 0;
    for await (const { siteId } of portico.entities.list({ dataSourceId, entityType: "devices", limit: 100 }))
      if (siteId === site.id) devices += 1;
    used.push({ siteId: site.id, site: name, devices });
  }
  return used;
}

/** What the second sync has changed, as the event log has it. */
async function showChanges(portico: Portico, since: number): Promise<void> {
  const changes: { what: string; type: string; id: string; changed: string }[] = [];
  for await (const { eventType, payload } of portico.eventLogs.list({ from: since, limit: 100 })) {
    const { entityType, externalId, changedKeys } = payload;
    const changed = Array.isArray(changedKeys) ? changedKeys.join(", ") : "";
    changes.push({ what: eventType, type: String(entityType), id: String(externalId), changed });
  }
  console.log(`${changes.length} changes at the second sync`);
  console.table(changes);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
