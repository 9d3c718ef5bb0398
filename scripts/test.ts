import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "./lib/repositoryFiles";
import { nodeBinary, thisMachine } from "./lib/nodeRelease";
import { runScript } from "./lib/runCommand";
import { buildSdk } from "./lib/sdkBuild";
import { readTestOptions } from "./lib/testOptions";
import { closingLine, suiteSummaries, totalOf } from "./lib/testReport";

/**
 * Builds the SDK, runs every test and prints one line per file. Arguments are handed to vitest (a path, `-t name`), but for
 * `--node 24`, which runs the tests of host, SDK and gateway on that Node.js.
 * The closing line is also written to the file that PORTICO_TEST_SUMMARY names, for continuous integration.
 */

const args = process.argv.slice(2);
if (args.includes("--help")) {
  process.stdout.write(
    "Usage: npm test -- [--node 24] [arguments of vitest]\n" +
      "Builds the SDK and runs every test, or those of a path; with --node, what depends on Node.js on that version.\n",
  );
  process.exit(0);
}

const workspace = mkdtempSync(path.join(tmpdir(), "portico-test-"));
const reportFile = path.join(workspace, "report.json");
let exitCode = 0;

try {
  const { node, vitestArguments } = readTestOptions(args);
  const binary = node === null ? process.execPath : nodeBinary(node, thisMachine());
  if (node !== null) console.log(`node: ${binary}`);
  const build = await buildSdk();
  console.log(`sdk: built in ${build.seconds.toFixed(1)} s`);
  if (build.exitCode !== 0) {
    console.error(build.output);
    exitCode = build.exitCode;
  }

  if (exitCode === 0) {
    const run = await runScript(
      "node_modules/vitest/vitest.mjs",
      ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`, ...vitestArguments],
      {
        inheritOutput: true,
        node: binary,
        // Commands that tests start by name, such as npm, must find the same Node.
        environment: node === null ? {} : { PATH: [path.dirname(binary), process.env["PATH"]].join(path.delimiter) },
      },
    );
    exitCode = run.exitCode;
  }

  const suites = existsSync(reportFile) ? suiteSummaries(readFileSync(reportFile, "utf8"), repositoryRoot) : [];
  for (const { file, seconds, ...counts } of suites) {
    console.log(`${closingLine(counts).padEnd(36)} ${seconds.toFixed(1).padStart(6)} s  ${file}`);
  }
  const total = totalOf(suites, exitCode);
  if (total.failed > 0 && exitCode === 0) exitCode = 1;
  console.log(closingLine(total));
  const summaryFile = process.env["PORTICO_TEST_SUMMARY"];
  if (summaryFile !== undefined) writeFileSync(summaryFile, `${closingLine(total)}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  exitCode = 1;
} finally {
  rmSync(workspace, { recursive: true });
}
process.exitCode = exitCode;
