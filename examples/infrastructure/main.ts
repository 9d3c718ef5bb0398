import { setTimeout as sleep } from "node:timers/promises";
import { isProblem, Portico } from "@portico/sdk";
import { startCloud, startHosting } from "./companies";
import { connection } from "./connection";
import type { FakeProvider } from "./fakeProvider";

/** Whom the agency works for, and who there may look. */
const customer = { name: "Harbour Logistics", person: "Dana Okoye", email: "dana@harbour.example" };
const tables = ["servers", "webServices", "domains", "databases"] as const;
const longestWaitMs = 120_000;

/** An agency that connects two providers, makes a project of what a client has there, and shows what the client's people see of it. */
async function main(): Promise<void> {
  const { baseUrl, apiKey } = await connection(process.env);
  const token = process.env["PORTICO_CLIENT_TOKEN"];
  if (token === undefined) throw new Error(`Set PORTICO_CLIENT_TOKEN to a token of ${customer.email}.`);
  const portico = new Portico({ baseUrl, apiKey });
  const [cloudPort = 4620, hostingPort = 4621] = (process.env["INFRASTRUCTURE_PORTS"] ?? "").split(",").flatMap(portOf);
  const ports = { cloud: cloudPort, hosting: hostingPort };
  const providers = await Promise.all([startCloud(ports), startHosting(ports)]);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const [cloudId, hostingId] = await Promise.all(
      providers.map(async (provider, at) => {
        const id = await connect(portico, at === 0 ? "North Cloud" : "South Hosting of Harbour", provider);
        undo.push(() => portico.docks.delete(id));
        return id;
      }),
    );
    if (cloudId === undefined || hostingId === undefined) throw new Error("There are two providers.");
    await showInventory(portico);

    const clientId = await clientOf(portico);
    const projectId = await projectFor(portico, clientId);
    undo.push(() => portico.projects.delete(projectId));
    await portico.dockPermissions.grant(hostingId, { clientId });
    console.log(
      "granted South Hosting of Harbour, whose account is theirs alone; North Cloud is shared by all customers",
    );

    const dana = await personOf(portico, clientId, new Portico({ baseUrl, token }));
    await showWhatDanaSees(portico, dana, projectId);
  } finally {
    for (const step of undo.toReversed()) await step();
    await Promise.all(providers.map((provider) => provider.close()));
  }
}

function portOf(text: string): number[] {
  return /^\d+$/.test(text) ? [Number(text)] : [];
}

/** Connects a provider by its key, tests that, and waits for the first sync. */
async function connect(portico: Portico, name: string, { url, apiKey }: FakeProvider): Promise<string> {
  // It is synced when this example says so.
  const dock = { name, provider: "generic", baseUrl: url, apiKey, syncConfig: { enabled: false } };
  const { id, keyHint } = await portico.docks.create(dock);
  const { isValid, message } = await portico.docks.test(id);
  if (!isValid) throw new Error(`${name}: ${message}`);
  await portico.docks.sync(id);
  for (const endMs = Date.now() + longestWaitMs; Date.now() < endMs; await sleep(200)) {
    const { syncInProgress, lastSyncStatus, lastSyncError } = await portico.docks.get(id);
    if (syncInProgress) continue;
    if (lastSyncStatus !== "success" || lastSyncError !== undefined) throw new Error(`${name}: ${lastSyncError}`);
    console.log(`connected ${name} by the key that ends in ${keyHint}`);
    return id;
  }
  throw new Error("The sync has not ended in two minutes.");
}

interface Resource {
  readonly table: (typeof tables)[number];
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

/** Whatever somebody reads of the four tables, whoever the provider is. */
async function resourcesOf(portico: Portico): Promise<Resource[]> {
  const asked = { limit: 100 };
  const lists = {
    servers: portico.servers.list(asked),
    webServices: portico.webServices.list(asked),
    domains: portico.domains.list(asked),
    databases: portico.databases.list(asked),
  };
  const found: Resource[] = [];
  for (const table of tables)
    for await (const row of lists[table])
      found.push({ table, id: row.id, name: "domainName" in row ? row.domainName : row.name, status: row.status });
  return found;
}

async function showInventory(portico: Portico): Promise<void> {
  console.log("the inventory, in the same words for both providers");
  console.table((await resourcesOf(portico)).map(({ table, name, status }) => ({ table, name, status })));
}

/** The client, which every run after the first finds. */
async function clientOf(portico: Portico): Promise<string> {
  for await (const { id, name } of portico.clients.list()) if (name === customer.name) return id;
  return (await portico.clients.create({ name: customer.name })).id;
}

/** A project for the client, with whatever is called after it at either provider. */
async function projectFor(portico: Portico, clientId: string): Promise<string> {
  const { id: teamId } = await teamOf(portico);
  const project = await portico.projects.create({ name: `Shop of ${customer.name}`, teamId, clientId });
  const theirs = (await resourcesOf(portico)).filter(({ name }) => /harbour/i.test(name));
  const items = theirs.map(({ table, id }) => ({ resourceTable: table, resourceId: id }));
  const { linked } = await portico.projectResources.linkBatch(project.id, { items });
  console.log(`made the project ${project.slug} of ${linked} resources`);
  return project.id;
}

async function teamOf(portico: Portico) {
  for await (const team of portico.teams.list()) if (team.name === "Hosting") return team;
  return portico.teams.create({ name: "Hosting" });
}

/** Somebody of the client, who may read what is assigned to the client and nothing else. */
async function personOf(portico: Portico, clientId: string, dana: Portico): Promise<Portico> {
  await unlessMember(() => portico.users.create({ email: customer.email, name: customer.person, roleKey: "client" }));
  const { id: userId } = await dana.me.sync();
  await unlessMember(() => portico.clientMembers.add(clientId, { userId, roleKey: "client" }));
  return dana;
}

async function unlessMember(change: () => PromiseLike<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!isProblem(error, "already_member")) throw error;
  }
}

/** The client's project with the name and status of all that is linked, what of it they may open, and what they may not. */
async function showWhatDanaSees(portico: Portico, dana: Portico, projectId: string): Promise<void> {
  const [all, seen] = [await resourcesOf(portico), await resourcesOf(dana)];
  const linked = await dana.projectResources.list(projectId).toArray({ limit: 100 });
  const readable = new Set(seen.map(({ id }) => id));
  console.log(
    `${customer.person} sees ${seen.length} of ${all.length} resources, and of her project what these are called`,
  );
  console.table(
    all.map(({ id, table, name }) => ({
      table,
      name,
      opens: readable.has(id) ? "yes" : "no",
      inProject: linked.find(({ resourceId }) => resourceId === id)?.denormalizedStatus ?? "no",
    })),
  );
  try {
    await dana.docks.list();
    throw new Error("Clients have no business with docks.");
  } catch (error) {
    if (!isProblem(error, "forbidden")) throw error;
    console.log(`docks: ${error.status} ${error.code}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
