import { repositoryRoot } from "../lib/repositoryFiles";
import { runGenerator } from "../lib/runGenerator";
import { generators } from "./generators";

/** Runs every generator in order and stops at the first that fails, or refuses (2) and says why in one line. */
for (const generator of generators) {
  const { name, script } = generator;
  const { exitCode, output, seconds } = await runGenerator(generator, repositoryRoot);
  if (exitCode !== 0) {
    console.error(exitCode === 2 ? output.trim() : `${name}: ${script} failed\n${output}`);
    process.exitCode = 1;
    break;
  }
  console.log(`${name}: ${seconds.toFixed(1)} s`);
}
