import openapiTS, { astToString } from "openapi-typescript";
import { convexFunctionTypes } from "./convexFunctions";
import { OpenApiDocument } from "./document";
import { eventTypes } from "./events";
import { withLooseInputs } from "./looseInputs";
import { methodList } from "./methodList";
import { modelTypes } from "./models";
import { problemStatuses } from "./problems";
import { resourceTypes } from "./resources";
import { samples } from "./samples";
import { scopePresets } from "./scopes";
import { operationTable } from "./table";

const banner = `// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run \`npm run generate\`.\n\n`;

/**
 * All generated files of the SDK, by their path in its folder. The same document always gives the same text.
 *
 * @param json - The OpenAPI 3.1 document as JSON text.
 * @throws {Error} naming the operation, when it cannot become a method.
 */
export async function generatedFiles(json: string): Promise<Map<string, string>> {
  const document = new OpenApiDocument(JSON.parse(json));
  const operations = document.operations();
  const schema = await openapiTS(json, {
    // Otherwise a field with a default would be required in requests, where it is optional.
    defaultNonNullable: false,
    alphabetize: true,
  });
  const files = new Map([
    ["schema.ts", astToString(withLooseInputs(schema, document.inputSchemaNames()))],
    ["models.ts", modelTypes(document)],
    ["operations.ts", operationTable(operations)],
    ["resources.ts", resourceTypes(operations)],
    ["convexFunctions.ts", convexFunctionTypes(operations)],
    ["problems.ts", problemStatuses(document, operations)],
    ["events.ts", eventTypes(document)],
    ["samples.ts", samples(document)],
    ["scopes.ts", scopePresets(document)],
  ]);
  const modules = [...files].map(([name, text]): [string, string] => [`src/generated/${name}`, banner + text]);
  return new Map([...modules, ["METHODS.md", methodList(operations)]]);
}
