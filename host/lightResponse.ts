import { materialize, standFor, type Light } from "./lightObject";

/** What the door needs of a response it can send in one write. */
export interface CompleteResponse {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string | Uint8Array | null;
}

type HeaderPair = readonly [string, string];

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const headerValue = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;
const textType = "text/plain;charset=UTF-8";

/** A Response made of complete content, which becomes a real one only when something asks for more than its head. */
class CompleteContent implements Light<Response> {
  readonly #body: string | Uint8Array | null;
  readonly #status: number;
  readonly #pairs: readonly HeaderPair[];
  #headers: Headers | undefined;
  #real: Response | undefined;

  constructor(body: string | Uint8Array | null, status: number, pairs: readonly HeaderPair[]) {
    this.#body = body;
    this.#status = status;
    this.#pairs = pairs;
  }

  static of(response: Response): CompleteResponse | undefined {
    if (!(#body in response) || response.#real?.bodyUsed === true) return undefined;
    return { status: response.#status, headers: response.#headers ?? response.#pairs, body: response.#body };
  }

  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.#status < 300;
  }

  get statusText(): string {
    return "";
  }

  get headers(): Headers {
    return (this.#headers ??= new Headers(this.#pairs.map(([name, value]) => [name, value])));
  }

  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? false;
  }

  /** The real Response behind this one, with the headers as they are now. */
  [materialize](): Response {
    if (this.#real === undefined) {
      const body = typeof this.#body === "string" || this.#body === null ? this.#body : new Uint8Array(this.#body);
      this.#real = new Response(body, { status: this.#status, headers: this.headers });
      return this.#real;
    }
    const { headers } = this.#real;
    const names = Array.from(headers.keys());
    for (const name of names) headers.delete(name);
    for (const [name, value] of this.headers) headers.append(name, value);
    return this.#real;
  }
}

standFor(CompleteContent.prototype, Response.prototype);

/** What real Responses were made of. */
const knownBodies = new WeakMap<Response, string | Uint8Array | null>();

/**
 * A `Response` constructor for HTTP actions. Fetch's own makes a stream of every text, which costs more CPU than all the
 * rest of a small request (about 35 µs) and hides how long it is; this one keeps complete content as it is, or beside the real
 * Response where it has to make one. Instances of both are instances of both. Streams, blobs, forms, unusual options and invalid
 * ones go to fetch's own constructor, which also throws its own errors.
 */
export const LightResponse: typeof Response = new Proxy(Response, {
  construct(target, args: unknown[], newTarget) {
    const isPlain = newTarget === LightResponse;
    const light = isPlain ? tryComplete(args[0], args[1], textType) : undefined;
    if (light) return light;
    const response = Reflect.construct(target, args, isPlain ? target : newTarget);
    return withKnownBody(response, args[0] instanceof URLSearchParams ? String(args[0]) : completeBody(args[0]));
  },
  get: (target, key) => (key === "json" ? lightJson : Reflect.get(target, key)),
});

/** The complete content of a response that nothing has read yet; undefined for one whose body is a stream. */
export function completeResponse(response: Response): CompleteResponse | undefined {
  const light = CompleteContent.of(response);
  if (light !== undefined) return light;
  if (response.bodyUsed) return undefined;
  const body = knownBodies.get(response);
  return body === undefined ? undefined : { status: response.status, headers: response.headers, body };
}

function lightJson(data: unknown, init?: ResponseInit): Response {
  const text: string | undefined = JSON.stringify(data);
  const light = text === undefined ? undefined : tryComplete(text, init, "application/json");
  return light instanceof Response ? light : withKnownBody(Response.json(data, init), text);
}

function withKnownBody(response: Response, body: string | Uint8Array | null | undefined): Response {
  if (body !== undefined) knownBodies.set(response, body);
  return response;
}

function tryComplete(body: unknown, init: unknown, defaultType: string): CompleteContent | undefined {
  const content = completeBody(body);
  if (content === undefined) return undefined;
  let status = 200;
  const pairs: HeaderPair[] = [];
  if (init !== undefined) {
    if (typeof init !== "object" || init === null || "statusText" in init) return undefined;
    const given: unknown = "status" in init ? (init.status ?? 200) : 200;
    const isPlainStatus = typeof given === "number" && Number.isInteger(given) && given >= 200 && given <= 599;
    if (!isPlainStatus || (content !== null && (given === 204 || given === 205 || given === 304))) return undefined;
    status = given;
    if ("headers" in init && init.headers !== undefined && !addPairs(pairs, init.headers)) return undefined;
  }
  if (typeof content === "string" && !pairs.some(([name]) => name === "content-type")) {
    pairs.push(["content-type", defaultType]);
  }
  return new CompleteContent(content, status, pairs);
}

function completeBody(body: unknown): string | Uint8Array | null | undefined {
  if (typeof body === "string") return body;
  if (body === null || body === undefined) return null;
  // Copied: the caller may go on writing into its buffer.
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return body instanceof ArrayBuffer ? new Uint8Array(body.slice(0)) : undefined;
}

/** Adds valid, distinct header fields; false when any needs what only fetch's own Headers does. */
function addPairs(pairs: HeaderPair[], init: unknown): boolean {
  if (init instanceof Headers) {
    for (const pair of init) pairs.push(pair);
    return true;
  }
  if (typeof init !== "object" || init === null || Object.getPrototypeOf(init) !== Object.prototype) return false;
  for (const [name, value] of Object.entries(init)) {
    const lowerName = name.toLowerCase();
    const isPlain = typeof value === "string" && headerName.test(name) && headerValue.test(value);
    if (!isPlain || pairs.some(([other]) => other === lowerName)) return false;
    pairs.push([lowerName, value]);
  }
  return true;
}
