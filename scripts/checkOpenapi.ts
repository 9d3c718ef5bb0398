import { runScript } from "./lib/runCommand";

/** Lints the OpenAPI document with both rule sets; warnings are shown, errors fail. */
const openapiDocument = "openapi/openapi.json";
const offline = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", CI: "1" };

const results = await Promise.all([
  runScript("node_modules/@redocly/cli/bin/cli.js", ["lint", openapiDocument, "--config", "redocly.yaml"], {
    environment: offline,
  }),
  runScript("node_modules/@stoplight/spectral-cli/dist/index.js", [
    "lint",
    openapiDocument,
    "--ruleset",
    ".spectral.yaml",
    "--fail-severity",
    "error",
  ]),
]);
for (const { output } of results) console.log(output.trim());
process.exitCode = results.some(({ exitCode }) => exitCode !== 0) ? 1 : 0;
