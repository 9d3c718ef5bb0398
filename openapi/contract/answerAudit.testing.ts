import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { request } from "undici";
import document from "../openapi.json" with { type: "json" };
import { isObject } from "../json";
import { documentedCodes } from "../documentedCodes";
import type { JsonObject } from "../json";

/** Headers that promise something: an undocumented one is as wrong as a missing one. */
const promises = [
  "ETag",
  "Location",
  "Retry-After",
  "WWW-Authenticate",
  "Idempotent-Replayed",
  "Accept-Encoding",
  "Portico-Dry-Run",
  "Portico-Organization",
];

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...document }, "document.json");

/** An answer as the audit reads it. */
export interface AuditedAnswer {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Lists what in a response contradicts the OpenAPI document: status, problem code, content type, body or headers. Empty
 * for routes that the document does not have.
 */
export function answerFaults({ method, path, status, headers, text }: AuditedAnswer): string[] {
  const found = operationAt(path, method === "HEAD" ? "get" : method.toLowerCase());
  if (!found) return [];
  const { operation, pointer } = found;
  const place = `${String(operation["operationId"])} ${status}`;
  const declared = resolved(`${pointer}/responses/${status}`, objectAt(operation, "responses")[status]);
  if (!declared) return [`${place} is not declared: ${text.slice(0, 200)}`];
  const body = method === "HEAD" ? [] : bodyFaults(declared, headers.get("content-type"), text);
  const code = method === "HEAD" ? [] : codeFaults(operation, status, headers.get("content-type"), text);
  return [...headerFaults(declared, headers), ...body, ...code].map((fault) => `${place}: ${fault}`);
}

/** A refusal's code is one of those that the operation has with the status. */
function codeFaults(operation: JsonObject, status: number, contentType: string | null, text: string): string[] {
  if (contentType !== "application/problem+json") return [];
  const declared = documentedCodes(document, operation, String(status));
  const { code }: { code?: unknown } = JSON.parse(text);
  return declared.includes(code) ? [] : [`the code ${String(code)} is not declared`];
}

interface Declared {
  readonly node: JsonObject;
  readonly pointer: string;
}

function headerFaults({ node, pointer }: Declared, headers: Headers): string[] {
  const declared = objectAt(node, "headers");
  const names = Object.keys(declared).map((name) => name.toLowerCase());
  const undeclared = promises.filter((name) => headers.has(name) && !names.includes(name.toLowerCase()));
  const wrong = Object.entries(declared).flatMap(([name, value]) => {
    const header = resolved(`${pointer}/headers/${name}`, value);
    const sent = headers.get(name);
    if (sent === null) return header?.node["required"] === true ? [`the header ${name} is missing`] : [];
    return header ? schemaFaults(header.pointer, sent).map((fault) => `the header ${name}${fault}`) : [];
  });
  return [...undeclared.map((name) => `the header ${name} is not declared`), ...wrong];
}

function bodyFaults({ node, pointer }: Declared, contentType: string | null, text: string): string[] {
  const content = objectAt(node, "content");
  if (Object.keys(content).length === 0) return text === "" ? [] : ["a body is not declared"];
  const type = (contentType ?? "").replace(/;.*/, "");
  if (!(type in content) && !("*/*" in content)) return [`the content type ${type || "(none)"} is not declared`];
  if (!/[/+]json$/.test(type)) return [];
  const faults = schemaFaults(`${pointer}/content/${escaped(type)}`, JSON.parse(text));
  return faults.map((fault) => `the body${fault} in ${text.slice(0, 200)}`);
}

function schemaFaults(pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`document.json#${encodeURI(pointer)}/schema`);
  if (!validate) return [` has no schema at ${pointer}`];
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const templates = Object.entries(document.paths).map(([template, item]) => ({
  template,
  segments: template.split("/"),
  item: asObject(item),
}));

/** Fixed segments come before parameters, as in the gateway. */
function operationAt(path: string, method: string): { operation: JsonObject; pointer: string } | undefined {
  const given = path.replace(/(?<=.)\/$/, "").split("/");
  const isFixed = (segment: string | undefined) => segment?.startsWith("{") === false;
  const [best] = templates
    .filter(
      ({ segments }) =>
        segments.length === given.length &&
        segments.every((segment, at) => (isFixed(segment) ? segment === given[at] : given[at] !== "")),
    )
    .filter(({ item }) => isObject(item[method]))
    .toSorted((left, right) => {
      const at = left.segments.findIndex((segment, place) => isFixed(segment) !== isFixed(right.segments[place]));
      return isFixed(left.segments[at]) ? -1 : 1;
    });
  return best && { operation: objectAt(best.item, method), pointer: `/paths/${escaped(best.template)}/${method}` };
}

/** The part of the document at `pointer`, or the one that it refers to. */
function resolved(pointer: string, value: unknown): Declared | undefined {
  if (!isObject(value)) return undefined;
  const { $ref } = value;
  if (typeof $ref !== "string") return { node: value, pointer };
  const target = $ref
    .slice(2)
    .split("/")
    .reduce<JsonObject>((node, key) => objectAt(node, key), asObject(document));
  return { node: target, pointer: $ref.slice(1) };
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function objectAt(from: JsonObject, key: string | number): JsonObject {
  return asObject(from[key]);
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** A request whose answer is read as text. */
export interface TextRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface TextAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** An answer and its whole text: for the many who read nothing else, since `fetch` costs several times what this does. */
export async function textOf(url: string, init: TextRequest): Promise<TextAnswer> {
  const { statusCode: status, headers: fields, body } = await request(url, init);
  const headers = new Headers();
  for (const [name, values] of Object.entries(fields))
    for (const value of [values ?? []].flat()) headers.append(name, value);
  return { status, headers, text: await body.text() };
}

/**
 * Checks every answer that this process gets over `fetch` from `origin`, by whichever client, until it is closed. Closing it says
 * in one list what the document does not know.
 */
export class AnswerAudit {
  readonly #faults = new Set<string>();
  readonly #pending: Promise<void>[] = [];
  readonly #fetch = globalThis.fetch;
  /** Answers that were checked. */
  count = 0;

  constructor(readonly origin: string) {
    globalThis.fetch = this.#audited;
  }

  readonly #audited: typeof fetch = async (input, init) => {
    const response = await this.#fetch(input, init);
    const { url, method } = input instanceof Request ? input : { url: String(input), method: init?.method ?? "GET" };
    // What a redirection leads to is somebody else's answer.
    if (url.startsWith(`${this.origin}/`) && !response.redirected)
      this.#pending.push(this.#noteCopy(method, url, response.clone()));
    return response;
  };

  /** An answer and its whole text, checked. */
  async textOf(url: string, init: TextRequest): Promise<TextAnswer> {
    const answer = await textOf(url, init);
    this.#note(init.method, url, answer, answer.text);
    return answer;
  }

  async #noteCopy(method: string, url: string, copy: Response): Promise<void> {
    // A caller that disconnects early received no response.
    const text = await copy.text().catch(() => undefined);
    if (text !== undefined) this.#note(method, url, copy, text);
  }

  #note(method: string, url: string, { status, headers }: Pick<Response, "status" | "headers">, text: string): void {
    this.count += 1;
    const { pathname: path } = new URL(url);
    for (const fault of answerFaults({ method: method.toUpperCase(), path, status, headers, text }))
      this.#faults.add(fault);
  }

  /** @throws {Error} with everything that the document does not know of the answers so far. */
  async close(): Promise<void> {
    if (globalThis.fetch === this.#audited) globalThis.fetch = this.#fetch;
    await Promise.all(this.#pending);
    const faults = [...this.#faults].toSorted();
    if (faults.length === 0) return;
    throw new Error(`${faults.length} answers are not as the OpenAPI document says:\n${faults.join("\n")}`);
  }
}
