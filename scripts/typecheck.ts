import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { routeTable } from "../convex/gateway/routeTable";
import { commandLine } from "./lib/commandLine";
import { budgetProblem, instantiationCount, withoutStatistics } from "./lib/compilerReport";
import { repositoryRoot } from "./lib/repositoryFiles";
import { runScript } from "./lib/runCommand";
import { sdkBuildFault } from "./lib/sdkBuild";
import { projects, type Project } from "./projects";

/**
 * Type-checks every project with the native compiler and holds the engine's type cost to the recorded budget.
 * `--record` writes the measured counts as the new budget. `--beside-lint` leaves out the projects whose types
 * `scripts/lint.ts` checks in the programs that it builds anyway.
 */

/** The project whose types are derived from declarations, where one careless helper multiplies by every table. */
const budgetedProject = "convex";
const budgetFile = path.join(repositoryRoot, "scripts/typeBudget.json");
const nativeCompiler = "node_modules/@typescript/native/bin/tsc";

const usage = `Usage: npm run typecheck -- [--record] [--beside-lint]
Type-checks every project, and holds the engine's type cost to its budget.
  --record       write the measured counts as the new budget
  --beside-lint  only the projects that have generated files, which the linter does not read`;
const { flags } = commandLine({ usage, flags: ["record", "beside-lint"] });

/** What was measured of each project, and how many routes the API had then. */
const budgetSchema = z.object({ operations: z.number(), instantiations: z.record(z.string(), z.number()) });
const budget = budgetSchema.parse(JSON.parse(readFileSync(budgetFile, "utf8")));
const operations = routeTable.length;
const measured: Record<string, number> = {};
let hasFailed = false;

function fail(message: string): void {
  hasFailed = true;
  console.error(message);
}

async function check(project: Project): Promise<void> {
  // Examples see the SDK as its users do.
  const fault = project.name === "examples" ? await sdkBuildFault() : undefined;
  if (fault !== undefined) {
    fail(fault);
    return;
  }
  // One checker: with several, a type is instantiated once per checker and the count depends on the split.
  const { exitCode, output, seconds } = await runScript(nativeCompiler, [
    "-p",
    project.tsconfig,
    "--extendedDiagnostics",
    "--checkers",
    "1",
  ]);
  const count = instantiationCount(output);
  if (exitCode !== 0) fail(withoutStatistics(output));
  else if (count === undefined) fail(`${project.name}: the compiler reported no instantiation count\n${output}`);
  else {
    measured[project.name] = count;
    console.log(`${project.name}: ${count} instantiations, ${seconds.toFixed(1)} s`);
  }
}

for (const project of projects) {
  if (!flags.has("beside-lint") || project.hasGeneratedFiles) await check(project);
}

if (flags.has("record")) {
  const record = { operations, instantiations: { ...budget.instantiations, ...measured } };
  writeFileSync(budgetFile, `${JSON.stringify(record, null, 2)}\n`);
} else {
  const count = measured[budgetedProject];
  const recorded = budget.instantiations[budgetedProject];
  const problem =
    count === undefined
      ? undefined
      : budgetProblem(
          budgetedProject,
          { instantiations: count, operations },
          recorded === undefined ? undefined : { instantiations: recorded, operations: budget.operations },
        );
  if (problem !== undefined) fail(problem);
}
process.exitCode = hasFailed ? 1 : 0;
