import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { routeTable } from "../convex/gateway/routeTable";
import { commandLine } from "./lib/commandLine";
import { budgetProblem, instantiationCount, withoutStatistics } from "./lib/compilerReport";
import { repositoryRoot } from "./lib/repositoryFiles";
import { runScript } from "./lib/runCommand";
import { buildSdk, isSdkBuildStale } from "./lib/sdkBuild";
import { worlds, type World } from "./worlds";

/**
 * Type-checks every world with the native compiler and holds the engine's type cost to the recorded budget.
 * `--record` writes the measured counts as the new budget.
 */

/** The world whose types are derived from declarations, where one careless helper multiplies by every table. */
const budgetedWorld = "convex";
const budgetFile = path.join(repositoryRoot, "scripts/typeBudget.json");
const nativeCompiler = "node_modules/@typescript/native/bin/tsc";

const usage = `Usage: npm run typecheck -- [--record]
Type-checks every project, and holds the engine's type cost to its budget.
  --record  write the measured counts as the new budget`;
const { flags } = commandLine({ usage, flags: ["record"] });

/** What was measured of each world, and how many routes the API had then. */
const budgetSchema = z.object({ operations: z.number(), instantiations: z.record(z.string(), z.number()) });
const budget = budgetSchema.parse(JSON.parse(readFileSync(budgetFile, "utf8")));
const operations = routeTable.length;
const measured: Record<string, number> = {};
let hasFailed = false;

function fail(message: string): void {
  hasFailed = true;
  console.error(message);
}

/** Examples see the SDK as its users do, so it must be built. Answers whether it is. */
async function prepareSdk(): Promise<boolean> {
  if (!isSdkBuildStale()) return true;
  const { exitCode, output } = await buildSdk();
  if (exitCode !== 0) fail(output);
  return exitCode === 0;
}

async function check(world: World): Promise<void> {
  if (world.name === "examples" && !(await prepareSdk())) return;
  // One checker: with several, a type is instantiated once per checker and the count depends on the split.
  const { exitCode, output, seconds } = await runScript(nativeCompiler, [
    "-p",
    world.tsconfig,
    "--extendedDiagnostics",
    "--checkers",
    "1",
  ]);
  const count = instantiationCount(output);
  if (exitCode !== 0) fail(withoutStatistics(output));
  else if (count === undefined) fail(`${world.name}: the compiler reported no instantiation count\n${output}`);
  else {
    measured[world.name] = count;
    console.log(`${world.name}: ${count} instantiations, ${seconds.toFixed(1)} s`);
  }
}

for (const world of worlds) await check(world);

if (flags.has("record")) {
  const record = { operations, instantiations: { ...budget.instantiations, ...measured } };
  writeFileSync(budgetFile, `${JSON.stringify(record, null, 2)}\n`);
} else {
  const count = measured[budgetedWorld];
  const recorded = budget.instantiations[budgetedWorld];
  const problem =
    count === undefined
      ? undefined
      : budgetProblem(
          budgetedWorld,
          { instantiations: count, operations },
          recorded === undefined ? undefined : { instantiations: recorded, operations: budget.operations },
        );
  if (problem !== undefined) fail(problem);
}
process.exitCode = hasFailed ? 1 : 0;
