import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pushRules, withRemedy } from "./pushRules";

const entryPointExtensions = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".jsx"];
/** Modules that Convex itself evaluates, in its own runtime. */
const isolateOnlyModules: ReadonlySet<string> = new Set(["http", "crons"]);
const modulePathComponentPattern = /^(?=.*[A-Za-z0-9])[A-Za-z0-9_.]{1,64}$/;

/** A source file that becomes a function module. */
export interface EntryPoint {
  /** Path below the functions directory, with `/`, without extension: `workspace/schedules`. */
  readonly modulePath: string;
  readonly file: string;
  /** `node` for files that begin with the "use node" directive. */
  readonly environment: "isolate" | "node";
}

/** Functions that cannot be loaded; the message is one line for the person who wrote them. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

/**
 * Lists the modules of a functions directory by the official CLI's rules: no `_generated`, no schema, no dotfiles, at
 * most one dot in a file name, no spaces, no nested component directories, and TypeScript files need an import or
 * export line.
 *
 * @throws {BundleError} when a path is one that a push would refuse
 */
export function findEntryPoints(functionsDirectory: string): readonly EntryPoint[] {
  const entryPoints = [...walk(functionsDirectory, "")].sort((a, b) => (a.modulePath < b.modulePath ? -1 : 1));
  const { limit } = pushRules.moduleCount;
  if (entryPoints.length > limit)
    throw new BundleError(
      withRemedy(
        "moduleCount",
        `Too many function files (${entryPoints.length} > maximum ${limit}) in ${functionsDirectory}.`,
      ),
    );
  const files = new Map<string, string>();
  for (const { modulePath, file } of entryPoints) {
    const other = files.get(modulePath);
    if (other !== undefined)
      throw new BundleError(withRemedy("moduleTwice", `${other} and ${file} are both the module ${modulePath}.`));
    files.set(modulePath, file);
  }
  return entryPoints;
}

function* walk(root: string, below: string): Generator<EntryPoint> {
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const relative = below === "" ? entry.name : `${below}/${entry.name}`;
    const file = join(root, relative);
    if (entry.isDirectory()) {
      if (relative === "_generated" || existsSync(join(file, "convex.config.ts"))) continue;
      if (relative === "_deps") {
        const text = `The path "${file}" is the "_deps" directory, which is reserved for dependencies.`;
        throw new BundleError(withRemedy("reservedDirectory", text));
      }
      yield* walk(root, relative);
    } else if (isEntryPointName(entry.name) && !relative.includes(" ")) {
      const source = readFileSync(file, "utf8");
      if (/\.tsx?$/.test(entry.name) && !/^\s{0,100}(import|export)/m.test(source)) continue;
      const modulePath = relative.slice(0, relative.lastIndexOf("."));
      if (!modulePath.split("/").every((part) => modulePathComponentPattern.test(part)))
        throw new BundleError(
          withRemedy(
            "modulePath",
            `${relative} is not a valid path to a Convex module. Path component names must only contain letters, digits, underscores and periods, and at least one letter or digit.`,
          ),
        );
      yield { modulePath, file, environment: environmentOf(modulePath, relative, source) };
    }
  }
}

function isEntryPointName(name: string): boolean {
  if (!entryPointExtensions.some((extension) => name.endsWith(extension))) return false;
  if (name.startsWith(".") || name.startsWith("#")) return false;
  if (name === "schema.ts" || name === "schema.js") return false;
  return name.split(".").length === 2;
}

function environmentOf(modulePath: string, file: string, source: string): EntryPoint["environment"] {
  const isNode = hasUseNodeDirective(source);
  if (isNode && isolateOnlyModules.has(modulePath))
    throw new BundleError(withRemedy("nodeDirective", `"use node" directive is not allowed for ${file}.`));
  if (!isNode && file.startsWith("actions/")) {
    const text = `${file} is in /actions subfolder but has no "use node"; directive.`;
    throw new BundleError(withRemedy("actionsDirectory", text));
  }
  return isNode ? "node" : "isolate";
}

/** The directive must come before any statement; comments and other directives may precede it. */
function hasUseNodeDirective(source: string): boolean {
  const prologue = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|"use strict";?|'use strict';?)*(?:"use node"|'use node')/;
  return prologue.test(source);
}
