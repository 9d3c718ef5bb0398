import { documentOrigin } from "../convex/documentation/documentOrigin";
import { shownCredential } from "../convex/core/wire/credentialKinds";
import { isObject } from "./json";
import type { JsonObject } from "./json";

/** How a program calls an operation, in the form that reference pages show (`x-codeSamples`). */
export interface CodeSample {
  readonly lang: "Shell" | "TypeScript";
  readonly label: string;
  readonly source: string;
}

/**
 * The operation called with the document's own examples: by curl, and by the SDK's method. What the SDK has no method for it reads by
 * `request`; what is sent as a form or comes from a provider has curl alone.
 */
export function codeSamples(method: string, path: string, operation: JsonObject): readonly CodeSample[] {
  const request = requestOf(method.toUpperCase(), path, operation);
  const call = sdkCall(request, operation);
  const source = call === undefined ? undefined : program(request, call);
  return [
    { lang: "Shell", label: "curl", source: curlCommand(request, operation) },
    ...(source === undefined ? [] : [{ lang: "TypeScript", label: "TypeScript", source } as const]),
  ];
}

/** What an example of a request sends; of parameters, those that it cannot do without. */
interface SampleRequest {
  readonly method: string;
  /** As the document has it, with its places. */
  readonly path: string;
  readonly pathValues: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly mediaType: string | undefined;
  readonly body: JsonObject;
  readonly credential: Credential | undefined;
}

interface Credential {
  /** The variable of the environment that samples take it from. */
  readonly variable: string;
  readonly option: "apiKey" | "token";
}

/** Of each scheme that a sample may use; `clientCredentials` stands beside another one wherever it is. */
const credentials: ReadonlyMap<string, Credential> = new Map([
  ["apiKey", { variable: "PORTICO_API_KEY", option: "apiKey" }],
  ["userToken", { variable: "PORTICO_TOKEN", option: "token" }],
  ["agentKey", { variable: "PORTICO_AGENT_KEY", option: "apiKey" }],
  ["enrollmentToken", { variable: "PORTICO_ENROLLMENT_TOKEN", option: "token" }],
]);

function requestOf(method: string, path: string, operation: JsonObject): SampleRequest {
  const parameters = listOf(operation["parameters"]).filter((parameter) => parameter["required"] === true);
  const valuesIn = (place: string) =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter["in"] === place)
        .map(({ name, example }) => [String(name), String(example)]),
    );
  const inPath = valuesIn("path");
  const content = objectAt(operation, "requestBody", "content");
  const [mediaType] = Object.keys(content);
  const { example } = mediaType === undefined ? {} : objectAt(content, mediaType);
  const schemes = listOf(operation["security"]).flatMap((way) => Object.keys(way));
  return {
    method,
    path,
    pathValues: Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => inPath[name] ?? ""),
    query: valuesIn("query"),
    headers: valuesIn("header"),
    mediaType,
    body: isObject(example) ? example : {},
    credential: credentials.get(schemes[0] ?? ""),
  };
}

const bytesType = "application/octet-stream";

function curlCommand(request: SampleRequest, operation: JsonObject): string {
  const { method, headers, mediaType, body, credential } = request;
  const isPlainGet = method === "GET";
  const lines = [
    `curl ${isPlainGet ? "" : `-X ${method} `}"${documentOrigin}${targetOf(request)}"`,
    ...(credential ? [`-H "Authorization: Bearer $${credential.variable}"`] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
  ];
  if (mediaType === "application/json") lines.push(`-H "Content-Type: application/json"`, `-d ${quoted(json(body))}`);
  else if (mediaType === bytesType)
    lines.push(`-H "Content-Type: ${bytesType}"`, `--data-binary @${fileName(headers)}`);
  else if (mediaType !== undefined)
    lines.push(...Object.entries(body).map(([name, value]) => `--data-urlencode ${formField(name, String(value))}`));
  if (answersBytes(operation)) lines.push("--location --output file");
  return lines.join(" \\\n  ");
}

function targetOf({ path, pathValues, query }: SampleRequest): string {
  let at = 0;
  const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(pathValues[at++] ?? ""));
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return asked.length === 0 ? filled : `${filled}?${asked.join("&")}`;
}

/** One word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A field of a form; a key that stands for the caller's own is taken from the environment. */
function formField(name: string, value: string): string {
  const isOwnKey = value === shownCredential("apiKey");
  return isOwnKey ? `"${name}=$PORTICO_API_KEY"` : quoted(`${name}=${value}`);
}

const widthOfLine = 80;

function json(value: JsonObject): string {
  const inOneLine = JSON.stringify(value);
  return inOneLine.length > widthOfLine ? JSON.stringify(value, undefined, 2) : inOneLine;
}

function fileName(headers: Readonly<Record<string, string>>): string {
  return headers["X-File-Name"] ?? "file";
}

interface SdkCall {
  readonly imports: readonly string[];
  readonly statements: readonly string[];
}

/** The statements that follow the client's making; undefined where the SDK has no call. */
function sdkCall(request: SampleRequest, operation: JsonObject): SdkCall | undefined {
  const { method, query, headers, pathValues, mediaType, body } = request;
  const { "x-portico-resource": resource, "x-portico-verb": verb } = operation;
  if (typeof resource !== "string" || typeof verb !== "string") {
    if (method !== "GET") return undefined;
    const read = { method, path: targetOf({ ...request, query: {} }), ...(isFilled(query) ? { query } : {}) };
    return { imports: [], statements: [`const answer = await portico.request(${argument(read)});`] };
  }
  const fields = Object.entries(headers).map(([name, value]) => [fieldOf(name), value]);
  const input = { ...query, ...body, ...Object.fromEntries(fields) };
  const takesBytes = mediaType === bytesType;
  const given = [
    ...pathValues.map((value) => JSON.stringify(value)),
    ...(takesBytes ? ["bytes"] : []),
    ...(isFilled(input) ? [argument(input)] : []),
  ];
  const call = `portico.${resource}.${verb}(${given.join(", ")})`;
  const bytes = `const bytes = await readFile(${JSON.stringify(fileName(headers))});`;
  return {
    imports: takesBytes ? ['import { readFile } from "node:fs/promises";'] : [],
    statements: [...(takesBytes ? [bytes] : []), statement(call, operation)],
  };
}

/** What a program does with the answer. */
function statement(call: string, operation: JsonObject): string {
  const answer = answerName(operation);
  if (answer === undefined) return `await ${call};`;
  if (operation["x-portico-list"] === true) return `for await (const ${answer} of ${call}) console.log(${answer});`;
  return `const ${answer} = await ${call};`;
}

/** The name that a program would give the answer, or a row of it; undefined where there is nothing to name. */
function answerName(operation: JsonObject): string | undefined {
  if (answersBytes(operation)) return "file";
  const answers = Object.entries(objectAt(operation, "responses")).filter(([status]) => /^20[01]$/.test(status));
  const [, answer] = answers.at(-1) ?? [];
  if (!isObject(answer)) return undefined;
  const { $ref: pointer } = objectAt(answer, "content", "application/json", "schema");
  const isList = operation["x-portico-list"] === true;
  const name = (typeof pointer === "string" ? pointer : "")
    .slice("#/components/schemas/".length)
    .replace(isList ? /Page$/ : /^$/, "");
  const isOwn = name.toLowerCase() === String(operation["operationId"]).toLowerCase();
  if (isList && isOwn) return "row";
  if (/(Answer|Result)$/.test(name) || name === "") return "answer";
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function answersBytes(operation: JsonObject): boolean {
  return "*/*" in objectAt(operation, "responses", "200", "content");
}

/** `X-File-Name` as the field `fileName` of an input. */
function fieldOf(header: string): string {
  return header
    .replace(/^X-/, "")
    .replace(/^./, (letter) => letter.toLowerCase())
    .replaceAll("-", "");
}

function program({ credential }: SampleRequest, { imports, statements }: SdkCall): string {
  const options = [
    `baseUrl: "${documentOrigin}"`,
    ...(credential ? [`${credential.option}: process.env.${credential.variable}`] : []),
  ];
  return [
    [...imports, 'import { Portico } from "@portico/sdk";'].join("\n"),
    `const portico = new Portico({ ${options.join(", ")} });`,
    // Last, so that the SDK's own documentation finds it (sdk/generator/document.ts).
    statements.join("\n"),
  ].join("\n\n");
}

/** JSON as a program has it: what fits in one line, what does not with a field or an element a line. */
function argument(value: unknown, indent = ""): string {
  const inOneLine = literal(value);
  if (inOneLine.length <= widthOfLine || typeof value !== "object" || value === null) return inOneLine;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((element) => argument(element, inner))
    : Object.entries(value).map(([name, field]) => `${key(name)}: ${argument(field, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

/** Times are written as dates, since a number of milliseconds cannot be read. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (isObject(value)) {
    const fields = Object.entries(value).map(([name, field]) => `${key(name)}: ${literal(field)}`);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  const isTime = typeof value === "number" && value > 1e12 && value < 1e13;
  return isTime ? `Date.parse("${new Date(value).toISOString()}")` : JSON.stringify(value);
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function isFilled(object: object): boolean {
  return Object.keys(object).length > 0;
}

/** The object at the end of a path of keys; empty where there is none. */
function objectAt(root: unknown, ...keys: readonly string[]): JsonObject {
  const found = keys.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), root);
  return isObject(found) ? found : {};
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
