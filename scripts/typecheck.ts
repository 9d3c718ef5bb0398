import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { repositoryRoot } from "./lib/repositoryFiles";
import { runScript } from "./lib/runCommand";
import { buildSdk, hasSdkBuild, isSdkBuildStale } from "./lib/sdkBuild";
import { hasSources, worlds } from "./worlds";

/**
 * Type-checks every world with the native compiler and holds the engine's type cost to the recorded budget.
 * `--record` writes the measured counts as the new budget.
 */

/** The world whose types are derived from declarations, where one careless helper multiplies by every table. */
const budgetedWorld = "convex";
const maxGrowth = 1.2;
const budgetFile = path.join(repositoryRoot, "scripts/typeBudget.json");
const nativeCompiler = "node_modules/@typescript/native/bin/tsc";

const budget = z
  .record(z.string(), z.number())
  .parse(existsSync(budgetFile) ? JSON.parse(readFileSync(budgetFile, "utf8")) : {});
const measured: Record<string, number> = {};
let hasFailed = false;

function fail(message: string): void {
  hasFailed = true;
  console.error(message);
}

function withoutStatistics(output: string): string {
  return output.replace(/^[A-Z][A-Za-z ]+:\s+[\d.]+[Ks]?\n/gm, "").trim();
}

async function prepareSdk(): Promise<boolean> {
  if (!hasSdkBuild()) return false;
  if (isSdkBuildStale()) {
    const build = await buildSdk();
    if (build.exitCode !== 0) fail(build.output);
  }
  return true;
}

for (const world of worlds) {
  if (!hasSources(world)) {
    console.log(`${world.name}: no sources yet, nothing checked`);
    continue;
  }
  if (world.name === "examples" && !(await prepareSdk())) {
    console.log("examples: the SDK has no build yet, nothing checked");
    continue;
  }
  // One checker: with several, a type is instantiated once per checker and the count depends on the split.
  const check = await runScript(nativeCompiler, ["-p", world.tsconfig, "--extendedDiagnostics", "--checkers", "1"]);
  const count = Number(/^Instantiations:\s+(\d+)/m.exec(check.output)?.[1]);
  if (check.exitCode !== 0) fail(withoutStatistics(check.output));
  else if (Number.isNaN(count)) fail(`${world.name}: the compiler reported no instantiation count\n${check.output}`);
  else {
    measured[world.name] = count;
    console.log(`${world.name}: ${count} instantiations, ${check.seconds.toFixed(1)} s`);
  }
}

if (process.argv.includes("--record")) {
  writeFileSync(budgetFile, `${JSON.stringify({ ...budget, ...measured }, null, 2)}\n`);
} else {
  const count = measured[budgetedWorld];
  const recorded = budget[budgetedWorld];
  if (count !== undefined && recorded === undefined) {
    fail(`${budgetedWorld} has no recorded type cost: run \`npm run typecheck -- --record\` and commit the file.`);
  }
  if (count !== undefined && recorded !== undefined && count > recorded * maxGrowth) {
    fail(
      `${budgetedWorld} costs ${count} type instantiations, over 1.2 × the recorded ${recorded}. Find the type that ` +
        "multiplies; if the growth is earned, run `npm run typecheck -- --record` and say why in the commit.",
    );
  }
}
process.exitCode = hasFailed ? 1 : 0;
