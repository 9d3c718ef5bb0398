import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "./repositoryFiles";
import { runScript } from "./runCommand";

const redocly = "node_modules/@redocly/cli/bin/cli.js";
const environment = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "1" };

/**
 * Lints OpenAPI 3.1 documents with both rule sets, and validates renderings as OpenAPI 3.0. Warnings are shown, errors fail.
 *
 * @param documents Paths relative to the root.
 */
export async function lintOpenApi(
  documents: readonly string[],
  renderings: readonly string[],
): Promise<{ readonly hasPassed: boolean; readonly output: string }> {
  const results = await Promise.all([
    runScript(redocly, ["lint", ...documents, "--config", "redocly.yaml"], { environment }),
    // Without a file it would take that of its configuration.
    ...(renderings.length > 0
      ? [runScript(redocly, ["lint", ...renderings, "--extends", "spec"], { environment })]
      : []),
    runScript("node_modules/@stoplight/spectral-cli/dist/index.js", [
      "lint",
      ...documents,
      "--ruleset",
      ".spectral.yaml",
      "--fail-severity",
      "error",
    ]),
  ]);
  return {
    hasPassed: results.every(({ exitCode }) => exitCode === 0),
    output: results.map(({ output }) => output.trim()).join("\n"),
  };
}

/**
 * Calls `use` with a function that writes a document under a path known to the exceptions in .spectral.yaml. Removes all
 * of them at the end.
 */
export async function withDocumentFiles<Result>(
  use: (write: (name: string, text: string) => string) => Promise<Result>,
): Promise<Result> {
  const cache = path.join(repositoryRoot, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(path.join(cache, "portico-openapi-"));
  try {
    return await use((name, text) => {
      const file = path.join(directory, name);
      writeFileSync(file, text);
      return path.relative(repositoryRoot, file);
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}
