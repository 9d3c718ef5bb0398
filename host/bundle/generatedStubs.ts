import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

const pluginNamespace = "generated-stub";
const generatedModulePattern = /(?:^|\/)_generated\/(api|server)(?:\.[jt]s)?$/;
const builderNames = [
  "query",
  "mutation",
  "action",
  "internalQuery",
  "internalMutation",
  "internalAction",
  "httpAction",
] as const;

const contents: Readonly<Record<string, string>> = {
  api: `import { anyApi, componentsGeneric } from "convex/server";
    export const api = anyApi;
    export const internal = anyApi;
    export const components = componentsGeneric();`,
  server: `export { ${builderNames.map((name) => `${name}Generic as ${name}`).join(", ")} } from "convex/server";
    export const env = process.env;`,
};

/**
 * Stands in for `_generated` in a folder where the official code generation has not run. Its run-time part is the same
 * for every app, and the types come when `convex codegen` asks the running host. Nothing is written to disk.
 */
export const generatedStubs: Plugin = {
  name: "generated-stubs",
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: generatedModulePattern }, ({ path, resolveDir }) => {
      const name = generatedModulePattern.exec(path)?.[1] ?? "";
      const directory = join(resolveDir, dirname(path));
      const isMissing =
        path.startsWith(".") && !["js", "ts"].some((end) => existsSync(join(directory, `${name}.${end}`)));
      return isMissing ? { path: name, namespace: pluginNamespace, pluginData: resolveDir } : null;
    });
    pluginBuild.onLoad({ filter: /.*/, namespace: pluginNamespace }, ({ path, pluginData }) => ({
      contents: contents[path] ?? "",
      loader: "js",
      resolveDir: String(pluginData),
    }));
  },
};
