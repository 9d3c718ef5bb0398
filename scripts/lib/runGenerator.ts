import path from "node:path";
import type { Generator } from "../generate/generators";
import { repositoryRoot } from "./repositoryFiles";
import { runScript, type CommandResult } from "./runCommand";

/** Runs one generator in a process of its own, with a root as working directory. */
export function runGenerator({ script, outputs, sourceExport }: Generator, root: string): Promise<CommandResult> {
  if (sourceExport === undefined) return runScript(`tsx:${script}`, [], { cwd: root });
  const writer = path.join(repositoryRoot, "scripts/generate/writeSource.ts");
  return runScript(`tsx:${writer}`, [script, sourceExport, ...outputs], { cwd: root });
}
