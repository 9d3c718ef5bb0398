import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { Commands } from "../lib/commands.testing";
import { readDemoData } from "./demo";
import { freeSettings } from "./testPortico.testing";
import type { ChildProcess } from "node:child_process";

const repository = path.join(import.meta.dirname, "../..");

let commands: Commands;

beforeAll(() => {
  commands = new Commands();
});
afterAll(() => commands.close());

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
}

function run(script: string, settings: Readonly<Record<string, string>>, args: readonly string[] = []): Started {
  // As npm's scripts do.
  const child = spawn(process.execPath, [path.join(repository, "scripts/run.js"), script, ...args], {
    cwd: repository,
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const exitCode = new Promise<number | null>((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exitCode;
  });
  return { child, output: () => text, exitCode };
}

async function environment(): Promise<Record<string, string>> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-start-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const { cloudPort, sitePort } = await freeSettings(dataDirectory);
  return { PORTICO_DATA_DIR: dataDirectory, PORTICO_PORT: String(cloudPort), PORTICO_SITE_PORT: String(sitePort) };
}

async function untilReady({ output, exitCode }: Started): Promise<void> {
  const ended = exitCode.then(() => "ended");
  while (!output().includes("Try it:")) {
    const outcome = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
    if (outcome === "ended") throw new Error(`The start ended: ${output()}`);
  }
}

/** One line without a stack, and a non-zero exit. */
async function expectRefusal(
  script: string,
  settings: Readonly<Record<string, string>>,
  text: string | RegExp,
  args: readonly string[] = [],
) {
  const { exitCode, output } = await commands.run(script, args, { ...process.env, ...settings });
  expect([exitCode, output.trim().split("\n")]).toEqual([1, [expect.stringMatching(text)]]);
}

it("starts, seeds, prints a curl line that works when pasted, and ends on a signal", async () => {
  const settings = await environment();
  const started = run("scripts/start.ts", settings);
  await untilReady(started);
  const line = /^ {2}(curl .*)$/m.exec(started.output())?.[1] ?? "";
  const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -s`]);
  expect(Object(JSON.parse(stdout)).data.length).toBeGreaterThan(0);

  const directory = settings["PORTICO_DATA_DIR"] ?? "";
  expect((await stat(path.join(directory, "demo.json"))).mode & 0o777).toBe(0o600);
  const demo = await readDemoData(directory);
  expect(demo?.organizations.map(({ slug }) => slug)).toEqual(["acme", "globex"]);

  const forRole = ["--organization", "acme", "--role", "viewer"];
  const token = await commands.run("scripts/token.ts", forRole, { ...process.env, ...settings });
  expect(token.exitCode).toBe(0);
  const me = await fetch(`${demo?.restUrl}/v1/me`, { headers: { authorization: `Bearer ${token.output.trim()}` } });
  expect(Object(await me.json()).role.key).toBe("viewer");

  await expectRefusal("scripts/start.ts", { ...settings, PORTICO_PORT: "0" }, "PORTICO_PORT must be a port");
  // Whatever ports it is told, a second start names who has the data.
  const address = `http://127.0.0.1:${settings["PORTICO_PORT"]}`;
  for (const script of ["scripts/start.ts", "scripts/checkIntegrity.ts"])
    await expectRefusal(
      script,
      { ...(await environment()), PORTICO_DATA_DIR: directory },
      new RegExp(
        `^${directory} is served by process \\d+ at ${address}\\. Stop that one first, or choose another PORTICO_DATA_DIR\\.$`,
      ),
    );
  await expectRefusal(
    "scripts/backup.ts",
    { ...(await environment()), PORTICO_DATA_DIR: directory },
    `The installation is running at ${address}: set PORTICO_ADMIN_KEY for it and for this command, or stop it first.`,
    [`${directory}-backup`],
  );

  started.child.kill("SIGTERM");
  expect(await started.exitCode).toBe(0);
  expect(started.output()).toMatch(/^Stopped$/m);
  expect(started.output()).not.toContain("GET /v1/schedules");
});

it("prints a line for each request in development", async () => {
  const settings = await environment();
  const started = run("scripts/start.ts", settings, ["--watch"]);
  await untilReady(started);
  const headers = { "x-request-id": "seen-in-development", "portico-organization": "acme" };
  await fetch(`http://127.0.0.1:${settings["PORTICO_SITE_PORT"]}/v1/schedules?q=secret`, { headers });
  const line = /^GET \/v1\/schedules 401 [\d.]+ ms seen-in-development schedules\.list acme$/m;
  await expect.poll(started.output).toMatch(line);
});

it("refuses a misspelt setting, and an address that it has not, each by the variable's name", async () => {
  const settings = await environment();
  await expectRefusal(
    "scripts/start.ts",
    { ...settings, PORTICO_DATADIR: "d" },
    "PORTICO_DATADIR is not a setting; PORTICO_DATA_DIR is.",
  );
  await expectRefusal(
    "scripts/start.ts",
    { ...settings, PORTICO_HOST: "192.0.2.77" },
    "This machine has no address 192.0.2.77. Choose another PORTICO_HOST.",
  );
});

it("names in one line the identity provider that is not right, and what to do", async () => {
  const providers = '[{"preset":"clerc","domain":"https://id.example"}]';
  await expectRefusal(
    "scripts/start.ts",
    { ...(await environment()), AUTH_PROVIDERS: providers },
    'AUTH_PROVIDERS, entry 1: there is no preset "clerc"; take one of clerk',
  );
});

it("ends with the npm that started it", async () => {
  const settings = await environment();
  const npm = spawn("npm", ["start"], { cwd: repository, env: { ...process.env, ...settings }, stdio: "ignore" });
  const isServing = () =>
    fetch(`http://127.0.0.1:${settings["PORTICO_SITE_PORT"]}/v1/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  const until = async (expected: boolean) => {
    while ((await isServing()) !== expected) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  await until(true);
  npm.kill("SIGTERM");
  await until(false);
  expect(await isServing()).toBe(false);
});

it.each([
  ["at its very beginning", () => true],
  ["while it seeds", (directory: string) => existsSync(path.join(directory, "served-by.json"))],
])("asked to stop %s, twice as by npm, a start says so and leaves nothing half", async (_when, isThen) => {
  const settings = await environment();
  const directory = settings["PORTICO_DATA_DIR"] ?? "";
  const started = run("scripts/start.ts", { ...settings, PORTICO_LOG: "json" });
  await expect
    .poll(() => started.output().includes('"event":"start"') && isThen(directory), { interval: 5 })
    .toBe(true);
  for (const signal of ["SIGINT", "SIGINT"] as const) started.child.kill(signal);
  expect(await started.exitCode, started.output()).toBe(0);
  expect(started.output()).toMatch(/"event":"stop","reason":"SIGINT"}\n[^]*"event":"stopped"}\n$/);
  expect(started.output()).not.toContain('"level":"error"');
  expect((await readdir(directory)).filter((name) => /served-by|-wal$|\.new$/.test(name))).toEqual([]);

  const again = run("scripts/start.ts", settings);
  await untilReady(again);
  const demo = await readDemoData(directory);
  const headers = { authorization: `Bearer ${demo?.organizations[0]?.apiKey}` };
  expect((await fetch(`${demo?.restUrl}/v1/schedules`, { headers })).status).toBe(200);
  expect(again.output()).not.toContain("WARN");
});

it("says in one line that a port is taken", async () => {
  const settings = await environment();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(Number(settings["PORTICO_SITE_PORT"]), "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  await expectRefusal(
    "scripts/start.ts",
    settings,
    `Port ${settings["PORTICO_SITE_PORT"]} on 127.0.0.1 is already in use by another process. Choose another PORTICO_SITE_PORT.`,
  );
});

it("says in one line that the file is damaged, or its directory impossible, and leaves it as it is", async () => {
  const settings = await environment();
  const file = path.join(settings["PORTICO_DATA_DIR"] ?? "", "portico.sqlite");
  await writeFile(file, "this is no database, and long enough to be taken for one at first sight ".repeat(20));
  const sizeBytes = (await stat(file)).size;
  await expectRefusal("scripts/start.ts", settings, /portico\.sqlite is damaged or not a store of this host/);
  expect((await stat(file)).size).toBe(sizeBytes);
  await expectRefusal("scripts/checkIntegrity.ts", settings, /is damaged or not a store of this host/);
  await expectRefusal(
    "scripts/start.ts",
    { ...settings, PORTICO_DATA_DIR: path.join(file, "data") },
    /^The data directory .* cannot be made or written/,
  );
});
