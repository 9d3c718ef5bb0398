import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Generator } from "../generate/generators";
import { repositoryFiles, repositoryRoot } from "./repositoryFiles";
import { runGenerators } from "./runGenerators";

/**
 * Runs the generators on a copy of the sources below a root and compares what they write with what lies there.
 *
 * @returns What is stale, missing, superfluous or failed; one text each.
 * @throws {Error} When the copy cannot be made.
 */
export async function freshnessOf(generators: readonly Generator[], root: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const copy = mkdtempSync(path.join(tmpdir(), "portico-generated-"));
  try {
    for (const file of repositoryFiles(".", root)) cpSync(path.join(root, file), path.join(copy, file));
    symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(copy, "node_modules"), "dir");
    for (const { name, exitCode, output } of await runGenerators(generators, copy, { emptiesFolders: true })) {
      const generator = generators.find((candidate) => candidate.name === name);
      if (generator === undefined) continue;
      if (exitCode === 0) problems.push(...differences(generator, root, copy));
      else problems.push(`${name}: ${generator.script} failed\n${output}`);
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
  return problems;
}

function outputFiles(generator: Generator, root: string): string[] {
  return generator.outputs.flatMap((output) => {
    if (output.endsWith("/")) return repositoryFiles(output.slice(0, -1), root);
    return existsSync(path.join(root, output)) ? [output] : [];
  });
}

function differences(generator: Generator, root: string, copy: string): string[] {
  const committed = new Set(outputFiles(generator, root));
  const fresh = new Set(outputFiles(generator, copy));
  const problems: string[] = [];
  for (const file of fresh) {
    if (!committed.has(file)) problems.push(`${generator.name}: ${file} is missing: run \`npm run generate\``);
    else if (!readFileSync(path.join(root, file)).equals(readFileSync(path.join(copy, file)))) {
      problems.push(`${generator.name}: ${file} is stale: run \`npm run generate\``);
    }
  }
  for (const file of committed) {
    if (!fresh.has(file)) problems.push(`${generator.name}: ${file} is no longer generated: remove it`);
  }
  if (fresh.size === 0) problems.push(`${generator.name}: ${generator.script} wrote none of its outputs`);
  return problems;
}
