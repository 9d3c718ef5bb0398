import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleFunctions } from "../bundle/bundleFunctions";
import type { BundledModule, FunctionBundle } from "../bundle/bundleFunctions";

interface KeptBundle {
  readonly bundle: FunctionBundle;
  readonly directory: string;
  readonly globalsKey: string;
}

const kept = new Map<string, Promise<KeptBundle>>();

/**
 * As {@link bundleFunctions}, with one build per folder and process: further deployments get a copy with their own key in the
 * place of the first one's. For folders that no test edits.
 */
export async function bundleOnce(
  functionsDirectory: string,
  outputDirectory: string,
  globalsKey: string,
): Promise<FunctionBundle> {
  let building = kept.get(functionsDirectory);
  if (building === undefined) kept.set(functionsDirectory, (building = build(functionsDirectory, globalsKey)));
  const { bundle, directory, globalsKey: keptKey } = await building;
  cpSync(directory, outputDirectory, { recursive: true, verbatimSymlinks: true });
  for (const entry of readdirSync(outputDirectory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".mjs")) continue;
    const file = join(entry.parentPath, entry.name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(keptKey, globalsKey));
  }
  const [from, to] = [pathToFileURL(directory).href, pathToFileURL(outputDirectory).href];
  const moved = (modules: readonly BundledModule[]): readonly BundledModule[] =>
    modules.map((module) => ({ ...module, url: to + module.url.slice(from.length) }));
  return {
    ...bundle,
    modules: moved(bundle.modules),
    components: bundle.components.map((component) => ({
      ...component,
      modules: moved(component.modules),
      globalsKey: component.globalsKey.replace(keptKey, globalsKey),
    })),
  };
}

async function build(functionsDirectory: string, like: string): Promise<KeptBundle> {
  const scratch = mkdtempSync(join(tmpdir(), "convex-host-bundle-"));
  process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  // As deep as a deployment's own, since source maps name sources relative to themselves.
  const directory = join(scratch, "v0");
  // As long as the keys it is replaced by, so that positions in source maps stay true.
  const globalsKey = randomUUID().padEnd(like.length, "-");
  const bundle = await bundleFunctions(functionsDirectory, directory, globalsKey);
  return { bundle, directory, globalsKey };
}
