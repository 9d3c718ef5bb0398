import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isSdkBuildStale } from "../../scripts/lib/sdkBuild";

const resolve = createRequire(import.meta.url).resolve;

/** Runs a program and answers what it printed. */
export const run = promisify(execFile);
/** Where a package of this repository is installed. */
export const packageFolder = (name: string) => dirname(resolve(`${name}/package.json`));
export const sdkFolder = fileURLToPath(new URL("..", import.meta.url));

/** A project outside this repository that has installed what would be published. */
export interface Consumer {
  readonly folder: string;
  /** The package as it is installed. */
  readonly installed: string;
  readonly tarball: string;
  readonly write: (name: string, text: string) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Packs the SDK, builds it before that where it is stale, and installs it into an empty project. */
export async function installedConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), "portico-sdk-"));
  const installed = join(folder, "node_modules/@portico/sdk");
  // Built and packed beside sdk/dist, which examples of a test that runs at the same time import.
  const staged = join(folder, "staged");
  await mkdir(join(staged, "src"), { recursive: true });
  const files = ["package.json", "README.md", "METHODS.md", "CHANGELOG.md", "LICENSE"];
  await Promise.all(files.map((name) => copyFile(join(sdkFolder, name), join(staged, name))));
  await writeFile(join(staged, "src/index.ts"), "// Not to be packed.");
  // As `npm test` builds it first; a path that vitest runs by itself may find it older than its sources.
  if (isSdkBuildStale()) {
    const tsup = join(packageFolder("tsup"), "dist/cli-default.js");
    await run(process.execPath, [tsup, "--out-dir", join(staged, "dist")], { cwd: sdkFolder });
  } else {
    await cp(join(sdkFolder, "dist"), join(staged, "dist"), { recursive: true });
  }
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: staged });
  const [packed] = JSON.parse(stdout);
  const tarball = join(folder, packed.filename);
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);
  // Its one dependency, and what type-checking a consumer takes; nothing else of this repository is visible.
  await symlink(packageFolder("convex"), join(folder, "node_modules/convex"));
  return {
    folder,
    installed,
    tarball,
    write: async (name, text) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
