import { isRecord } from "../src/runtime/json";
import { byText, type OpenApiDocument } from "./document";

const problemType = "application/problem+json";

/** Every documented problem code with the statuses it comes with, from the examples and schemas of the responses. */
export function problemStatuses(document: OpenApiDocument): string {
  const statuses = new Map<string, Set<string>>();
  for (const { operation } of document.rawOperations()) {
    for (const [status, response] of Object.entries(document.resolve(operation["responses"]))) {
      if (!/^[45]\d\d$/.test(status)) continue;
      const content = document.resolve(document.resolve(response)["content"]);
      for (const code of codes(document, document.resolve(content[problemType]))) {
        statuses.set(code, (statuses.get(code) ?? new Set()).add(status));
      }
    }
  }
  const lines = [...statuses]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([code, found]) => `  ${code}: ${[...found].toSorted(byText).join(" | ")};`);
  return `/** Problem codes the API documents, each with its HTTP statuses. */
export interface ProblemStatuses {
${lines.join("\n")}
}
`;
}

function codes(document: OpenApiDocument, media: Record<string, unknown>): string[] {
  const { example, examples } = media;
  const values = [
    example,
    ...Object.values(isRecord(examples) ? examples : {}).map((named) => document.resolve(named)["value"]),
    ...codesOfSchema(document, media["schema"]).map((code) => ({ code })),
  ];
  return values
    .map((value) => (isRecord(value) ? value["code"] : undefined))
    .filter((code): code is string => typeof code === "string" && /^\w+$/.test(code));
}

/** `code` as `const` or `enum`, also in the branches of `allOf`, `oneOf` and `anyOf`. */
function codesOfSchema(document: OpenApiDocument, schema: unknown): unknown[] {
  const resolved = document.resolve(schema);
  const code = document.resolve(document.resolve(resolved["properties"])["code"]);
  const branches = [resolved["allOf"], resolved["oneOf"], resolved["anyOf"]].flat();
  return [
    code["const"],
    ...(Array.isArray(code["enum"]) ? code["enum"] : []),
    ...branches.filter(isRecord).flatMap((branch) => codesOfSchema(document, branch)),
  ];
}
