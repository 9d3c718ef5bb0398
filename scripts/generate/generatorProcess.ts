import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import * as z from "zod";
import { declarationFaultsExitCode } from "../lib/declarationFaults";

/**
 * Runs the generators that the parent process sends (`scripts/lib/runGenerators.ts`), one after the other in the working
 * directory, and tells of each how it ended. Nothing runs after one that failed.
 */

const order = z.object({
  emptiesFolders: z.boolean(),
  generators: z.array(
    z.object({
      name: z.string(),
      script: z.string(),
      outputs: z.array(z.string()),
      sourceExport: z.string().optional(),
      isAside: z.boolean().optional(),
    }),
  ),
});
type Ordered = z.output<typeof order>["generators"][number];

process.once("message", (message) => void runAll(order.parse(message)));

async function runAll({ generators, emptiesFolders }: z.output<typeof order>): Promise<void> {
  const aside: Promise<boolean>[] = [];
  for (const generator of generators) {
    if (emptiesFolders) emptyFolders(generator);
    const running = run(generator);
    if (generator.isAside) aside.push(running);
    else if (!(await running)) break;
  }
  await Promise.all(aside);
  process.disconnect();
}

/** Tells how it ended. Answers whether it wrote what it should. */
async function run(generator: Ordered): Promise<boolean> {
  const startedAtMs = performance.now();
  const tell = (exitCode: number, output: string): boolean => {
    process.send?.({ name: generator.name, exitCode, output, seconds: (performance.now() - startedAtMs) / 1000 });
    return exitCode === 0;
  };
  try {
    await write(generator);
    return tell(0, "");
  } catch (error) {
    // What is wrong with declarations is told in lines of its own; a stack would hide them.
    // By name: a generator that runs on a copy of the sources has a class of its own.
    if (error instanceof Error && error.name === "DeclarationFaults")
      return tell(declarationFaultsExitCode, error.message);
    return tell(1, inspect(error));
  }
}

/** Runs the module, or writes the text that its export returns. */
async function write({ script, sourceExport, outputs }: Ordered): Promise<void> {
  const exports: Record<string, unknown> = await import(pathToFileURL(path.resolve(script)).href);
  if (sourceExport === undefined) return;
  const [output = ""] = outputs;
  const source = exports[sourceExport];
  if (typeof source !== "function") throw new Error(`${script} exports no function ${sourceExport}`);
  const text: unknown = await source();
  if (typeof text !== "string") throw new Error(`${sourceExport} of ${script} returned no text`);
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(output, text);
}

/** Single files stay: a generator may read its own. */
function emptyFolders({ outputs }: Ordered): void {
  for (const output of outputs) if (output.endsWith("/")) rmSync(output, { recursive: true, force: true });
}
