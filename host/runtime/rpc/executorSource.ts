import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const directory = dirname(fileURLToPath(import.meta.url));

let source: Promise<string> | null = null;

/**
 * The executor thread's program as one CommonJS text. Bundling takes some 50 ms once per process, a TypeScript loader
 * inside the thread several times that at every start.
 */
export function executorSource(): Promise<string> {
  source ??= bundleExecutor();
  return source;
}

async function bundleExecutor(): Promise<string> {
  const result = await build({
    entryPoints: [join(directory, "..", "executor", "entry.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["libsql"],
    write: false,
    logLevel: "silent",
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error("esbuild produced no executor program");
  // An evaluated worker resolves packages from the working directory; the host's own location is what counts.
  const resolveFrom = JSON.stringify(fileURLToPath(import.meta.url));
  return `{ const require = module.constructor.createRequire(${resolveFrom});\n${output.text}\n}`;
}
