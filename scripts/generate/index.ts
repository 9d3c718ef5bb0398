import { declarationFaultsExitCode } from "../lib/declarationFaults";
import { commandLine } from "../lib/commandLine";
import { repositoryRoot } from "../lib/repositoryFiles";
import { runGenerator } from "../lib/runGenerator";
import { generators } from "./generators";

commandLine({ usage: "Usage: npm run generate\nWrites every generated file anew." });

/** Runs every generator in order and stops at the first that fails, or refuses and says why, a line each. */
for (const generator of generators) {
  const { name, script } = generator;
  const { exitCode, output, seconds } = await runGenerator(generator, repositoryRoot);
  if (exitCode !== 0) {
    console.error(exitCode === declarationFaultsExitCode ? output.trim() : `${name}: ${script} failed\n${output}`);
    process.exitCode = 1;
    break;
  }
  console.log(`${name}: ${seconds.toFixed(1)} s`);
}
