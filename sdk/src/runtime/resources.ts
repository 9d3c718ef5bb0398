import type { Call } from "./call";
import type { ChangeOptions, RequestOptions } from "./engine";
import type { ListCall } from "./listCall";
import { kebabCase, type Operation, readOperations } from "./operations";
import { isRecord } from "./json";

/** Query parameters; undefined ones are left out, arrays repeat the name. */
export type Query = Readonly<Record<string, unknown>>;

/** A request by its parts, before settings and credential. */
export interface RequestParts {
  readonly operation: string;
  /** Method and path without ids, for errors. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly body: unknown;
  readonly idempotencyKey: boolean;
  /** The body as it is sent, instead of JSON. */
  readonly bytes?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer is bytes of any type. */
  readonly answersBytes?: boolean;
  /** The answer may be text; without this anything but JSON is an error. */
  readonly acceptsText?: boolean;
}

/** What a client offers to its resources. */
export interface Sender {
  call(parts: RequestParts, options: ChangeOptions): Call<unknown>;
  /** A list that may be answered "not modified" is one page, and not iterated. */
  list(parts: RequestParts, options: RequestOptions): ListCall<unknown> | Call<unknown>;
}

/**
 * Defines one property per resource of the table on `client`. A resource is built when it is first used: most programs
 * use few of them, and clients are cloned per tenant.
 */
export function defineResources(client: object, table: Readonly<Record<string, string>>, sender: Sender): void {
  for (const [name, entries] of Object.entries(table)) {
    Object.defineProperty(client, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = buildResource(name, entries, sender);
        Object.defineProperty(client, name, { value, enumerable: true });
        return value;
      },
    });
  }
}

function buildResource(name: string, entries: string, sender: Sender): Record<string, unknown> {
  return Object.fromEntries(
    readOperations(name, entries).map((operation) => {
      const call = (...args: unknown[]) => callOperation(name, operation, args, sender);
      return [operation.verb, call];
    }),
  );
}

function callOperation(
  resource: string,
  operation: Operation,
  args: readonly unknown[],
  sender: Sender,
): Call<unknown> {
  const rest = [...args];
  const path = operation.path.replace(/\{\}/g, () => pathSegment(rest.shift()));
  const bytes = operation.takesBytes ? asBlob(rest.shift()) : undefined;
  const input = operation.takesInput ? rest.shift() : undefined;
  const [options = {}] = rest;
  const { method } = operation;
  const isInQuery = method === "GET" || method === "DELETE";
  const parts = {
    operation: `${resource}.${operation.verb}`,
    route: `${method} ${operation.path.replaceAll("{}", "{id}")}`,
    method,
    path,
    query: isInQuery && isRecord(input) ? input : {},
    body: isInQuery || bytes ? undefined : input,
    ...(bytes ? { bytes, headers: headersOf(input) } : {}),
    idempotencyKey: operation.idempotencyKey,
    ...(operation.answersBytes ? { answersBytes: true } : {}),
  };
  if (!isRecord(options)) throw new TypeError(`${parts.operation}: options must be an object`);
  return operation.paginated ? sender.list(parts, options) : sender.call(parts, options).send();
}

/** A body that is sent as often as it must be. */
function asBlob(bytes: unknown): Blob {
  if (bytes instanceof Blob) return bytes;
  if (isBlobPart(bytes)) return new Blob([bytes]);
  throw new TypeError("Bytes are a Blob, an ArrayBuffer, a view of one, or text");
}

/** What a Blob copies; of anything else it would take the text that `String` makes of it. */
function isBlobPart(bytes: unknown): bytes is BlobPart {
  return typeof bytes === "string" || bytes instanceof ArrayBuffer || ArrayBuffer.isView(bytes);
}

/** Inputs beside a body of bytes: `fileName` as `X-File-Name`, percent-encoded. */
function headersOf(input: unknown): Record<string, string> {
  const given = Object.entries(isRecord(input) ? input : {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [`x-${kebabCase(name)}`, encodeURIComponent(String(value))]));
}

/** An id as one path segment; a dot segment would be resolved by the URL parser into another path. */
function pathSegment(value: unknown): string {
  const text = typeof value === "string" ? value : "";
  if (/^\.{0,2}$/.test(text)) throw new TypeError("A path argument must be a non-empty id");
  return encodeURIComponent(text);
}

/** The query string with its question mark, or an empty string. */
export function queryString(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === "object" && item !== null)
        throw new TypeError(`The query parameter ${name} is an object; options come after the input`);
      if (item !== undefined) search.append(name, String(item));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}
