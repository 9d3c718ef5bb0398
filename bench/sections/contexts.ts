import { readdirSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { build } from "esbuild";
import { rounded, withProgress } from "../report";
import type { Section } from "../report";

const rounds = 41;
const gatewayBarMs = 3;
const domainBarMs = 15;

/** What one module costs in a context that has evaluated nothing yet, as Convex gives to every call. */
interface ContextCost {
  readonly sizeBytes: number;
  /** Median over the rounds, without parsing that V8's code cache would save. */
  readonly medianMs: number;
  readonly minimumMs: number;
}

const repository = path.join(import.meta.dirname, "../..");

/** What every REST request pays on Convex: the gateway's module graph, and that of one domain. */
export async function contextsSection(): Promise<Section> {
  const functions = path.join(repository, "convex");
  const domains = readdirSync(functions, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^[^/]+\/rest\.ts$/.test(file),
  );
  const rows = [];
  for (const file of ["http.ts", ...domains.sort()]) {
    const cost = await withProgress(file, () => freshContextCost(`convex/${file}`));
    const bar = file === "http.ts" ? gatewayBarMs : domainBarMs;
    rows.push({
      module: `convex/${file}`,
      kB: Math.round(cost.sizeBytes / 1000),
      "median ms": rounded(cost.medianMs),
      "best ms": rounded(cost.minimumMs),
      "bar ms": bar,
      holds: cost.medianMs <= bar ? "yes" : "no",
    });
  }
  return { title: "Evaluating a module in a fresh context", rows };
}

/** Bundles `entry` as Convex does and evaluates it in fresh contexts. */
async function freshContextCost(entry: string): Promise<ContextCost> {
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
