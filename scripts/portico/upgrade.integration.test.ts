import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cachedBundles } from "../../host/bundle/cachedBundles";
import { checkIntegrity } from "../../host/store/integrityCheck";
import { Commands } from "../lib/commands.testing";
import { repositoryRoot } from "../lib/repositoryFiles";
import { databaseName } from "./dataDirectory";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";
import type { bundleFunctions } from "../../host/bundle/bundleFunctions";
import type { RunningPortico } from "./startPortico";

type Bundle = typeof bundleFunctions;

/** What the version before did not have: a field, an index and a table. */
const additions: readonly (readonly [file: string, added: RegExp])[] = [
  ["sites/tables.ts", /^ {2}psaParentCompanyId: described\([^;]*?\)\.optional\(\),\n/m],
  ["workspace/tables.ts", /^ {2}\.index\("by_organizationId_and_deletedAt_and_status_and_startDate", \[[^\]]*\]\)\n/m],
  ["schema.ts", /^ {2}webhookEvents,\n/m],
];

let commands: Commands;
let scratch: string;
let before: string;
let data: string;

beforeAll(async () => {
  commands = new Commands();
  scratch = await mkdtemp(path.join(tmpdir(), "portico-upgrade-"));
  data = path.join(scratch, "data");
  // Below the repository, where packages are found.
  const cache = path.join(repositoryRoot, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  before = await mkdtemp(path.join(cache, "portico-version-before-"));
  await cp(path.join(repositoryRoot, "convex"), path.join(before, "convex"), { recursive: true });
  for (const [name, added] of additions) {
    const file = path.join(before, "convex", name);
    const text = await readFile(file, "utf8");
    if (!added.test(text)) throw new Error(`convex/${name} has no longer what this test takes out of it: ${added}.`);
    await writeFile(file, text.replace(added, ""));
  }
});

afterAll(async () => {
  await commands.close();
  await rm(scratch, { recursive: true });
  await rm(before, { recursive: true });
});

/** Built once; the older version is started again and again. */
const bundleBefore: Bundle = (_from, to, globalsKey) =>
  cachedBundles(path.join(scratch, "builds"))(path.join(before, "convex"), to, globalsKey);

async function start(directory: string, bundle?: Bundle): Promise<RunningPortico> {
  return startPortico(await freeSettings(directory), () => {}, bundle === undefined ? {} : { bundle });
}

interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(portico: RunningPortico, request: string, credential: string, body?: object): Promise<Answered> {
  const [method = "", url = ""] = request.split(" ");
  const answer = await fetch(portico.siteUrl + url, {
    method,
    headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: Object(await answer.json()) };
}

/** Runs a command as the page says to. */
async function command(script: string, directory: string, target: string): Promise<string> {
  const { cloudPort, sitePort } = await freeSettings(directory);
  const ports = { PORTICO_PORT: String(cloudPort), PORTICO_SITE_PORT: String(sitePort) };
  const { exitCode, stdout, output } = await commands.run(`scripts/${script}`, [target], {
    ...process.env,
    ...ports,
    PORTICO_DATA_DIR: directory,
  });
  expect(exitCode, output).toBe(0);
  return stdout;
}

it("a newer version takes the data over, an older one refuses it unchanged, and the backup brings it back, as docs/operate.md says", async () => {
  const older = await start(data, bundleBefore);
  const [acme] = older.demo?.organizations ?? [];
  if (acme === undefined) throw new Error("The demo has organizations.");
  const { apiKey, users, siteId } = acme;
  const agentKey = acme.agents[0]?.key ?? "";
  const schedule = { title: "Before the upgrade", startDate: 1, endDate: 2, status: "active" };
  const made = await ask(older, "POST /v1/schedules", users.owner.token, schedule);
  expect(made.status).toBe(201);
  for (const name of ["first", "second", "third"]) await ask(older, "POST /v1/items", apiKey, { name });
  const firstPage = await ask(older, "GET /v1/items?limit=1", apiKey);
  const { nextCursor }: { nextCursor?: string } = Object(firstPage.body["page"]);
  const rest = `GET /v1/items?limit=100&cursor=${nextCursor}`;
  const restBefore = await ask(older, rest, apiKey);
  expect(restBefore.status).toBe(200);
  const token = await ask(older, "POST /v1/api-keys", users.owner.token, { name: "kept", scopes: ["item:read"] });
  const keptKey = String(token.body["key"]);
  const newField = { psaParentCompanyId: "parent-1" };
  expect((await ask(older, `PATCH /v1/sites/${siteId}`, apiKey, newField)).status).toBe(400);
  await older.close();

  // To upgrade: back up, then start the newer version.
  const backup = path.join(scratch, "backup");
  await command("backup.ts", data, backup);
  const newer = await start(data);
  const location = `/v1/schedules/${String(made.body["id"])}`;
  expect((await ask(newer, `GET ${location}`, users.member.token)).body).toEqual(made.body);
  expect((await ask(newer, rest, apiKey)).body).toEqual(restBefore.body);
  expect((await ask(newer, "GET /v1/items", keptKey)).status).toBe(200);
  expect((await ask(newer, "GET /v1/agents/self", agentKey)).status).toBe(200);
  const active = await ask(newer, "GET /v1/schedules?status=active&limit=100", apiKey);
  expect(active.body["data"]).toContainEqual(made.body);
  expect((await ask(newer, `PATCH /v1/sites/${siteId}`, apiKey, newField)).body).toMatchObject(newField);
  const written = await ask(newer, "POST /v1/items", apiKey, { name: "after the upgrade" });
  expect(written.status).toBe(201);
  await newer.close();
  expect((await checkIntegrity(path.join(data, databaseName))).problems).toEqual([]);

  // What does not fit is found at the start, which is refused, and nothing has changed.
  await expect(start(data, bundleBefore)).rejects.toThrow("psaParentCompanyId");
  expect((await checkIntegrity(path.join(data, databaseName))).problems).toEqual([]);
  const again = await start(data);
  expect((await ask(again, `GET /v1/items/${String(written.body["id"])}`, apiKey)).body).toEqual(written.body);
  await again.close();

  // Back: the data directory aside, the backup in its place, the version before.
  await rename(data, `${data}-aside`);
  expect(await command("restore.ts", data, backup)).toMatch(/No problems[^]*Restored to/);
  const back = await start(data, bundleBefore);
  expect((await ask(back, `GET ${location}`, users.member.token)).body).toEqual(made.body);
  expect((await ask(back, rest, apiKey)).body).toEqual(restBefore.body);
  expect((await ask(back, "GET /v1/items", keptKey)).status).toBe(200);
  expect((await ask(back, `GET /v1/items/${String(written.body["id"])}`, apiKey)).status).toBe(404);
  await back.close();
});
