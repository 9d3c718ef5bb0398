import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openApiDocument } from "./document";
import { registry } from "./registry";

const directory = mkdtempSync(path.join(tmpdir(), "portico-types-"));
// The types as openapi-typescript makes them without any option, in the places from which openapi-fetch takes them.
const head = `import type { paths, operations } from "./schema";
type Body<Path extends keyof paths> = paths[Path] extends
  { post: { requestBody?: { content: { "application/json": infer Content } } } } ? Content : never;
`;
const uses = {
  defaults: `
export const item: Body<"/v1/items"> = { name: "Pump" };
export const schedule: Body<"/v1/schedules"> = { title: "Pumps", startDate: 1, endDate: 2 };
export const site: Body<"/v1/sites"> = { name: "Depot" };
export const rotation: Body<"/v1/api-keys/{apiKeyId}/rotate"> = {};
export const query: operations["listItems"]["parameters"]["query"] = { status: "open" };`,
  required: `
export const item: Body<"/v1/items"> = { status: "open" };`,
};
const faults = new Map<string, string[]>();

// The compiler reads thirty thousand lines, on a machine that may be busy.
const timeoutMs = 180_000;

beforeAll(async () => {
  const nodes = await openapiTS(JSON.stringify(openApiDocument(registry)));
  writeFileSync(path.join(directory, "schema.ts"), astToString(nodes));
  const files = Object.entries(uses).map(([name, source]) => {
    const file = path.join(directory, `${name}.ts`);
    writeFileSync(file, head + source);
    return file;
  });
  const program = ts.createProgram(files, {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    lib: ["lib.es2022.d.ts"],
    target: ts.ScriptTarget.ES2022,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
    types: [],
  });
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = path.basename(file?.fileName ?? "", ".ts");
    faults.set(name, [...(faults.get(name) ?? []), ts.flattenDiagnosticMessageText(messageText, "\n")]);
  }
}, timeoutMs);
afterAll(() => rmSync(directory, { recursive: true }));

test("openapi-typescript asks callers for the fields that are required, and for none that has a default", () => {
  expect(Object.fromEntries(faults)).toEqual({ required: [expect.stringContaining("'name' is missing")] });
});
