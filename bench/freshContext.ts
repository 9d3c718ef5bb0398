import path from "node:path";
import vm from "node:vm";
import { build } from "esbuild";

/** What one module costs in a context that has evaluated nothing yet, as Convex gives to every call. */
export interface ContextCost {
  readonly entry: string;
  readonly sizeBytes: number;
  /** Median over the rounds, without parsing that V8's code cache would save. */
  readonly medianMs: number;
  readonly minimumMs: number;
}

const repository = path.join(import.meta.dirname, "..");

/** Bundles `entry` as Convex does and evaluates it in `rounds` fresh contexts. */
export async function freshContextCost(entry: string, rounds: number): Promise<ContextCost> {
  const { outputFiles } = await build({
    entryPoints: [path.join(repository, entry)],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "esnext",
    conditions: ["convex", "module"],
  });
  const source = outputFiles[0]?.text ?? "";
  const cachedData = new vm.Script(source).createCachedData();
  const timesMs = Array.from({ length: rounds }, () => evaluateOnce(source, cachedData)).sort(
    (left, right) => left - right,
  );
  return {
    entry,
    sizeBytes: source.length,
    medianMs: timesMs[Math.floor(rounds / 2)] ?? Number.NaN,
    minimumMs: timesMs[0] ?? Number.NaN,
  };
}

function evaluateOnce(source: string, cachedData: Buffer): number {
  const context = vm.createContext({ ...runtimeGlobals });
  const script = new vm.Script(source, { cachedData });
  const startMs = performance.now();
  script.runInContext(context);
  return performance.now() - startMs;
}

/** What Convex's runtime offers to module scope. */
const runtimeGlobals = {
  URL,
  URLSearchParams,
  TextEncoder,
  TextDecoder,
  Headers,
  Request,
  Response,
  ReadableStream,
  console,
  crypto,
  process: { env: {} },
};
