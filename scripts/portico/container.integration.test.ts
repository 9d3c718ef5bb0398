import { execFile, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { repositoryFiles, repositoryRoot } from "../lib/repositoryFiles";
import { databaseName } from "./dataDirectory";
import { readSettings } from "./settings";
import { freeSettings } from "./testPortico.testing";
import { unknownVariables } from "./variableNames";

// No container is built here: the instructions of the Dockerfile are followed in a plain directory.

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), "utf8");
const instructions = Array.from(read("Dockerfile").matchAll(/^([A-Z]+) (.*)$/gm), ([, name = "", rest = ""]) => ({
  name,
  rest,
}));
const valuesOf = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const environment = Object.fromEntries(valuesOf("ENV").map((assignment) => assignment.split(/=(.*)/)));
const command = (text: string | undefined): string[] => JSON.parse(/\[.*\]$/.exec(text ?? "")?.[0] ?? "[]");

it("the image runs as nobody special what npm start runs, with settings that a start takes", () => {
  expect(unknownVariables(environment)).toEqual([]);
  const { dataDirectory, serving } = readSettings(environment);
  expect(valuesOf("VOLUME")).toEqual([dataDirectory]);
  expect(serving.hostname).toBe("0.0.0.0");
  expect(valuesOf("USER")).toEqual(["node"]);
  expect(instructions.findLastIndex(({ name }) => name === "RUN")).toBeLessThan(
    instructions.findIndex(({ name }) => name === "USER"),
  );
  const { scripts, engines }: { scripts: Record<string, string>; engines: { node: string } } = JSON.parse(
    read("package.json"),
  );
  expect(command(valuesOf("CMD").at(-1)).join(" ")).toBe(scripts["start"]);
  const [, major = "0"] = /^NODE=(\d+)-/.exec(valuesOf("ARG")[0] ?? "") ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
  const ports = readSettings({ PORTICO_DATA_DIR: dataDirectory });
  expect(valuesOf("EXPOSE")).toEqual([`${ports.cloudPort} ${ports.sitePort}`]);
});

describe("what the image holds", () => {
  let root: string;
  const inImage = (place: string) => path.join(root, place);

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), "portico-container-"));
    const workdir = inImage(valuesOf("WORKDIR")[0] ?? "");
    for (const { name, rest } of instructions) {
      if (name === "COPY" && !rest.startsWith("--from")) copyInto(workdir, rest.split(" "));
      if (name !== "RUN") continue;
      if (rest === "npm ci --omit=dev") linkProductPackages(workdir);
      else run(rest.replaceAll(/-[og] node /g, "").replaceAll(/ (\/)/g, ` ${root}$1`), workdir);
    }
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it("starts without the development's packages, is healthy, takes commands, keeps its data in the volume, and stops in order", async () => {
    const data = inImage(environment["PORTICO_DATA_DIR"] ?? "");
    const compiled = path.join(inImage(valuesOf("WORKDIR")[0] ?? ""), "node_modules/.cache/portico/scripts");
    expect(readdirSync(compiled).filter((file) => file.endsWith(".mjs"))).toHaveLength(1);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    const { cloudPort, sitePort } = await freeSettings(data);
    const settings = {
      PATH: process.env["PATH"],
      ...environment,
      PORTICO_DATA_DIR: data,
      PORTICO_PORT: String(cloudPort),
      PORTICO_SITE_PORT: String(sitePort),
      PORTICO_ADMIN_KEY: "an-admin-key-of-the-container-test",
    };
    const cwd = inImage(valuesOf("WORKDIR").at(-1) ?? "");
    const [healthCommand = "", ...healthArgs] = command(valuesOf("HEALTHCHECK")[0]?.replace("3211", String(sitePort)));
    const isHealthy = () => spawnSync(healthCommand, healthArgs, { cwd, env: settings }).status === 0;
    expect(isHealthy()).toBe(false);

    const [program = "", ...args] = command(valuesOf("CMD").at(-1));
    const served = spawn(program, args, { cwd, env: settings, stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    served.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const exited = new Promise<number | null>((resolve) => served.once("exit", resolve));
    onTestFinished(async () => {
      served.kill("SIGKILL");
      await exited;
    });
    await expect.poll(() => (served.exitCode === null ? log : `It ended: ${log}`)).toMatch(/"ready"|It ended/);
    expect(isHealthy(), log).toBe(true);

    const organization = ["--import", "tsx", "scripts/organization.ts", "Acme", "--owner", "ada@acme.example"];
    const made = await promisify(execFile)(process.execPath, organization, { cwd, env: settings });
    expect(made.stdout).toContain("Made acme (");
    const backup = ["--import", "tsx", "scripts/backup.ts", "--keep", "7", inImage("/var/backups/portico")];
    expect((await promisify(execFile)(process.execPath, backup, { cwd, env: settings })).stdout).not.toBe("");
    expect(statSync(path.join(data, databaseName)).size).toBeGreaterThan(0);

    served.kill(valuesOf("STOPSIGNAL")[0] === "SIGTERM" ? "SIGTERM" : "SIGKILL");
    expect(await exited).toBe(0);
    expect(log).toContain('"event":"stopped"');
    expect(log).not.toContain('"level":"error"');
  });

  function copyInto(workdir: string, words: readonly string[]): void {
    const target = path.join(workdir, words.at(-1) ?? "");
    mkdirSync(target, { recursive: true });
    for (const source of words.slice(0, -1)) {
      if (source === ".")
        for (const file of shipped()) cpSync(path.join(repositoryRoot, file), path.join(target, file));
      else cpSync(path.join(repositoryRoot, source), path.join(target, path.basename(source)));
    }
  }

  /** As `npm ci --omit=dev` leaves it, without a network: the packages that the lock file does not call development's. */
  function linkProductPackages(workdir: string): void {
    const lock: { packages: Record<string, { dev?: boolean; link?: boolean }> } = JSON.parse(read("package-lock.json"));
    for (const [place, { dev, link }] of Object.entries(lock.packages)) {
      if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(place) || dev === true || link === true) continue;
      mkdirSync(path.dirname(path.join(workdir, place)), { recursive: true });
      symlinkSync(path.join(repositoryRoot, place), path.join(workdir, place));
    }
  }

  function run(script: string, cwd: string): void {
    const { status, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8", cwd });
    expect([status, stderr], script).toEqual([0, ""]);
  }
});

/** The files of the repository that `.dockerignore` lets through. */
function shipped(): readonly string[] {
  const patterns = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const source = line
        .replaceAll(/[.+]/g, "\\$&")
        .replaceAll("**/", "\u0000")
        .replaceAll("*", "[^/]*")
        .replaceAll("\u0000", "(?:.*/)?");
      return new RegExp(`^${source}(?:/|$)`);
    });
  const files = repositoryFiles().filter((file) => !patterns.some((pattern) => pattern.test(file)));
  expect(files).toContain("scripts/start.ts");
  expect(files.filter((file) => /\.test\.ts$|^docs\//.test(file))).toEqual([]);
  return files;
}
