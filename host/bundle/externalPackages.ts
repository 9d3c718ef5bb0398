import { existsSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";
import { isJsonObject } from "../json";
import { readJsonFile } from "./projectConfig";

const allPackages = "*";
const dependencyKeys = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
/** What is not installed from a registry is bundled, as the official CLI does. */
const localOrRemoteVersionPattern = /^(file:|git:|git\+|https?:)/;

/**
 * The packages that stay outside of the bundle: those of `package.json` which `convex.json` lists and which are installed
 * beside it. Convex itself is always bundled.
 *
 * @param listed `node.externalPackages` of `convex.json`
 */
export function installedExternals(projectDirectory: string, listed: readonly string[]): ReadonlySet<string> {
  if (listed.length === 0) return new Set();
  const manifest = readJsonFile(join(projectDirectory, "package.json"));
  const externals = new Set<string>();
  for (const key of dependencyKeys) {
    const dependencies = manifest[key];
    for (const [name, version] of Object.entries(isJsonObject(dependencies) ? dependencies : {})) {
      const isListed = listed.includes(name) || listed.includes(allPackages);
      const isFromRegistry = typeof version === "string" && !localOrRemoteVersionPattern.test(version);
      if (isListed && isFromRegistry && name !== "convex" && existsSync(join(projectDirectory, "node_modules", name)))
        externals.add(name);
    }
  }
  return externals;
}

/** Leaves imports of the packages as they are, where they lead to the project's own copy of the package. */
export function externalsPlugin(projectDirectory: string, externals: ReadonlySet<string>): Plugin {
  return {
    name: "external-packages",
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^[^./]/, namespace: "file" }, ({ path, resolveDir }) => {
        const name = packageNameOf(path);
        const isExternal =
          externals.has(name) && nearestCopy(name, resolveDir) === join(projectDirectory, "node_modules", name);
        return isExternal ? { path, external: true } : null;
      });
    },
  };
}

/** Lets Node find the project's packages from the directory of the bundle. */
export function linkPackages(projectDirectory: string, bundleDirectory: string): void {
  symlinkSync(join(projectDirectory, "node_modules"), join(bundleDirectory, "node_modules"), "junction");
}

function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function nearestCopy(name: string, fromDirectory: string): string | null {
  for (let at = fromDirectory; ; at = dirname(at)) {
    const copy = join(at, "node_modules", name);
    if (existsSync(copy)) return copy;
    if (at === dirname(at)) return null;
  }
}
