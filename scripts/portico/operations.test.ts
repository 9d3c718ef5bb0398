import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Commands } from "../lib/commands.testing";
import { databaseIn } from "./dataDirectory";
import { mountSmallDisk } from "../../host/testing/crash/smallDisk.testing";
import { logWriter } from "./logWriter";
import { readSettings } from "./settings";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";
import type { Ended } from "../lib/commands.testing";

const root = path.join(import.meta.dirname, "../..");
const adminKey = "an-admin-key-of-tests";
let scratch: string;
let environment: NodeJS.ProcessEnv;
let commands: Commands;

beforeAll(async () => {
  commands = new Commands();
  scratch = await mkdtemp(path.join(tmpdir(), "portico-operations-"));
  const { cloudPort, sitePort } = await freeSettings(scratch);
  environment = {
    ...process.env,
    PORTICO_DATA_DIR: path.join(scratch, "data"),
    PORTICO_PORT: String(cloudPort),
    PORTICO_SITE_PORT: String(sitePort),
    PORTICO_SEED: "none",
    PORTICO_LOG: "json",
  };
});

afterAll(async () => {
  await commands.close();
  await rm(scratch, { recursive: true });
});

/** Runs a script of the repository as `npm run` does. */
async function script(name: string, args: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return commands.run(`scripts/${name}`, args, { ...environment, ...changes });
}

/** Starts the product and waits until it says that it is ready. */
async function startProduct(changes: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [path.join(root, "scripts/run.js"), "scripts/start.ts"], {
    cwd: root,
    env: { ...environment, ...changes },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", () => {
      if (errors.join("").includes('"event":"ready"')) resolve();
    });
    child.once("exit", () => reject(new Error(errors.join(""))));
  });
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "close");
      return child.exitCode;
    },
    log: () => errors.join(""),
  };
}

/** The files of a directory that others than their owner may read or write. */
async function openFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const modes = await Promise.all(files.map(async (file) => ({ file, mode: (await stat(file)).mode })));
  return modes.filter(({ mode }) => (mode & 0o077) !== 0).map(({ file }) => file);
}

/** Serves a data directory, new or not, and stops. */
async function runOnce(dataDirectory: string): Promise<void> {
  const settings = await freeSettings(dataDirectory);
  const portico = await startPortico({ ...settings, seed: "none" }, () => {});
  expect(portico.isEmpty).toBe(true);
  await portico.close();
}

describe("an installation", () => {
  it("is backed up while it serves, stopped, restored elsewhere and found whole, its files their owner's alone", async () => {
    // As an operator makes it: others may look into it.
    await mkdir(path.join(scratch, "data"), { mode: 0o755 });
    const product = await startProduct({ PORTICO_ADMIN_KEY: adminKey });
    const backup = path.join(scratch, "backup");
    expect(await script("backup.ts", [backup])).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining("set PORTICO_ADMIN_KEY"),
    });
    expect((await script("checkIntegrity.ts", [])).output).toMatch(/data is served by process \d+ at http:\/\/127/);
    // Under other ports, too: the data directory says where it is served.
    const elsewhere = await freeSettings(scratch);
    const made = await script("backup.ts", [backup], {
      PORTICO_ADMIN_KEY: adminKey,
      PORTICO_PORT: String(elsewhere.cloudPort),
      PORTICO_SITE_PORT: String(elsewhere.sitePort),
      PORTICO_HOST: "127.0.0.2",
    });
    expect(made).toMatchObject({ exitCode: 0, output: expect.stringContaining(backup) });
    expect(await readdir(backup)).toEqual(expect.arrayContaining(["portico.sqlite", "signing-key.json"]));
    expect(await readdir(backup)).not.toContain("served-by.json");
    expect(await openFiles(path.join(scratch, "data"))).toEqual([]);
    expect(await product.stop()).toBe(0);

    expect((await script("restore.ts", [backup])).output).toContain("is not empty");
    const restored = path.join(scratch, "restored");
    const restore = await script("restore.ts", [backup], { PORTICO_DATA_DIR: restored });
    expect(restore).toMatchObject({ exitCode: 0, output: expect.stringMatching(/No problems[^]*Restored to/) });
    expect(await readFile(path.join(restored, "signing-key.json"), "utf8")).toBe(
      await readFile(path.join(scratch, "data", "signing-key.json"), "utf8"),
    );
    await runOnce(restored);

    const cold = await script("backup.ts", [path.join(scratch, "cold")]);
    expect(cold.exitCode).toBe(0);
    for (const directory of ["backup", "restored", "cold"])
      expect(await openFiles(path.join(scratch, directory)), directory).toEqual([]);
    const check = await script("checkIntegrity.ts", [path.join(scratch, "cold")]);
    expect(check).toMatchObject({ exitCode: 0, output: expect.stringMatching(/_cron_jobs +\d+ +\d+/) });
  });
});

describe("a backup", () => {
  it.each(["data", "data/backups/mine", "data/../data/inside"])(
    "into %s would hold itself, and is refused",
    async (target) => {
      const made = await script("backup.ts", [path.join(scratch, target)]);
      expect(made).toMatchObject({
        exitCode: 1,
        output: expect.stringMatching(/lies in the data directory.*outside\.\n$/),
      });
    },
  );

  it.each(["backup.ts", "checkIntegrity.ts", "demoKeys.ts"])(
    "or check where nothing is names the variable: %s",
    async (name) => {
      const nowhere = path.join(scratch, "nowhere");
      const refused = await script(name, name === "backup.ts" ? [path.join(scratch, "copy")] : [], {
        PORTICO_DATA_DIR: nowhere,
      });
      const line = `There is no directory ${nowhere}. Set PORTICO_DATA_DIR as for npm start.`;
      expect(refused).toMatchObject({ exitCode: 1, output: `${line}\n` });
    },
  );

  const stopped = () => ({ PORTICO_DATA_DIR: path.join(scratch, "stopped") });
  let installed: Promise<unknown> | undefined;
  /** Backs up an installation that has run once and does no more. */
  const cold = async (target: string, args: readonly string[] = []) => {
    installed ??= runOnce(stopped().PORTICO_DATA_DIR);
    await installed;
    return script("backup.ts", [...args, target], stopped());
  };

  it("with --keep has its time for a name, and takes the place of the oldest", async () => {
    const target = path.join(scratch, "kept");
    const strangers = ["notes", "2001-01-01T00-00-00.000Z", "2001-01-01T00-00-00.000Z.other"];
    for (const name of strangers) await mkdir(path.join(target, name), { recursive: true });
    await mkdir(path.join(target, ".2001-01-01T00-00-00.000Z.unfinished-a1B2c3"));
    const made: string[] = [];
    for (let run = 0; run < 3; run++) {
      const { exitCode, output } = await cold(target, ["--keep", "2"]);
      expect(exitCode).toBe(0);
      made.push(path.basename(/Backed up to (.*)/.exec(output)?.[1] ?? ""));
    }
    expect((await readdir(target)).toSorted()).toEqual([...strangers, ...made.slice(1)].toSorted());
    const check = await script("checkIntegrity.ts", [path.join(target, made[2] ?? "")]);
    expect(check).toMatchObject({ exitCode: 0 });
    for (const keep of ["0", "-1", "many", "1.5"])
      expect(await cold(target, [`--keep=${keep}`])).toMatchObject({
        exitCode: 1,
        output: expect.stringContaining("--keep takes how many"),
      });
  });

  const mountPoint = mkdtempSync(path.join(tmpdir(), "portico-backups-"));
  const disk = mountSmallDisk(path.join(mountPoint, "disk"), 4 << 20);
  afterAll(() => {
    disk?.remove();
    rmSync(mountPoint, { recursive: true });
  });
  if (disk === null) console.log("The backup to a full disk is not tested: this process may not mount a tmpfs.");

  it.skipIf(disk === null)("on a full disk leaves nothing, removes no older one, and says so in one line", async () => {
    if (disk === null) throw new Error("The test is skipped without a disk.");
    const target = path.join(disk.path, "backups");
    const older = path.join(target, "2001-01-01T00-00-00.000Z");
    await mkdir(older, { recursive: true });
    await writeFile(path.join(older, "portico.sqlite"), "older");
    disk.fill();
    const { exitCode, output } = await cold(target, ["--keep", "1"]);
    expect(exitCode).toBe(1);
    expect(output.trim().split("\n")).toEqual([expect.stringMatching(/^There is no space for .*: the disk is full\./)]);
    expect(await readdir(target)).toEqual([path.basename(older)]);
  });
});

describe("a directory to check", () => {
  it.each<[string, string, RegExp]>([
    ["an empty path", "", /^The path is empty\./],
    ["white space", " ", /^The path is empty\./],
    ["nothing", "nowhere/at/all", /^There is no directory .*nowhere.at.all\.$/],
    ["a file", "portico.sqlite", /portico\.sqlite is a file\. Name the directory that it is in\.$/],
    [
      "an empty directory",
      "empty",
      /empty is neither a data directory nor a backup: it holds no file portico\.sqlite\.$/,
    ],
    ["a directory of that name", "odd", /odd is neither a data directory nor a backup/],
  ])("that is %s is refused in one line", async (_title, name, line) => {
    const directory = await mkdtemp(path.join(scratch, "check-"));
    await mkdir(path.join(directory, "empty"));
    await mkdir(path.join(directory, "odd", "portico.sqlite"), { recursive: true });
    await writeFile(path.join(directory, "portico.sqlite"), "");
    const refused = await databaseIn(name.trim() === "" ? name : path.join(directory, name)).catch(String);
    expect(refused.replace(/^Error: /, "")).toMatch(line);
    expect(await databaseIn(directory)).toBe(path.join(directory, "portico.sqlite"));
  });
});

it("tells in JSON of the start, of each request and of the stop, and of no secret", async () => {
  const dataDirectory = path.join(scratch, "logged");
  const product = await startProduct({ PORTICO_DATA_DIR: dataDirectory, PORTICO_ADMIN_KEY: adminKey });
  const site = `http://127.0.0.1:${environment["PORTICO_SITE_PORT"]}`;
  const cloud = `http://127.0.0.1:${environment["PORTICO_PORT"]}`;
  const secret = `sk_live_${"A".repeat(43)}`;
  const authorization = `Bearer ${secret}`;
  await fetch(`${site}/v1/schedules?token=${secret}`, {
    headers: { authorization, "x-request-id": "request-of-test" },
  });
  await fetch(`${site}/v1/schedules/${secret}`, { headers: { "portico-organization": secret } });
  await fetch(`${cloud}/api/query?path=a:b&args=${secret}`, { headers: { authorization: `Convex ${adminKey}` } });
  await fetch(`${cloud}/api/storage/upload?token=${secret}`, { method: "POST", body: secret });
  const metrics = await (await fetch(`${cloud}/metrics`)).text();
  expect(metrics).toContain('portico_requests_total{operation="schedules.list",status="4xx"} 1');
  expect(metrics).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
  expect(await product.stop()).toBe(0);
  const events = product
    .log()
    .trimEnd()
    .split("\n")
    .map((line): Record<string, unknown> => Object(JSON.parse(line)));
  expect(events.map(({ event }) => event)).toEqual(
    expect.arrayContaining(["start", "ready", "request", "stop", "stopped"]),
  );
  expect(events.every(({ time, level }) => typeof time === "string" && typeof level === "string")).toBe(true);
  expect(events.filter(({ event }) => event === "request")).toHaveLength(5);
  expect(events).toContainEqual(
    expect.objectContaining({
      event: "request",
      method: "GET",
      path: "/v1/schedules",
      operation: "schedules.list",
      status: 400,
      requestId: "request-of-test",
      durationMs: expect.any(Number),
    }),
  );
  expect(product.log()).not.toMatch(/A{8}|an-admin-key-of-tests/);
  // The page has every field of every event, and no other.
  const page = await readFile(path.join(root, "docs/operate.md"), "utf8");
  for (const event of ["start", "ready", "request", "log", "stop", "stopped"]) {
    const row = new RegExp(`^\\| \`${event}\` +\\|(.*)\\|$`, "m").exec(page)?.[1] ?? "none";
    // Values stand in brackets and behind colons.
    const named = Array.from(row.replaceAll(/\([^)]*\)|:.*$/g, "").matchAll(/`(\w+)`/g), ([, name = ""]) => name);
    const seen = events.filter((line) => line["event"] === event).flatMap((line) => Object.keys(line));
    const own = new Set(seen.filter((name) => !["time", "level", "event"].includes(name)));
    expect([event, [...own].toSorted()]).toEqual([event, named.filter((name) => own.has(name)).toSorted()]);
    // Which log lines there are is a matter of chance; of the others each field is always there.
    const always = event === "log" ? [] : named;
    expect(always.filter((name) => !own.has(name))).toEqual([]);
  }
});

describe("settings", () => {
  it.each([
    ["PORTICO_ADMIN_KEY", "short"],
    ["PORTICO_ADMIN_KEY", "has spaces in between"],
    ["PORTICO_LOG", "xml"],
    ["PORTICO_LOG_LEVEL", "loud"],
    ["PORTICO_STOP_SECONDS", "-1"],
    ["PORTICO_STOP_SECONDS", "soon"],
    ["PORTICO_REDACT_ERRORS", "yes"],
  ])("refuse %s=%s by name", (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(name);
  });

  it("keep errors from strangers by default, and show them in development", () => {
    expect(readSettings({}).redactErrors).toBe(true);
    expect(readSettings({}, { watch: true }).redactErrors).toBe(false);
    expect(readSettings({ PORTICO_REDACT_ERRORS: "false" }).redactErrors).toBe(false);
  });

  it("have no admin key by default", () => {
    expect(readSettings({})).not.toHaveProperty("adminKey");
    expect(readSettings({ PORTICO_ADMIN_KEY: "" })).not.toHaveProperty("adminKey");
  });
});

describe("log lines", () => {
  const note = { level: "info", event: "request", fields: { status: 200 }, text: () => "GET / 200" } as const;

  it("are one JSON object each, whatever was logged", () => {
    const lines: string[] = [];
    const log = logWriter({ format: "json", level: "debug", write: (text) => lines.push(text) });
    log.entry({ path: "a:b", line: "[WARN] 'two\nlines'" });
    log.entry({ path: "", line: "plain" });
    const odd = { durationMs: 1.25, never: Number.NaN, organization: null, path: '/"\\\n\u2028é' };
    log.event({ ...note, fields: odd });
    log.flush();
    expect(lines.every((line) => line.endsWith("\n") && line.trimEnd().split("\n").length === 1)).toBe(true);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { time: expect.any(String), level: "warn", event: "log", function: "a:b", message: "'two\nlines'" },
      { time: expect.any(String), level: "info", event: "log", message: "plain" },
      { time: expect.any(String), level: "info", event: "request", ...odd, never: null },
    ]);
  });

  it("of requests are written together, and everything in its order", async () => {
    const writes: string[] = [];
    const log = logWriter({ format: "json", level: "info", write: (text) => writes.push(text) });
    const request = (number: number) => log.event({ ...note, fields: { number } });
    const numbers = () =>
      writes.map((text) => Array.from(text.matchAll(/"(?:number":|event":"log)(\d*)/g), ([, at]) => at));
    for (let number = 1; number <= 3; number++) request(number);
    expect(writes).toEqual([]);
    log.entry({ path: "", line: "[ERROR] at once" });
    expect(numbers()).toEqual([["1", "2", "3", ""]]);
    request(4);
    await expect.poll(() => writes.length).toBe(2);
    request(5);
    log.event({ ...note, level: "error", fields: { number: 6 } });
    expect(numbers().slice(1)).toEqual([["4"], ["5", "6"]]);
    for (let number = 0; number < 1000; number++) request(number);
    log.flush();
    expect(numbers().flat().slice(7)).toEqual(Array.from({ length: 1000 }, (_, number) => String(number)));
    expect(writes.length).toBeLessThan(20);
  });

  it("are of the wanted level and above", () => {
    const lines: string[] = [];
    const log = logWriter({ format: "text", level: "warn", write: (text) => lines.push(text) });
    log.event(note);
    log.entry({ path: "a:b", line: "[LOG] 'hidden'" });
    log.entry({ path: "a:b", line: "[ERROR] 'seen'" });
    log.event({ ...note, level: "error", text: () => "GET / 500" });
    expect(lines).toEqual(["a:b [ERROR] 'seen'\n", "GET / 500\n"]);
  });
});
