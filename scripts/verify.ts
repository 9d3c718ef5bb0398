import { performance } from "node:perf_hooks";
import { styleText } from "node:util";
import { commandLine } from "./lib/commandLine";
import { runScript, type CommandResult } from "./lib/runCommand";

/** Runs every check that needs no running server: offline, in parallel, with the output of each failure shown whole. */

interface Step {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
}

/** Longest first, so that the last worker is not left with the longest step. */
const steps: readonly Step[] = [
  { name: "lint and types", script: "tsx:scripts/lint.ts" },
  { name: "types and their cost", script: "tsx:scripts/typecheck.ts", args: ["--beside-lint"] },
  { name: "OpenAPI lint", script: "tsx:scripts/checkOpenapi.ts" },
  { name: "generated files fresh", script: "tsx:scripts/checkGenerated.ts" },
  { name: "API compatibility", script: "tsx:openapi/checkCompatibility.ts" },
  { name: "dead code", script: "node_modules/knip/bin/knip.js", args: ["--no-progress"] },
  { name: "push to Convex", script: "tsx:scripts/checkPush.ts" },
  { name: "import directions", script: "tsx:scripts/checkImports.ts" },
  { name: "format", script: "node_modules/oxfmt/bin/oxfmt", args: ["--check", "."] },
  { name: "names in the engine", script: "tsx:scripts/checkEngineNames.ts" },
  { name: "document references", script: "tsx:scripts/checkDocPaths.ts" },
  { name: "docstrings", script: "tsx:scripts/checkDocs.ts" },
  { name: "lock file", script: "tsx:scripts/checkLockFile.ts" },
  { name: "suppressions", script: "tsx:scripts/checkSuppressions.ts" },
];
const parallelSteps = 2;

commandLine({ usage: "Usage: npm run verify\nRuns every check that needs no running server." });

const isTerminal = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const paint = (color: "green" | "red" | "dim", text: string): string => (isTerminal ? styleText(color, text) : text);

const startedAtMs = performance.now();
const results = new Map<Step, CommandResult>();
const waiting = [...steps];

async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    results.set(step, await runScript(step.script, step.args));
  }
}

await Promise.all(Array.from({ length: parallelSteps }, work));

const failed = steps.filter((step) => results.get(step)?.exitCode !== 0);
for (const step of failed) {
  console.log(`${paint("red", `✗ ${step.name}`)}\n${results.get(step)?.output.trim() ?? ""}\n`);
}
const nameWidth = Math.max(...steps.map(({ name }) => name.length));
for (const step of steps) {
  const { exitCode = 1, seconds = 0, output = "" } = results.get(step) ?? {};
  const state = exitCode === 0 ? paint("green", "ok    ") : paint("red", "failed");
  console.log(`${state}  ${step.name.padEnd(nameWidth)}  ${seconds.toFixed(1).padStart(5)} s`);
  // A check that found nothing to compare with (a copy without its git history) says so rather than pass in silence.
  if (exitCode === 0) {
    for (const line of output.split("\n").filter((text) => text.includes(", nothing compared"))) {
      console.log(paint("dim", `          ${line.trim()}`));
    }
  }
}
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
console.log(`${steps.length - failed.length} of ${steps.length} checks passed in ${seconds} s`);
process.exitCode = failed.length === 0 ? 0 : 1;
