import { existsSync, mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Metafile, Plugin } from "esbuild";
import { readComponentTree } from "./componentDefinitions";
import type { ComponentInstance } from "./componentDefinitions";
import { displaySize } from "../values/convexSize";
import { BundleError, findEntryPoints } from "./entryPoints";
import type { EntryPoint } from "./entryPoints";
import { externalsPlugin, installedExternals, linkPackages } from "./externalPackages";
import { generatedStubs } from "./generatedStubs";
import { projectOf } from "./projectConfig";
import { pushRules, withRemedy } from "./pushRules";
import { inputsOf, productionDefine, runBuild } from "./runBuild";
import { uncopiedValues } from "./uncopiedValues";

/** One bundled module, importable by URL from any thread of this process. */
export interface BundledModule {
  readonly modulePath: string;
  readonly url: string;
  readonly environment: "isolate" | "node";
}

/** The bundled modules of the app or of one component. */
interface ModuleBundle {
  readonly modules: readonly BundledModule[];
  /** CommonJS text of `schema.ts`, which is evaluated rather than imported. */
  readonly schemaSource: string | null;
  /** The modules' size as bundled, without source maps. */
  readonly bytes: number;
  /** The files that the modules were made of. */
  readonly inputs: readonly string[];
}

/** One installed component. */
interface ComponentBundle extends ModuleBundle {
  readonly instance: ComponentInstance;
  /** The key for `installFunctionGlobals` that these modules were bundled with: each component has its own globals. */
  readonly globalsKey: string;
}

/** A bundled functions directory. */
export interface FunctionBundle extends ModuleBundle {
  readonly authConfigSource: string | null;
  /** The app's own place in the tree of components. */
  readonly app: ComponentInstance;
  /** What `convex.config.ts` installs, parents before children. */
  readonly components: readonly ComponentBundle[];
}

const directory = dirname(fileURLToPath(import.meta.url));

/** `node:async_hooks` is the one builtin that Convex's default runtime provides. */
const asyncHooksShim: Plugin = {
  name: "async-hooks-shim",
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^(node:)?async_hooks$/ }, () => ({ path: "async_hooks", namespace: "host-shim" }));
    pluginBuild.onLoad({ filter: /.*/, namespace: "host-shim" }, () => ({
      contents: `export const { AsyncLocalStorage, AsyncResource } = globalThis[Symbol.for(functionGlobalsKey)];
        export default { AsyncLocalStorage, AsyncResource };`,
      loader: "js",
    }));
  },
};

/**
 * Bundles a functions directory as the official CLI does: every entry point by esbuild for browsers, ES modules,
 * conditions `convex` and `module`, shared code split into chunks so that it loads once per thread. Each installed
 * component is bundled on its own, so that neither module state nor globals are shared with the app or one another.
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
  const [app, ...installed] = await readComponentTree(functionsDirectory);
  if (app === undefined) throw new BundleError(`${functionsDirectory} holds no app.`);
  const [bundle, authConfig, ...components] = await allEnded([
    bundleModules(functionsDirectory, outputDirectory, globalsKey),
    bundleConfig(functionsDirectory, "auth.config"),
    ...installed.map((instance, i) =>
      bundleComponent(instance, join(outputDirectory, `component${i}`), `${globalsKey}.${instance.componentPath}`),
    ),
  ]);
  checkSize([bundle, ...components].reduce((sum, { bytes }) => sum + bytes, 0));
  const inputs = [...bundle.inputs, ...authConfig.inputs];
  return { ...bundle, inputs, authConfigSource: authConfig.text, app, components };
}

/** As `Promise.all`, but rejects when all have ended: whoever then removes the output must not meet a build that still writes. */
async function allEnded<Work extends readonly unknown[] | []>(
  work: Work,
): Promise<{ -readonly [Part in keyof Work]: Awaited<Work[Part]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** @throws {BundleError} when all modules together are larger than Convex takes */
function checkSize(bytes: number): void {
  const { limit } = pushRules.bundleBytes;
  if (bytes > limit)
    throw new BundleError(
      withRemedy(
        "bundleBytes",
        `Total module size exceeded the maximum (${displaySize(bytes)} > maximum size ${displaySize(limit)}).`,
      ),
    );
}

async function bundleComponent(
  instance: ComponentInstance,
  outputDirectory: string,
  globalsKey: string,
): Promise<ComponentBundle> {
  const bundle = await bundleModules(instance.directory, outputDirectory, globalsKey);
  const nodeModule = bundle.modules.find((module) => module.environment === "node");
  if (nodeModule !== undefined)
    throw new BundleError(
      withRemedy(
        "nodeDirectiveInComponent",
        `"use node" directive is not supported in components. Remove it from ${nodeModule.modulePath} of the component at: ${instance.directory}.`,
      ),
    );
  return { ...bundle, instance, globalsKey };
}

async function bundleModules(
  functionsDirectory: string,
  outputDirectory: string,
  globalsKey: string,
): Promise<ModuleBundle> {
  const entryPoints = findEntryPoints(functionsDirectory);
  mkdirSync(outputDirectory, { recursive: true });
  const filesOf = (environment: EntryPoint["environment"]): string[] =>
    entryPoints.filter((entry) => entry.environment === environment).map((entry) => entry.file);
  const nodeFiles = filesOf("node");
  const nodeDirectory = join(outputDirectory, "node");
  const project = projectOf(functionsDirectory);
  const externals = installedExternals(project.directory, project.externalPackages);
  const common = {
    outbase: functionsDirectory,
    outExtension: { ".js": ".mjs" },
    splitting: true,
    sourcemap: true,
    // Stacks only need positions.
    sourcesContent: false,
    define: { ...productionDefine, functionGlobalsKey: JSON.stringify(globalsKey) },
  };
  const [schema, { metafile: isolateBuild }, nodeBuild] = await allEnded([
    bundleConfig(functionsDirectory, "schema"),
    runBuild({
      ...common,
      platform: "browser",
      entryPoints: filesOf("isolate"),
      outdir: join(outputDirectory, "isolate"),
      chunkNames: "_deps/[hash]",
      inject: [join(directory, "functionGlobals.ts")],
      plugins: [asyncHooksShim, uncopiedValues, generatedStubs],
    }),
    nodeFiles.length === 0
      ? null
      : runBuild({
          ...common,
          platform: "node",
          entryPoints: nodeFiles,
          outdir: nodeDirectory,
          chunkNames: "_deps/[hash]",
          plugins: [uncopiedValues, generatedStubs, externalsPlugin(project.directory, externals)],
          inject: [join(directory, "nodeGlobals.ts")],
        }),
  ]);
  if (nodeFiles.length > 0 && externals.size > 0) linkPackages(project.directory, nodeDirectory);
  await guardDynamicImports(isolateBuild, join(outputDirectory, "isolate"));
  const modules = entryPoints.map(({ modulePath, environment }) => ({
    modulePath,
    environment,
    url: pathToFileURL(join(outputDirectory, environment, ...`${modulePath}.mjs`.split("/"))).href,
  }));
  const builds = [isolateBuild, ...(nodeBuild === null ? [] : [nodeBuild.metafile])];
  return {
    modules,
    schemaSource: schema.text,
    bytes: builds.reduce((sum, build) => sum + codeBytesOf(build), 0),
    inputs: [...schema.inputs, ...builds.flatMap(inputsOf)],
  };
}

function codeBytesOf({ outputs }: Metafile): number {
  return Object.entries(outputs).reduce((sum, [file, { bytes }]) => sum + (file.endsWith(".map") ? 0 : bytes), 0);
}

/** The CommonJS text of a file that is evaluated, null where there is none, and the files that it was made of. */
async function bundleConfig(
  functionsDirectory: string,
  name: string,
): Promise<{ readonly text: string | null; readonly inputs: readonly string[] }> {
  const [file, other] = [".ts", ".js"]
    .map((extension) => join(functionsDirectory, name + extension))
    .filter(existsSync);
  if (file === undefined) return { text: null, inputs: [] };
  // Of two schemas the official CLI takes schema.ts; of two files of authentication it takes none.
  if (other !== undefined && name === "auth.config")
    throw new BundleError(withRemedy("authConfigTwice", `Found both ${file} and ${other}, choose one.`));
  const { outputFiles, metafile } = await runBuild({
    platform: "browser",
    format: "cjs",
    entryPoints: [file],
    write: false,
  });
  return { text: outputFiles?.[0]?.text ?? null, inputs: inputsOf(metafile) };
}

/**
 * Wraps every `import()` of another bundled module, so that the runtime can refuse it in queries and mutations. esbuild
 * names the exact text that it printed between the quotes; the wrapper stays on its line, which keeps source maps' lines.
 */
async function guardDynamicImports({ outputs }: Metafile, outputDirectory: string): Promise<void> {
  for (const [output, { imports }] of Object.entries(outputs)) {
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
