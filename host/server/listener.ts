import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { RequestMetadata } from "../deployment";
import { limitUnreadBody, maxBodyBytes } from "./requestBody";
import { requestEventOf, shownPath } from "./requestEvents";
import type { Findings, RequestEvent } from "./requestEvents";
import { requestMetadata } from "./requestMetadata";
import { normalizeTarget } from "./requestTarget";
import type { PortAddress } from "./requestTarget";
import { StrangerTurns } from "./strangerTurns";
import { sendTransportError, toTransportError, TransportError, type ReportError } from "./transportError";
import type { TrustedProxies } from "./trustedProxies";

const headersTimeoutMs = 20_000;
/** The time Convex's own server gives a request. */
const requestTimeoutMs = 300_000;
/** Longer than the idle time of common reverse proxies, so that they close first and never hit a closing socket. */
const keepAliveTimeoutMs = 65_000;
const timeoutCheckIntervalMs = 5_000;
const maxHeaderBytes = 32 * 1024;
const closeGraceMs = 10_000;
const idleCheckIntervalMs = 20;

/** Answers one HTTP request; what it rejects with is reported and answered with 500. */
export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  metadata: RequestMetadata,
  findings: Findings,
) => Promise<void>;

/** Takes over a connection that asks for another protocol. */
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  metadata: RequestMetadata,
) => void;

/** Where a {@link Listener} listens, and whom it believes and tells. */
export interface ListenerOptions {
  readonly name: RequestEvent["port"];
  readonly hostname: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly proxies: TrustedProxies;
  /** How clients address this port; known once it listens. */
  readonly address: () => PortAddress;
  readonly reportError: ReportError;
  /** Told of every answered request. */
  readonly onAnswered?: ((event: RequestEvent) => void) | undefined;
}

/** A port cannot be had; the message is one clear sentence. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** What is at fault: the port, or the interface as a whole. */
  readonly at: "port" | "hostname";

  constructor(
    hostname: string,
    readonly port: number,
    cause: NodeJS.ErrnoException,
  ) {
    super(listenFailure(hostname, port, cause), { cause });
    this.at = isAddressMissing(cause) ? "hostname" : "port";
  }
}

/** One port of the host: limits, timeouts and error answers around a handler. */
export class Listener {
  readonly #server: Server;
  readonly #options: ListenerOptions;
  /** The request that each connection waits for: pipelined ones have their turn one at a time, as their answers do. */
  readonly #running = new WeakMap<Socket, Promise<void>>();
  readonly #strangers = new StrangerTurns();
  /** Connections that have not sent a request; Node counts them as busy. */
  readonly #silentSockets = new Set<Socket>();
  #openSockets = 0;
  #closing = false;

  /** @param onUpgrade absent: requests for an upgrade are answered like any other */
  constructor(options: ListenerOptions, handler: RequestHandler, onUpgrade?: UpgradeHandler) {
    this.#options = options;
    const reportOf =
      ({ method = "", url = "/" }: IncomingMessage): ReportError =>
      (error, requestId) =>
        options.reportError(error, requestId, `${method} ${shownPath(url)}`);
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      const metadata = requestMetadata(request, options.proxies);
      const findings: Findings = {};
      const { name, onAnswered } = options;
      if (onAnswered !== undefined) {
        const startedAtMs = performance.now();
        response.once("close", () => {
          onAnswered(requestEventOf(name, request, response, metadata, findings, startedAtMs));
        });
      }
      this.#silentSockets.delete(request.socket);
      if (this.#closing) response.shouldKeepAlive = false;
      const { headers } = request;
      if (headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined) {
        limitUnreadBody(request, response);
      }
      const answer = async (): Promise<void> => {
        assertFraming(request, response);
        normalizeTarget(request, options.address());
        await handler(request, response, metadata, findings);
      };
      const run = (): Promise<void> =>
        answer().catch((error: unknown) => {
          sendTransportError(response, toTransportError(error, metadata.requestId, reportOf(request)));
        });
      const { socket } = request;
      const begin = headers.authorization === undefined ? () => this.#inTurn(socket, run) : run;
      const before = this.#running.get(socket);
      const running = before === undefined ? begin() : before.then(() => (socket.destroyed ? undefined : begin()));
      this.#running.set(socket, running);
      void running.then(() => {
        if (this.#running.get(socket) === running) this.#running.delete(socket);
      });
    };
    this.#server = createServer(
      {
        connectionsCheckingInterval: timeoutCheckIntervalMs,
        headersTimeout: headersTimeoutMs,
        keepAliveTimeout: keepAliveTimeoutMs,
        maxHeaderSize: maxHeaderBytes,
        requestTimeout: requestTimeoutMs,
      },
      onRequest,
    );
    // Headers are bounded by size; a bound on their number would drop the rest silently.
    this.#server.maxHeadersCount = 0;
    this.#server.on("connection", (socket: Socket) => {
      this.#silentSockets.add(socket);
      this.#openSockets++;
      socket.once("close", () => {
        this.#silentSockets.delete(socket);
        this.#openSockets--;
      });
    });
    this.#server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
      if (!(Number(request.headers["content-length"]) > maxBodyBytes)) response.writeContinue();
      onRequest(request, response);
    });
    this.#server.on("clientError", answerClientError);
    if (onUpgrade !== undefined) {
      this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        this.#silentSockets.delete(request.socket);
        // Nothing else handles errors on an upgraded connection while it waits.
        socket.on("error", () => socket.destroy());
        this.#strangers.begin(() => {
          if (this.#closing || socket.destroyed) return void socket.destroy();
          try {
            normalizeTarget(request, options.address());
          } catch (error) {
            return endWith(socket, toTransportError(error, "none", reportOf(request)));
          }
          onUpgrade(request, socket, head, requestMetadata(request, options.proxies));
        });
      });
    }
  }

  #inTurn(socket: Socket, run: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#strangers.begin(() => {
        if (socket.destroyed) resolve();
        else run().then(resolve, reject);
      });
    });
  }

  /** Starts to listen. @returns the port. @throws {ListenError} when the port cannot be had. */
  listen(): Promise<number> {
    const { hostname, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once("error", (cause: NodeJS.ErrnoException) => {
        reject(new ListenError(hostname, port, cause));
      });
      this.#server.listen({ host: hostname, port, exclusive: true }, () => {
        this.#server.removeAllListeners("error");
        this.#server.on("error", (error) => this.#options.reportError(error, "none"));
        resolve(portOf(this.#server.address()));
      });
    });
  }

  /** How many TCP connections are open, WebSockets included. */
  get openSockets(): number {
    return this.#openSockets;
  }

  /** Takes no more connections, lets running requests finish for a while, then cuts them. */
  close(graceMs = closeGraceMs): Promise<void> {
    this.#closing = true;
    return new Promise((resolve) => {
      const grace = setTimeout(() => this.#server.closeAllConnections(), graceMs);
      // Connections whose last request ends only now become idle later than close() looks at them.
      const idleCheck = setInterval(() => this.#server.closeIdleConnections(), idleCheckIntervalMs);
      this.#server.close(() => {
        clearTimeout(grace);
        clearInterval(idleCheck);
        resolve();
      });
      for (const socket of this.#silentSockets) socket.destroy();
    });
  }
}

/**
 * HTTP/1.0 has no transfer codings: whoever stands between may have taken the body's end elsewhere (RFC 9112, 6.1).
 * @throws {TransportError} 400, after which the connection ends
 */
function assertFraming({ httpVersion, headers }: IncomingMessage, response: ServerResponse): void {
  if (httpVersion !== "1.0" || headers["transfer-encoding"] === undefined) return;
  response.shouldKeepAlive = false;
  throw new TransportError(400, "BadRequest", "HTTP/1.0 has no Transfer-Encoding.");
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new TypeError("A TCP listener has a numeric port");
  return address.port;
}

function listenFailure(hostname: string, port: number, error: NodeJS.ErrnoException): string {
  if (error.code === "EADDRINUSE") return `Port ${port} on ${hostname} is already in use by another process.`;
  if (error.code === "EACCES") return `Port ${port} on ${hostname} needs more rights than this process has.`;
  if (isAddressMissing(error)) return `This machine has no address ${hostname}.`;
  return `Cannot listen on ${hostname}:${port}: ${error.message}`;
}

function isAddressMissing({ code = "" }: NodeJS.ErrnoException): boolean {
  return ["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EAFNOSUPPORT", "EINVAL"].includes(code);
}

/**
 * Answers connections that never sent a complete request: oversized or malformed heads, and heads or bodies that time
 * out.
 */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex | Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  if (error.code === "HPE_HEADER_OVERFLOW") {
    const message = `The request headers are larger than ${maxHeaderBytes} bytes.`;
    endWith(socket, { status: 431, code: "RequestHeadersTooLarge", message });
  } else if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    endWith(socket, { status: 408, code: "RequestTimeout", message: "The request did not arrive in time." });
  } else endWith(socket, { status: 400, code: "BadRequest", message: "The request is not valid HTTP." });
}

/** Ends a connection on which Node offers no response. */
function endWith(socket: Duplex, { status, code, message }: Pick<TransportError, "status" | "code" | "message">): void {
  const body = JSON.stringify({ code, message });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
