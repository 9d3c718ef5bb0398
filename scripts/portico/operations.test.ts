import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { databaseIn } from "./dataDirectory";
import { logWriter } from "./logWriter";
import { readSettings } from "./settings";
import { freeSettings } from "./testPortico.testing";

const root = path.join(import.meta.dirname, "../..");
const adminKey = "an-admin-key-of-tests";
let scratch: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
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
  await rm(scratch, { recursive: true });
});

interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs a script of the repository as `npm run` does. */
async function script(name: string, args: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const child = spawn(process.execPath, ["--import", "tsx", path.join(root, "scripts", name), ...args], {
    cwd: root,
    env: { ...environment, ...changes },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  return { exitCode: child.exitCode, output };
}

/** Starts the product and waits until it says that it is ready. */
async function startProduct(changes: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ["--import", "tsx", path.join(root, "scripts/start.ts")], {
    cwd: root,
    env: { ...environment, ...changes },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("is ready")) resolve();
    });
    child.once("exit", () => reject(new Error(errors.join(""))));
  });
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "close");
      return child.exitCode;
    },
  };
}

describe("an installation", () => {
  it("is backed up while it serves, stopped, restored elsewhere and found whole", async () => {
    const product = await startProduct({ PORTICO_ADMIN_KEY: adminKey });
    const backup = path.join(scratch, "backup");
    expect(await script("backup.ts", [backup])).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining("set PORTICO_ADMIN_KEY"),
    });
    expect((await script("checkIntegrity.ts", [])).output).toContain("in use by another host");
    const made = await script("backup.ts", [backup], { PORTICO_ADMIN_KEY: adminKey });
    expect(made).toMatchObject({ exitCode: 0, output: expect.stringContaining(backup) });
    expect(await readdir(backup)).toEqual(expect.arrayContaining(["portico.sqlite", "signing-key.json"]));
    expect(await product.stop()).toBe(0);

    expect((await script("restore.ts", [backup])).output).toContain("is not empty");
    const restored = path.join(scratch, "restored");
    const restore = await script("restore.ts", [backup], { PORTICO_DATA_DIR: restored });
    expect(restore).toMatchObject({ exitCode: 0, output: expect.stringMatching(/No problems[^]*Restored to/) });
    expect(await readFile(path.join(restored, "signing-key.json"), "utf8")).toBe(
      await readFile(path.join(scratch, "data", "signing-key.json"), "utf8"),
    );
    const again = await startProduct({ PORTICO_DATA_DIR: restored });
    expect(await again.stop()).toBe(0);

    const cold = await script("backup.ts", [path.join(scratch, "cold")]);
    expect(cold.exitCode).toBe(0);
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

describe("settings", () => {
  it.each([
    ["PORTICO_ADMIN_KEY", "short"],
    ["PORTICO_ADMIN_KEY", "has spaces in between"],
    ["PORTICO_LOG", "xml"],
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
  it("are one JSON object each, whatever was logged", () => {
    const lines: string[] = [];
    const log = logWriter("json", (text) => lines.push(text));
    log({ path: "a:b", line: "[WARN] 'two\nlines'" });
    log({ path: "", line: "plain" });
    expect(lines.every((line) => line.endsWith("\n") && line.trimEnd().split("\n").length === 1)).toBe(true);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { time: expect.any(String), level: "warn", function: "a:b", message: "'two\nlines'" },
      { time: expect.any(String), level: "info", message: "plain" },
    ]);
  });
});
