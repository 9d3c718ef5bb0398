import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { servedDocument } from "../convex/documentation/servedDocument";
import { runScript } from "./lib/runCommand";

/**
 * Lints the OpenAPI document with both rule sets, and validates its rendering as OpenAPI 3.0; warnings are shown, errors fail.
 */
const openapiDocument = "openapi/openapi.json";
const redocly = "node_modules/@redocly/cli/bin/cli.js";
const environment = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "1" };

const directory = mkdtempSync(path.join(tmpdir(), "portico-openapi-"));
const rendering = path.join(directory, "openapi-3.0.json");
writeFileSync(rendering, servedDocument("3.0"));

const results = await Promise.all([
  runScript(redocly, ["lint", openapiDocument, "--config", "redocly.yaml"], { environment }),
  runScript(redocly, ["lint", rendering, "--extends", "spec"], { environment }),
  runScript("node_modules/@stoplight/spectral-cli/dist/index.js", [
    "lint",
    openapiDocument,
    "--ruleset",
    ".spectral.yaml",
    "--fail-severity",
    "error",
  ]),
]);
rmSync(directory, { recursive: true });
for (const { output } of results) console.log(output.trim());
process.exitCode = results.some(({ exitCode }) => exitCode !== 0) ? 1 : 0;
