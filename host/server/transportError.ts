import type { ServerResponse } from "node:http";
import { AuthError } from "../auth/authError";
import { DeploymentRefusal } from "../deployment";

/** A refusal by the door itself, answered as `{code, message}` with `status`; function failures never take this form. */
export class TransportError extends Error {
  override readonly name = "TransportError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Further response headers, such as `Allow`. */
    readonly headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Called with every failure that is the host's own fault, and where it was: method and path. The client only learns the request id. */
export type ReportError = (error: unknown, requestId: string, where?: string) => void;

/** Turns anything thrown behind a door into the answer Convex gives; what is not a refusal is reported and becomes a 500. */
export function toTransportError(error: unknown, requestId: string, reportError: ReportError): TransportError {
  if (error instanceof TransportError) return error;
  if (error instanceof AuthError || error instanceof DeploymentRefusal) {
    return new TransportError(error.status, error.code, error.message);
  }
  reportError(error, requestId);
  return new TransportError(
    500,
    "InternalServerError",
    `Your request couldn't be completed. Try again later. [Request ID: ${requestId}]`,
  );
}

/** Sends a refusal, or ends the connection when the head of another answer has already left. */
export function sendTransportError(response: ServerResponse, error: TransportError): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy();
    return;
  }
  sendJson(response, error.status, JSON.stringify({ code: error.code, message: error.message }), error.headers);
}

/** Sends JSON text with its length. */
export function sendJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendText(response, status, text, "application/json", headers);
}

/** Sends text with its length and media type. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, "content-type": contentType, "content-length": Buffer.byteLength(text) });
  response.end(text);
}
