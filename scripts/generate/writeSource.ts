import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { declarationFaultsExitCode } from "../lib/declarationFaults";
import { commandLine } from "../lib/commandLine";

/** Writes the text that a module's exported function returns. */
const usage = "Usage: writeSource.ts <module> <export> <output>";
const [modulePath = "", exportName = "", output = ""] = commandLine({ usage, positionals: [3, 3] }).positionals;
const exports: Record<string, unknown> = await import(pathToFileURL(path.resolve(modulePath)).href);
const source = exports[exportName];
if (typeof source !== "function") throw new Error(`${modulePath} exports no function ${exportName}`);
const text: unknown = await written(() => source());
if (text === undefined) process.exit(declarationFaultsExitCode);
if (typeof text !== "string") throw new Error(`${exportName} of ${modulePath} returned no text`);
mkdirSync(path.dirname(output), { recursive: true });
writeFileSync(output, text);

/** Faults in declarations are printed one per line; a stack trace would bury them. */
async function written(write: () => unknown): Promise<unknown> {
  try {
    return await write();
  } catch (error) {
    // By name: a generator that runs on a copy of the sources has a class of its own.
    if (!(error instanceof Error) || error.name !== "DeclarationFaults") throw error;
    console.error(error.message);
    return undefined;
  }
}
