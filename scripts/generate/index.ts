import { existsSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../lib/repositoryFiles";
import { runGenerator } from "../lib/runGenerator";
import { generators } from "./generators";

/** Runs every generator in order and stops at the first that fails. */
for (const generator of generators) {
  const { name, script } = generator;
  if (!existsSync(path.join(repositoryRoot, script))) {
    console.log(`${name}: ${script} is not there yet, nothing generated`);
    continue;
  }
  const { exitCode, output, seconds } = await runGenerator(generator, repositoryRoot);
  if (exitCode !== 0) {
    console.error(`${name}: ${script} failed\n${output}`);
    process.exitCode = 1;
    break;
  }
  console.log(`${name}: ${seconds.toFixed(1)} s`);
}
