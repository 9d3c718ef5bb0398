import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isJsonObject, parseJson } from "../json";
import type { ConvexJsonObject } from "../values/convexJson";
import { BundleError } from "./entryPoints";
import { withRemedy } from "./pushRules";

const defaultFunctions = "convex/";

/** The settings of a project's `convex.json` that the host respects. */
interface ProjectConfig {
  /** Where `convex.json` and `package.json` are. */
  readonly directory: string;
  readonly functionsDirectory: string;
  /** Names of packages that "use node" modules load from `node_modules` rather than bundle; `*` means all of them. */
  readonly externalPackages: readonly string[];
}

/**
 * Reads the `convex.json` of a project directory, which may be absent.
 *
 * @throws {BundleError} when it is not what the official CLI would take
 */
export function readProjectConfig(directory: string): ProjectConfig {
  const config = readJsonFile(join(directory, "convex.json"));
  const functions = config["functions"] ?? defaultFunctions;
  if (typeof functions !== "string") throw refusal("convex.json: `functions` must be a path.");
  return {
    directory,
    functionsDirectory: resolve(directory, functions),
    externalPackages: externalPackagesOf(config),
  };
}

/** Resolves a directory to its functions directory: itself, or the one that its `convex.json` names. */
export function functionsDirectoryOf(directory: string): string {
  return existsSync(join(directory, "convex.json")) ? readProjectConfig(directory).functionsDirectory : directory;
}

/** The project of a functions directory: the nearest one above whose `convex.json` names it, or else its parent. */
export function projectOf(functionsDirectory: string): ProjectConfig {
  const wanted = resolve(functionsDirectory);
  for (let at = dirname(wanted); at !== dirname(at); at = dirname(at)) {
    if (!existsSync(join(at, "convex.json"))) continue;
    const config = readProjectConfig(at);
    if (config.functionsDirectory === wanted) return config;
  }
  return { directory: dirname(wanted), functionsDirectory: wanted, externalPackages: [] };
}

function refusal(text: string): BundleError {
  return new BundleError(withRemedy("projectFile", text));
}

function externalPackagesOf({ node }: ConvexJsonObject): readonly string[] {
  const names = isJsonObject(node) ? (node["externalPackages"] ?? []) : [];
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw refusal("convex.json: `node.externalPackages` must be a list of package names.");
}

/** An empty object for a file that does not exist. @throws {BundleError} when it holds no JSON object */
export function readJsonFile(file: string): ConvexJsonObject {
  if (!existsSync(file)) return {};
  try {
    const json = parseJson(readFileSync(file, "utf8"));
    if (isJsonObject(json)) return json;
  } catch (cause) {
    throw new BundleError(`${file} is not valid JSON.`, { cause });
  }
  throw new BundleError(`${file} must hold a JSON object.`);
}
