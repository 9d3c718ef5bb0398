import type { IncomingMessage } from "node:http";
import { materialize, standFor, type Light } from "../lightObject";
import { ActionRequestBody } from "./actionRequestBody";
import type { HeldBytes } from "./bytesInFlight";

/**
 * The Fetch `Request` of an HTTP action, and what the door needs to know about it afterwards. The request is a light object
 * that builds a real Request only when something asks for more than method, url, headers, signal or the whole body, which most
 * requests never do: a real one with a body costs about 20 µs of CPU, a light one about 2.
 */
export class ActionRequest {
  readonly request: Request;
  /** Absent for methods whose body Convex drops. */
  readonly body: ActionRequestBody | undefined;
  readonly #light: LightRequest;

  constructor(incoming: IncomingMessage, url: string, held: HeldBytes) {
    const method = incoming.method ?? "GET";
    const hasBody = method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
    this.body = hasBody ? new ActionRequestBody(incoming, held) : undefined;
    this.#light = new LightRequest(incoming, method, url, this.body);
    this.request = asRequest(this.#light);
  }

  /** Aborts `request.signal`. */
  abort(): void {
    this.#light.abort();
  }
}

class LightRequest implements Light<Request> {
  readonly #incoming: IncomingMessage;
  readonly #method: string;
  readonly #url: string;
  readonly #requestBody: ActionRequestBody | undefined;
  #headers: Headers | undefined;
  #controller: AbortController | undefined;
  #aborted = false;
  #real: Request | undefined;

  constructor(incoming: IncomingMessage, method: string, url: string, requestBody: ActionRequestBody | undefined) {
    this.#incoming = incoming;
    this.#method = method;
    this.#url = url;
    this.#requestBody = requestBody;
  }

  get method(): string {
    return this.#method;
  }

  get url(): string {
    return this.#url;
  }

  get headers(): Headers {
    return (this.#headers ??= fetchHeaders(this.#incoming.rawHeaders));
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? this.#requestBody?.used ?? false;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#requestBody === undefined ? null : this[materialize]().body;
  }

  async text(): Promise<string> {
    if (this.#real !== undefined) return this.#real.text();
    const bytes = await this.#requestBody?.bytes();
    const text = bytes?.toString("utf8") ?? "";
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
  }

  async json(): Promise<unknown> {
    const value: unknown = JSON.parse(await this.text());
    return value;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.#real !== undefined) return this.#real.arrayBuffer();
    return new Uint8Array((await this.#requestBody?.bytes()) ?? []).buffer;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** The real Request behind this one; from the first call on it owns the body. */
  [materialize](): Request {
    if (this.#real !== undefined) return this.#real;
    const init = { method: this.#method, headers: this.headers, signal: this.signal };
    const requestBody = this.#requestBody;
    if (requestBody === undefined) {
      this.#real = new Request(this.#url, init);
    } else if (requestBody.used) {
      // The body is gone already; an empty one, read at once, leaves the same "already used" state behind.
      this.#real = new Request(this.#url, { ...init, body: "" });
      void this.#real.text();
    } else {
      const streaming = { ...init, body: requestBody.stream(), duplex: "half" };
      this.#real = new Request(this.#url, streaming);
    }
    return this.#real;
  }
}

standFor(LightRequest.prototype, Request.prototype);

function asRequest(light: LightRequest): Request {
  if (light instanceof Request) return light;
  throw new TypeError("A light request must inherit from Request");
}

function fetchHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  return headers;
}
