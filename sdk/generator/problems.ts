import { isRecord } from "../src/runtime/json";
import { byText, type OpenApiDocument, type OperationSpec } from "./document";

const problemType = "application/problem+json";

/**
 * Every documented problem code with its statuses, and the codes of each operation. Examples show which status a code comes with; a
 * code that only a schema lists, as the shared problem schema does, may come with any.
 */
export function problemStatuses(document: OpenApiDocument, methods: readonly OperationSpec[]): string {
  const statuses = new Map<string, Set<string>>();
  const byOperation = new Map<string, Readonly<Record<string, readonly string[]>>>();
  for (const { operation } of document.rawOperations()) {
    byOperation.set(String(operation["operationId"]), codesByStatus(document, operation));
    for (const [status, response] of Object.entries(document.resolve(operation["responses"]))) {
      if (!/^[45]\d\d$/.test(status)) continue;
      const content = document.resolve(document.resolve(response)["content"]);
      const media = document.resolve(content[problemType]);
      for (const code of exampleCodes(document, media)) statusesOf(statuses, code).add(status);
      for (const code of schemaCodes(document, media["schema"])) statusesOf(statuses, code);
    }
  }
  const lines = [...statuses]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([code, found]) => `  ${code}: ${[...found].toSorted(byText).join(" | ") || "number"};`);
  return `/** Problem codes the API documents, each with its HTTP statuses. */
export interface ProblemStatuses {
${lines.join("\n")}
}

/** Codes that an operation may be refused with, by its id and the HTTP status. */
export interface OperationProblems {
${[...byOperation]
  .toSorted(([a], [b]) => byText(a, b))
  .map(([id, codes]) => `  ${id}: {${members(codes)} };`)
  .join("\n")}
}

/** The operation behind each method of the SDK. */
export interface MethodOperations {
${methods.map(({ resource, verb, operationId }) => `  "${resource}.${verb}": "${operationId}";`).join("\n")}
}
`;
}

/** The codes of an operation by status: its own, and those of the sets that it names. */
export function codesByStatus(
  document: OpenApiDocument,
  operation: Readonly<Record<string, unknown>>,
): Record<string, readonly string[]> {
  const names = [operation["x-portico-problem-sets"] ?? []].flat().map(String);
  const parts = [operation["x-portico-problems"], ...names.map((name) => document.problemSet(name))];
  const entries = parts.flatMap((part) => Object.entries(document.resolve(part)));
  return Object.fromEntries(
    [...new Set(entries.map(([status]) => status))].toSorted(byText).map((status) => {
      const codes = entries.flatMap(([of, listed]) => (of === status ? listed : []));
      return [status, [...new Set(codes.filter(isCode))].toSorted(byText)];
    }),
  );
}

function members(codes: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(codes)
    .map(([status, of]) => ` ${status}: ${of.map((code) => JSON.stringify(code)).join(" | ")}`)
    .join(";");
}

function statusesOf(statuses: Map<string, Set<string>>, code: string): Set<string> {
  const found = statuses.get(code) ?? new Set();
  statuses.set(code, found);
  return found;
}

function exampleCodes(document: OpenApiDocument, media: Record<string, unknown>): string[] {
  const { example, examples } = media;
  const named = Object.values(isRecord(examples) ? examples : {});
  return [example, ...named.map((one) => document.resolve(one)["value"])]
    .map((value) => (isRecord(value) ? value["code"] : undefined))
    .filter(isCode);
}

/** `code` as `const` or `enum`, also in the branches of `allOf`, `oneOf` and `anyOf`. */
function schemaCodes(document: OpenApiDocument, schema: unknown): string[] {
  const resolved = document.resolve(schema);
  const code = document.resolve(document.resolve(resolved["properties"])["code"]);
  const branches = [resolved["allOf"], resolved["oneOf"], resolved["anyOf"]].flat().filter(isRecord);
  return [code["const"], code["enum"]]
    .flat()
    .filter(isCode)
    .concat(branches.flatMap((branch) => schemaCodes(document, branch)));
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && /^\w+$/.test(value);
}
