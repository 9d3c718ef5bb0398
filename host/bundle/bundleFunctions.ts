import { existsSync, mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { BuildFailure, BuildOptions, Metafile, Plugin } from "esbuild";
import { BundleError, findEntryPoints } from "./entryPoints";

/** One bundled module, importable by URL from any thread of this process. */
export interface BundledModule {
  readonly modulePath: string;
  readonly url: string;
  readonly environment: "isolate" | "node";
}

/** A bundled functions directory. */
export interface FunctionBundle {
  readonly modules: readonly BundledModule[];
  /** CommonJS text of `schema.ts` and `auth.config.ts`, which are evaluated rather than imported. */
  readonly schemaSource: string | null;
  readonly authConfigSource: string | null;
}

const productionDefine = { "process.env.NODE_ENV": '"production"' };
const directory = dirname(fileURLToPath(import.meta.url));

/** `node:async_hooks` is the one builtin that Convex's default runtime provides. */
const asyncHooksShim: Plugin = {
  name: "async-hooks-shim",
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^(node:)?async_hooks$/ }, () => ({ path: "async_hooks", namespace: "host-shim" }));
    pluginBuild.onLoad({ filter: /.*/, namespace: "host-shim" }, () => ({
      contents: `export const { AsyncLocalStorage, AsyncResource } = globalThis[Symbol.for(FUNCTION_GLOBALS_KEY)];
        export default { AsyncLocalStorage, AsyncResource };`,
      loader: "js",
    }));
  },
};

/**
 * Bundles a functions directory as the official CLI does: every entry point by esbuild for browsers, ES modules,
 * conditions `convex` and `module`, shared code split into chunks so that it loads once per thread.
 *
 * @param functionsDirectory the `convex/` folder
 * @param outputDirectory a directory of its own for each version of the code
 * @param globalsKey the deployment's key for `installFunctionGlobals`, since deployments may share a process
 * @throws {BundleError} with esbuild's messages when the code does not build
 */
export async function bundleFunctions(
  functionsDirectory: string,
  outputDirectory: string,
  globalsKey: string,
): Promise<FunctionBundle> {
  const entryPoints = findEntryPoints(functionsDirectory);
  mkdirSync(outputDirectory, { recursive: true });
  const isolate = entryPoints.filter((entry) => entry.environment === "isolate");
  const node = entryPoints.filter((entry) => entry.environment === "node");
  const common = {
    outbase: functionsDirectory,
    outExtension: { ".js": ".mjs" },
    splitting: true,
    sourcemap: true,
    define: { ...productionDefine, FUNCTION_GLOBALS_KEY: JSON.stringify(globalsKey) },
  };
  const [schemaSource, authConfigSource, { metafile: isolateOutputs }] = await Promise.all([
    bundleConfig(functionsDirectory, "schema"),
    bundleConfig(functionsDirectory, "auth.config"),
    runBuild({
      ...common,
      platform: "browser",
      entryPoints: isolate.map((entry) => entry.file),
      outdir: join(outputDirectory, "isolate"),
      chunkNames: "_deps/[hash]",
      metafile: true,
      inject: [join(directory, "functionGlobals.ts")],
      plugins: [asyncHooksShim],
    }),
    runBuild({
      ...common,
      platform: "node",
      entryPoints: node.map((entry) => entry.file),
      outdir: join(outputDirectory, "node"),
      chunkNames: "_deps/[hash]",
      inject: [join(directory, "nodeGlobals.ts")],
    }),
  ]);
  await guardDynamicImports(isolateOutputs, join(outputDirectory, "isolate"));
  const modules = entryPoints.map(({ modulePath, environment }) => ({
    modulePath,
    environment,
    url: pathToFileURL(join(outputDirectory, environment, ...`${modulePath}.mjs`.split("/"))).href,
  }));
  return { modules, schemaSource, authConfigSource };
}

async function bundleConfig(functionsDirectory: string, name: string): Promise<string | null> {
  const file = [".ts", ".js"].map((extension) => join(functionsDirectory, name + extension)).find(existsSync);
  if (file === undefined) return null;
  const result = await runBuild({ platform: "browser", format: "cjs", entryPoints: [file], write: false });
  return result.outputFiles?.[0]?.text ?? null;
}

/**
 * Wraps every `import()` of another bundled module, so that the runtime can refuse it in queries and mutations. esbuild
 * names the exact text that it printed between the quotes; the wrapper stays on its line, which keeps source maps' lines.
 */
async function guardDynamicImports(metafile: Metafile | undefined, outputDirectory: string): Promise<void> {
  for (const [output, { imports }] of Object.entries(metafile?.outputs ?? {})) {
    const targets = imports.filter(({ kind, external }) => kind === "dynamic-import" && external !== true);
    if (targets.length === 0) continue;
    let text = await readFile(output, "utf8");
    for (const { path } of targets) {
      const below = relative(dirname(output), path).split(sep).join("/");
      const call = `import(${JSON.stringify(below.startsWith(".") ? below : `./${below}`)})`;
      const name = JSON.stringify(relative(outputDirectory, resolve(path)).split(sep).join("/").replace(/mjs$/, "js"));
      text = text.replaceAll(call, () => `Convex.dynamicImport(${name}, () => ${call})`);
    }
    await writeFile(output, text);
  }
}

interface BuildOutcome {
  readonly outputFiles?: readonly { readonly text: string }[];
  readonly metafile?: Metafile;
}

async function runBuild(options: BuildOptions): Promise<BuildOutcome> {
  try {
    const result = await build({
      bundle: true,
      format: "esm",
      target: "esnext",
      jsx: "automatic",
      conditions: ["convex", "module"],
      define: productionDefine,
      logLevel: "silent",
      ...options,
    });
    return {
      ...(result.outputFiles === undefined ? {} : { outputFiles: result.outputFiles }),
      ...(result.metafile === undefined ? {} : { metafile: result.metafile }),
    };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new BundleError(error.errors.map(describeMessage).join("\n"));
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function describeMessage(message: BuildFailure["errors"][number]): string {
  const { location } = message;
  const where =
    location === null
      ? ""
      : `${relative(".", location.file).split(sep).join("/")}:${location.line}:${location.column}: `;
  return `${where}${message.text}`;
}
