import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { BuildCache, installationCache } from "../../bundle/buildCache";
import { inputsOf } from "../../bundle/runBuild";

const directory = dirname(fileURLToPath(import.meta.url));
const entryPoint = join(directory, "..", "executor", "entry.ts");

let source: Promise<string> | null = null;

/**
 * The executor thread's program as one CommonJS text. Bundling takes some 50 ms and a process of esbuild's, so that it is
 * kept while its sources stay as they are; a TypeScript loader inside the thread takes several times that at every start.
 */
export function executorSource(): Promise<string> {
  source ??= keptOrBundled(new BuildCache(installationCache));
  return source;
}

async function keptOrBundled(cache: BuildCache): Promise<string> {
  const kept = cache.read(entryPoint);
  if (typeof kept === "string") return kept;
  const startedAtMs = Date.now();
  const { text, inputs } = await bundleExecutor();
  cache.write(entryPoint, text, { files: inputs, folders: [] }, startedAtMs);
  return text;
}

async function bundleExecutor(): Promise<{ readonly text: string; readonly inputs: readonly string[] }> {
  const result = await build({
    entryPoints: [entryPoint],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["libsql"],
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error("esbuild produced no executor program");
  // An evaluated worker resolves packages from the working directory; the host's own location is what counts.
  const resolveFrom = JSON.stringify(fileURLToPath(import.meta.url));
  const text = `{ const require = module.constructor.createRequire(${resolveFrom});\n${output.text}\n}`;
  return { text, inputs: inputsOf(result.metafile) };
}
