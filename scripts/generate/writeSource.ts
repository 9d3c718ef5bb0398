import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Usage: writeSource.ts <module> <export> <output>. Writes the text that a module's exported function returns; a refusal is
 * told in its one line.
 */
const [modulePath = "", exportName = "", output = ""] = process.argv.slice(2);
const exports: Record<string, unknown> = await import(pathToFileURL(path.resolve(modulePath)).href);
const source = exports[exportName];
if (typeof source !== "function") throw new Error(`${modulePath} exports no function ${exportName}`);
try {
  const text: unknown = await source();
  if (typeof text !== "string") throw new Error(`${exportName} of ${modulePath} returned no text`);
  mkdirSync(path.dirname(output), { recursive: true });
  writeFileSync(output, text);
} catch (error) {
  // By name: the generator that runs on a copy of the sources has a class of its own.
  if (!(error instanceof Error) || error.name !== "Refusal") throw error;
  console.error(error.message);
  process.exitCode = 2;
}
