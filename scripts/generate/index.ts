import { declarationFaultsExitCode } from "../lib/declarationFaults";
import { commandLine } from "../lib/commandLine";
import { repositoryRoot } from "../lib/repositoryFiles";
import { runGenerators } from "../lib/runGenerators";
import { generators } from "./generators";

commandLine({ usage: "Usage: npm run generate\nWrites every generated file anew." });

/** Runs every generator in order and stops at the first that fails. */
await runGenerators(generators, repositoryRoot, {
  onEnd: ({ name, exitCode, output, seconds }) => {
    if (exitCode === 0) console.log(`${name}: ${seconds.toFixed(1)} s`);
    else {
      const script = generators.find((generator) => generator.name === name)?.script ?? "";
      console.error(exitCode === declarationFaultsExitCode ? output.trim() : `${name}: ${script} failed\n${output}`);
      process.exitCode = 1;
    }
  },
});
