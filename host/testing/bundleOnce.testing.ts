import { createHash, randomUUID } from "node:crypto";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deserialize, serialize } from "node:v8";
import { bundleFunctions } from "../bundle/bundleFunctions";
import { makeScratchDirectory } from "../scratchDirectory";
import type { BundledModule, FunctionBundle } from "../bundle/bundleFunctions";

interface KeptBundle {
  readonly bundle: FunctionBundle;
  readonly directory: string;
  readonly globalsKey: string;
}

const kept = new Map<string, Promise<KeptBundle>>();

/**
 * As {@link bundleFunctions}, with one build per folder and test run, whichever process is first: deployments get a copy with
 * their own key in the place of the builder's. For folders that no test edits.
 */
export async function bundleOnce(
  functionsDirectory: string,
  outputDirectory: string,
  globalsKey: string,
): Promise<FunctionBundle> {
  let keeping = kept.get(functionsDirectory);
  if (keeping === undefined) kept.set(functionsDirectory, (keeping = keep(functionsDirectory, globalsKey)));
  const { bundle, directory, globalsKey: keptKey } = await keeping;
  copyWithKey(directory, outputDirectory, keptKey, globalsKey);
  const copy = moved(bundle, directory, outputDirectory);
  return {
    ...copy,
    components: copy.components.map((component) => ({
      ...component,
      globalsKey: component.globalsKey.replace(keptKey, globalsKey),
    })),
  };
}

/** Copies a folder, one key replaced by another; what does not hold the key is linked, since nobody writes to it. */
function copyWithKey(from: string, to: string, keptKey: string, globalsKey: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyWithKey(source, target, keptKey, globalsKey);
    else if (!entry.isFile()) cpSync(source, target, { recursive: true, verbatimSymlinks: true });
    else if (!holdsKey(source, keptKey)) linkSync(source, target);
    else writeFileSync(target, readFileSync(source, "utf8").replaceAll(keptKey, globalsKey));
  }
}

const knownToHold = new Map<string, boolean>();

function holdsKey(file: string, key: string): boolean {
  const known = knownToHold.get(file);
  if (known !== undefined) return known;
  const holds = file.endsWith(".mjs") && readFileSync(file, "utf8").includes(key);
  knownToHold.set(file, holds);
  return holds;
}

/** The bundle with the addresses that its modules have in another directory. */
function moved(bundle: FunctionBundle, from: string, to: string): FunctionBundle {
  const [fromUrl, toUrl] = [pathToFileURL(from).href, pathToFileURL(to).href];
  const modulesOf = (modules: readonly BundledModule[]): readonly BundledModule[] =>
    modules.map((module) => ({ ...module, url: toUrl + module.url.slice(fromUrl.length) }));
  return {
    ...bundle,
    modules: modulesOf(bundle.modules),
    components: bundle.components.map((component) => ({ ...component, modules: modulesOf(component.modules) })),
  };
}

/** What some process of this run has built, or what this one builds now and leaves to the others. */
async function keep(functionsDirectory: string, like: string): Promise<KeptBundle> {
  const shared = process.env["PORTICO_TEST_BUNDLES"];
  const scratch = shared ?? makeScratchDirectory("bundle");
  if (shared === undefined) process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  // As deep as a deployment's own, since source maps name sources relative to themselves.
  const directory = join(scratch, createHash("sha256").update(functionsDirectory).digest("hex"));
  const description = `${directory}.description`;
  // Written last and in one step, so what it describes is whole.
  if (existsSync(description)) return readKept(description);
  const building = mkdtempSync(join(scratch, "building-"));
  // As long as the keys it is replaced by, so that positions in source maps stay true.
  const globalsKey = randomUUID().padEnd(like.length, "-");
  const built = await bundleFunctions(functionsDirectory, building, globalsKey);
  // Of two that build at once the second keeps its own, which is the same.
  if (existsSync(directory)) return { bundle: built, directory: building, globalsKey };
  renameSync(building, directory);
  const result: KeptBundle = { bundle: moved(built, building, directory), directory, globalsKey };
  writeFileSync(`${building}.description`, serialize(result));
  renameSync(`${building}.description`, description);
  return result;
}

function readKept(description: string): KeptBundle {
  const result: KeptBundle = deserialize(readFileSync(description));
  return result;
}
