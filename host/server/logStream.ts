import type { ServerResponse } from "node:http";
import type { Deployment } from "../deployment";
import { sendJson, TransportError } from "./transportError";

/** Shorter than clients and proxies wait for a response. */
const pollMs = 25_000;

/** `/api/stream_function_logs`, which `convex logs` asks again and again: each answer waits until there is something new. */
export class LogStream {
  readonly #deployment: Deployment;
  readonly #closing = new AbortController();

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  /** @throws {TransportError} 400 for a cursor that is no number */
  async answer(response: ServerResponse, url: URL): Promise<void> {
    const cursor = Number(url.searchParams.get("cursor") ?? "0");
    if (!(cursor >= 0 && cursor < Infinity))
      throw new TransportError(400, "InvalidCursor", "The cursor of a log is a number.");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const signal = AbortSignal.any([this.#closing.signal, gone.signal, AbortSignal.timeout(pollMs)]);
    const page = await this.#deployment.logsAfter(cursor, signal);
    if (!response.destroyed) sendJson(response, 200, JSON.stringify(page));
  }

  /** Answers every waiting request, since a stop waits for them. */
  close(): void {
    this.#closing.abort();
  }
}
