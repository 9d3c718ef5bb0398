import { servedDocument } from "../convex/documentation/servedDocument";
import { lintOpenApi, withDocumentFiles } from "./lib/openApiLint";

/** Lints the OpenAPI document and its rendering as OpenAPI 3.0. Those of its domains are cut from it; `npm test` lints them. */
const { hasPassed, output } = await withDocumentFiles((write) =>
  lintOpenApi(["openapi/openapi.json"], [write("openapi-3.0.json", servedDocument({ version: "3.0" }))]),
);
console.log(output);
process.exitCode = hasPassed ? 0 : 1;
