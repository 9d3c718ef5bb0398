import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { generators, type Generator } from "./generate/generators";
import { repositoryFiles, repositoryRoot } from "./lib/repositoryFiles";
import { runScript } from "./lib/runCommand";

/** Fails when a committed generated file differs from what the generators write now. Works on a copy of the sources. */

const copy = mkdtempSync(path.join(tmpdir(), "portico-generated-"));
let hasFailed = false;

function fail(message: string): void {
  hasFailed = true;
  console.error(message);
}

function outputFiles(generator: Generator, root: string): string[] {
  return generator.outputs.flatMap((output) => {
    if (output.endsWith("/")) return repositoryFiles(output.slice(0, -1), root);
    return existsSync(path.join(root, output)) ? [output] : [];
  });
}

function compare(generator: Generator): void {
  const committed = new Set(outputFiles(generator, repositoryRoot));
  const fresh = new Set(outputFiles(generator, copy));
  for (const file of fresh) {
    if (!committed.has(file)) fail(`${generator.name}: ${file} is missing: run \`npm run generate\``);
    else if (!readFileSync(path.join(repositoryRoot, file)).equals(readFileSync(path.join(copy, file)))) {
      fail(`${generator.name}: ${file} is stale: run \`npm run generate\``);
    }
  }
  for (const file of committed) {
    if (!fresh.has(file)) fail(`${generator.name}: ${file} is no longer generated: remove it`);
  }
}

try {
  for (const file of repositoryFiles()) cpSync(path.join(repositoryRoot, file), path.join(copy, file));
  symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(copy, "node_modules"), "dir");
  for (const generator of generators) {
    if (!existsSync(path.join(copy, generator.script))) {
      const orphans = outputFiles(generator, repositoryRoot);
      if (orphans.length > 0) fail(`${generator.name}: ${orphans.join(", ")} exist but ${generator.script} does not`);
      else console.log(`${generator.name}: ${generator.script} is not there yet, nothing to compare`);
      continue;
    }
    // A file its generator no longer writes must not survive in the copy. Single files stay: some are read before.
    for (const folder of generator.outputs.filter((output) => output.endsWith("/"))) {
      rmSync(path.join(copy, folder), { recursive: true, force: true });
    }
    const { exitCode, output } = await runScript(`tsx:${generator.script}`, [], { cwd: copy });
    if (exitCode !== 0) fail(`${generator.name}: ${generator.script} failed\n${output}`);
    else compare(generator);
  }
} finally {
  rmSync(copy, { recursive: true });
}
process.exitCode = hasFailed ? 1 : 0;
