import { asText, isRecord } from "../src/runtime/json";
import { byText, type OpenApiDocument } from "./document";
import { codesByStatus } from "./problems";

/**
 * What operations answer by the document's examples, and what they may be refused with, for tests of programs that use the SDK. It is
 * JSON text, since a compiler would spend seconds on literals that nobody reads.
 */
export function samples(document: OpenApiDocument): string {
  const answers: string[] = [];
  const refusals: string[] = [];
  const operations: Record<string, unknown> = {};
  const problems: Record<string, unknown> = {};
  for (const { path, method, operation } of document.rawOperations()) {
    const responses = document.resolve(operation["responses"]);
    for (const response of Object.values(responses)) collectProblems(document, response, problems);
    const [resource, verb] = [asText(operation["x-portico-resource"]), asText(operation["x-portico-verb"])];
    if (resource === undefined || verb === undefined) continue;
    const [status = "200", response] = Object.entries(responses).find(([each]) => /^2\d\d$/.test(each)) ?? [];
    const { example } = document.resolve(document.resolve(document.resolve(response)["content"])["application/json"]);
    operations[`${resource}.${verb}`] = {
      route: `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, "{}")}`,
      status: Number(status),
      ...(example === undefined ? {} : { answer: indexIn(answers, example) }),
      refusals: indexIn(refusals, codesByStatus(document, operation)),
    };
  }
  const sorted = (record: object) => Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => byText(a, b)));
  const parts = [answers, refusals].map((texts) => texts.map((text): unknown => JSON.parse(text)));
  const all = { answers: parts[0], refusals: parts[1], problems: sorted(problems), operations: sorted(operations) };
  return `/** JSON of \`Samples\` in \`src/testing/samples.ts\`. */\nexport const samplesText: string = ${literalOf(JSON.stringify(all))};\n`;
}

/** A text as an expression of lines that a search can show. */
function literalOf(text: string): string {
  const pieces = text.match(/[^]{1,1000}/gu) ?? [];
  return `[\n${pieces.map((piece) => `  ${JSON.stringify(piece)},\n`).join("")}].join("")`;
}

/** Where a value stands among those that there are; the end for a new one. */
function indexIn(texts: string[], value: unknown): number {
  const text = JSON.stringify(value);
  const found = texts.indexOf(text);
  return found === -1 ? texts.push(text) - 1 : found;
}

/** Problems by code and status, as the examples of a response have them. */
function collectProblems(document: OpenApiDocument, response: unknown, problems: Record<string, unknown>): void {
  const content = document.resolve(document.resolve(response)["content"]);
  const { example, examples } = document.resolve(content["application/problem+json"]);
  const named = Object.values(isRecord(examples) ? examples : {});
  for (const value of [example, ...named.map((one) => document.resolve(one)["value"])])
    if (isRecord(value)) problems[`${String(value["code"])} ${String(value["status"])}`] = value;
}
