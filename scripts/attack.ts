import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { attackKinds, triesByFile } from "./lib/attackKinds";
import { commandLine } from "./lib/commandLine";
import { repositoryRoot } from "./lib/repositoryFiles";
import { runScript } from "./lib/runCommand";
import { runMain } from "./lib/runMain";
import { suiteSummaries } from "./lib/testReport";
import { textTable } from "./lib/textTable";

/**
 * Attacks the product and the host for longer than the tests do: `npm run attack`. Prints a table of kinds, tries and
 * open holes, then runs the floods of `bench/`. Takes about twenty minutes on two cores; exits with 1 when anything is
 * open. A word runs the kinds that it is in, and nothing else: `npm run attack -- fuzz`.
 */
async function main(): Promise<void> {
  const { positionals } = commandLine({
    usage: "Usage: npm run attack [-- <word of a kind>]\nAttacks the product and the host, longer than the tests do.",
    positionals: [0, 1],
  });
  const [word] = positionals;
  const kinds = attackKinds.filter(({ kind }) => word === undefined || kind.includes(word));
  if (kinds.length === 0) throw new Error(`No kind of attack is called "${word}".`);
  const workspace = mkdtempSync(path.join(tmpdir(), "portico-attack-"));
  const [reportFile, triesFile] = [path.join(workspace, "report.json"), path.join(workspace, "tries.jsonl")];
  try {
    const files = kinds.flatMap((kind) => kind.files);
    const run = await runScript(
      "node_modules/vitest/vitest.mjs",
      [
        "run",
        "--testTimeout=3600000",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${reportFile}`,
        ...files,
      ],
      {
        inheritOutput: true,
        environment: { PORTICO_TRIES_FILE: triesFile, PORTICO_PROPERTY_SECONDS: "60", PORTICO_PROPERTY_RUNS: "1000" },
      },
    );
    const report = existsSync(reportFile) ? readFileSync(reportFile, "utf8") : "";
    const suites = report === "" ? [] : suiteSummaries(report, repositoryRoot);
    const tries = triesByFile(existsSync(triesFile) ? readFileSync(triesFile, "utf8") : "");
    const rows = kinds.map(({ kind, files: ofKind }) => {
      const ran = suites.filter(({ file }) => ofKind.includes(file));
      const open = ran.reduce((total, { failed }) => total + failed, 0) + ofKind.length - ran.length;
      const tried = ran.reduce((total, { file, passed, failed }) => total + (tries.get(file) ?? passed + failed), 0);
      return [kind, String(tried), String(open)];
    });
    console.log(`\n${textTable([["attack", "tries", "open"], ...rows])}`);
    const floods = word === undefined ? ["floods", "starvation"] : undefined;
    const bench = floods && (await runScript("tsx:bench/index.ts", floods, { inheritOutput: true }));
    process.exitCode = run.exitCode === 0 && (bench?.exitCode ?? 0) === 0 ? 0 : 1;
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

runMain(main);
