import type { IncomingMessage, ServerResponse } from "node:http";
import type { Deployment, RequestMetadata } from "../deployment";
import { ActionRequest } from "./actionRequest";
import { sendActionResponse } from "./actionResponse";
import { metadataFor } from "./callers";
import type { CallerResolver } from "./callers";
import { bodyTooLarge } from "./requestBody";
import { actionUrl } from "./requestUrl";
import { TransportError } from "./transportError";

const supportedMethods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

/** The door to `http.ts`: every request of the site port, and those under `/http/` of the cloud port. */
export class HttpActions {
  readonly #deployment: Deployment;
  readonly #callers: CallerResolver;

  constructor(deployment: Deployment, callers: CallerResolver) {
    this.#deployment = deployment;
    this.#callers = callers;
  }

  /**
   * Runs the HTTP action of one request and sends its response.
   * @param target the request target as `http.ts` shall see it
   * A body that declares more than the limit is the action's to refuse in its own words; reading it fails.
   * @throws TransportError before the action runs: 400 bad URL, 405 method; and 413 after it when it read a body that was too
   *   large.
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    target: string,
    metadata: RequestMetadata,
  ): Promise<void> {
    if (!supportedMethods.has(request.method ?? "")) {
      throw new TransportError(405, "MethodNotAllowed", "HTTP actions do not support this method.", {
        allow: [...supportedMethods].join(", "),
      });
    }
    const action = new ActionRequest(request, actionUrl(request, target));
    response.once("close", () => {
      if (!response.writableFinished) action.abort();
    });
    const resolved = await this.#callers.resolveForHttpAction(request.headers.authorization);
    const { caller } = resolved;
    const answer = await this.#deployment.fetchHttpAction(action.request, caller, metadataFor(metadata, resolved));
    if (action.body?.exceeded === true) {
      await answer.body?.cancel();
      throw bodyTooLarge();
    }
    if (response.destroyed) {
      await answer.body?.cancel();
      return;
    }
    await sendActionResponse(response, answer, request.method === "HEAD");
  }
}
