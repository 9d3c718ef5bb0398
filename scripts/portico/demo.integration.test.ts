import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openDevelopmentIssuer } from "../../host/development/issuer";
import { readDemoData, renewDemoKeys } from "./demo";
import { operatorOf } from "./operatorCall";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";
import type { RunningPortico } from "./startPortico";

it("gives the demo key, at the next start, the permissions that it does not have yet", async () => {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-demo-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const first = await startPortico(await freeSettings(dataDirectory), () => {});
  const apiKey = first.demo?.organizations[0]?.apiKey ?? "";
  const { data }: { data: { id: string }[] } = await owner(first, "GET", "/v1/api-keys");
  // The key as it was before the other permissions joined the catalogue.
  await owner(first, "PATCH", `/v1/api-keys/${data[0]?.id}`, { scopes: ["item:read"] });
  expect(await statusOf(first, apiKey)).toBe(403);
  await first.close();

  const second = await startPortico(await freeSettings(dataDirectory), () => {});
  expect(second.demo?.organizations[0]?.apiKey).toBe(apiKey);
  expect(await statusOf(second, apiKey)).toBe(200);
  await second.close();
});

let seeded: string;

beforeAll(async () => {
  seeded = await mkdtemp(path.join(tmpdir(), "portico-demo-"));
  await (await startPortico(await freeSettings(seeded), () => {})).close();
});
afterAll(() => rm(seeded, { recursive: true }));

/** The data directory of an installation with the demo, which is stopped; always the same one. */
async function seededDirectory(): Promise<string> {
  const directory = await newDirectory();
  await cp(seeded, directory, { recursive: true });
  return directory;
}

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "portico-demo-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts on a data directory; what was logged meanwhile is `logged`. */
async function started(dataDirectory: string, seed: "demo" | "none" = "demo") {
  const logged: string[] = [];
  const settings = { ...(await freeSettings(dataDirectory)), seed };
  const portico = await startPortico(settings, ({ line }) => logged.push(line));
  onTestFinished(() => portico.close());
  return { ...portico, logged };
}

describe("whatever has become of demo.json, the start goes on, says it in one line, and fresh keys can be had", () => {
  const faults: readonly (readonly [fault: string, spoil: (file: string) => Promise<void>, said: string])[] = [
    ["missing, as after a crash between the seed and the file", () => Promise.resolve(), "is missing"],
    ["no JSON", (file) => writeFile(file, "{"), "is damaged"],
    ["another shape", (file) => writeFile(file, '{"organizations":[]}'), "is damaged"],
    ["a directory", (file) => mkdir(file).then(() => undefined), "cannot be read (EISDIR)"],
  ];

  it.each(faults)("%s", async (_fault, spoil, said) => {
    const dataDirectory = await seededDirectory();
    const file = path.join(dataDirectory, "demo.json");
    const lost = (await readDemoData(dataDirectory))?.organizations[0]?.apiKey ?? "";
    await rm(file);
    await spoil(file);

    const { logged, ...portico } = await started(dataDirectory);
    expect(portico.demo).toBeUndefined();
    expect(portico.isEmpty).toBe(false);
    expect(logged).toEqual([`[WARN] ${file} ${said}; npm run demo-keys makes fresh keys.`]);
    expect(await statusOf(portico, lost)).toBe(200);

    if (said.includes("EISDIR")) await rm(file, { recursive: true });
    await renewKeys(portico, dataDirectory);
    const renewed = await readDemoData(dataDirectory);
    for (const { apiKey, agents, enrollmentToken } of renewed?.organizations ?? []) {
      expect(await statusOf(portico, apiKey)).toBe(200);
      expect(await statusOf(portico, agents[2]?.key ?? "", "/v1/agents/self")).toBe(200);
      expect(await enrolledAs(portico, enrollmentToken)).toBe(201);
    }
    expect(renewed?.organizations).toHaveLength(2);
    expect(await statusOf(portico, lost)).toBe(401);
  });

  it("and the next start with fresh keys says nothing", async () => {
    const dataDirectory = await seededDirectory();
    await rm(path.join(dataDirectory, "demo.json"));
    const portico = await started(dataDirectory);
    await renewKeys(portico, dataDirectory);
    await portico.close();
    const last = await started(dataDirectory);
    expect(last.logged).toEqual([]);
    expect(last.demo?.organizations).toHaveLength(2);
    expect(await statusOf(last, last.demo?.organizations[0]?.apiKey ?? "")).toBe(200);
  });

  it("keys of another installation", async () => {
    const [here, elsewhere] = [await seededDirectory(), await newDirectory()];
    await (await started(elsewhere)).close();
    const file = path.join(here, "demo.json");
    const foreign = await readFile(path.join(elsewhere, "demo.json"), "utf8");
    await writeFile(file, foreign);
    const { demo, logged } = await started(here);
    expect(demo).toBeUndefined();
    expect(logged).toEqual([`[WARN] The keys in ${file} open nothing here; npm run demo-keys makes fresh keys.`]);
    expect(await readFile(file, "utf8")).toBe(foreign);
  });

  it("of another installation, where there is no demo", async () => {
    const own = await newDirectory();
    const empty = await started(own, "none");
    expect(empty.isEmpty).toBe(true);
    const call = operatorOf(empty.deployment);
    await call("action", "tenancy/operator:createOrganization", { name: "Own", ownerEmail: "ada@own.example" });
    await empty.close();
    const file = path.join(own, "demo.json");
    await writeFile(file, await readFile(path.join(seeded, "demo.json"), "utf8"));
    const { logged, ...portico } = await started(own);
    const { demo, isEmpty } = portico;
    expect({ demo, isEmpty }).toEqual({ demo: undefined, isEmpty: false });
    expect(logged).toEqual([`[WARN] ${file} is of another installation; delete it.`]);
    await expect(renewKeys(portico, own)).rejects.toThrow(
      "There is no demo in this installation; npm start makes it where there is no organization.",
    );
  });
});

/** What `npm run demo-keys` does. */
async function renewKeys({ siteUrl, cloudUrl, deployment }: RunningPortico, dataDirectory: string): Promise<string> {
  const issuer = await openDevelopmentIssuer(dataDirectory);
  return renewDemoKeys({ call: operatorOf(deployment), issuer, dataDirectory, siteUrl, cloudUrl });
}

async function owner({ siteUrl, demo }: RunningPortico, method: string, route: string, body?: object) {
  const response = await fetch(`${siteUrl}${route}`, {
    method,
    headers: {
      authorization: `Bearer ${demo?.organizations[0]?.users.owner.token}`,
      "content-type": "application/json",
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.status).toBe(200);
  return response.json();
}

async function statusOf({ siteUrl }: RunningPortico, credential: string, route = "/v1/sites"): Promise<number> {
  const { status } = await fetch(`${siteUrl}${route}`, { headers: { authorization: `Bearer ${credential}` } });
  return status;
}

async function enrolledAs({ siteUrl }: RunningPortico, enrollmentToken: string): Promise<number> {
  const { status } = await fetch(`${siteUrl}/v1/agents/enroll`, {
    method: "POST",
    headers: { authorization: `Bearer ${enrollmentToken}`, "content-type": "application/json" },
    body: JSON.stringify({ guid: "new-device-0001", hostname: "new", platform: "linux", version: "1.0.0" }),
  });
  return status;
}
