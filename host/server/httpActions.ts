import type { IncomingMessage, ServerResponse } from "node:http";
import type { Deployment, RequestMetadata } from "../deployment";
import { ActionRequest } from "./actionRequest";
import { completeResponse } from "../lightResponse";
import { sendActionResponse } from "./actionResponse";
import type { BytesInFlight } from "./bytesInFlight";
import { metadataFor } from "./callers";
import type { CallerResolver } from "./callers";
import { actionUrl } from "./requestUrl";
import { headerIn } from "./requestEvents";
import type { Findings } from "./requestEvents";
import type { TrustedProxies } from "./trustedProxies";

/** Those of Convex's router, as its `Allow` names them. */
const supportedMethods = new Set(["GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"]);

/** The door to `http.ts`: every request of the site port, and those under `/http/` of the cloud port. */
export class HttpActions {
  readonly #deployment: Deployment;
  readonly #callers: CallerResolver;
  readonly #bytesInFlight: BytesInFlight;
  readonly #proxies: TrustedProxies;

  constructor(deployment: Deployment, callers: CallerResolver, bytesInFlight: BytesInFlight, proxies: TrustedProxies) {
    this.#deployment = deployment;
    this.#callers = callers;
    this.#bytesInFlight = bytesInFlight;
    this.#proxies = proxies;
  }

  /**
   * Runs the HTTP action of one request and sends its response.
   * @param target the request target as `http.ts` shall see it
   * A body that declares more than the limit is the action's to refuse in its own words; reading it fails.
   * A method that Convex does not route is answered 405 without a body.
   * @throws {TransportError} before the action runs: 400 bad URL; and 413 or 503 after it when it read a body
   *   that was too large, or when too much was in flight.
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    target: string,
    metadata: RequestMetadata,
    findings: Findings,
  ): Promise<void> {
    if (!supportedMethods.has(request.method ?? "")) {
      // Convex's router refuses it before anything of a deployment is looked at, with nothing but the head.
      response.writeHead(405, { allow: [...supportedMethods].join(","), "content-length": 0 }).end();
      return;
    }
    const url = actionUrl(request, target, this.#proxies.originOf(request).scheme);
    const held = this.#bytesInFlight.ofAction();
    const action = new ActionRequest(request, url, held);
    response.once("close", () => {
      held.release();
      if (!response.writableFinished) action.abort();
    });
    const resolved = await this.#callers.resolveForHttpAction(request.headers.authorization);
    const { caller } = resolved;
    const answer = await this.#deployment.fetchHttpAction(action.request, caller, metadataFor(metadata, resolved));
    // Without making a real `Headers` for a response that was never asked for it.
    const { headers: answerHeaders } = completeResponse(answer) ?? answer;
    findings.answerHeaders = answerHeaders;
    const requestId = headerIn(answerHeaders, "x-request-id");
    if (requestId !== undefined) findings.requestId = requestId;
    if (action.body?.refusal !== undefined) {
      await answer.body?.cancel();
      throw action.body.refusal;
    }
    if (response.destroyed) {
      await answer.body?.cancel();
      return;
    }
    await sendActionResponse(response, answer, request.method === "HEAD");
  }
}
