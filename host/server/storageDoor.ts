import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ServedFile, StoredFiles } from "../deployment";
import { byteRangeOf } from "./byteRange";
import { sendJson, TransportError } from "./transportError";

const prefix = "/api/storage/";
const uploadPath = `${prefix}upload`;
/** A stored file never changes, but it may be deleted, and its URL is a secret of those who were given it. */
const cacheControl = "private, max-age=2592000";
/** What a browser shows as pixels and nothing else; everything else it saves. */
const shownInline = /^image\/(png|jpeg|gif|webp|avif)$/i;

/** Convex's file storage over HTTP: `POST /api/storage/upload?token=…` and `GET /api/storage/<uuid>`. */
export class StorageDoor {
  readonly #files: StoredFiles;

  constructor(files: StoredFiles) {
    this.#files = files;
  }

  /** Whether this door answers for a path. */
  serves(pathname: string): boolean {
    return pathname.startsWith(prefix);
  }

  /**
   * Answers one request below `/api/storage/`.
   * @throws {TransportError | DeploymentRefusal} 403 used or expired upload URL, 404 no such file, 405 method, 413 too large
   */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { method } = request;
    if (url.pathname === uploadPath) {
      if (method !== "POST") throw methodNotAllowed("POST");
      return await this.#upload(request, response, url.searchParams.get("token") ?? "");
    }
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed("GET, HEAD");
    const file = await this.#files.find(url.pathname.slice(prefix.length));
    if (file === null) throw new TransportError(404, "FileNotFound", "There is no file at this address.");
    await sendFile(request, response, file);
  }

  async #upload(request: IncomingMessage, response: ServerResponse, token: string): Promise<void> {
    const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
    if (encoding !== "identity")
      throw new TransportError(415, "UnsupportedContentEncoding", "Compressed uploads are not supported.");
    const storageId = await this.#files.upload({
      token,
      body: bodyOf(request),
      contentType: request.headers["content-type"] ?? null,
      sha256: announcedDigest(request.headers["digest"]),
    });
    sendJson(response, 200, JSON.stringify({ storageId }));
  }
}

/** Sends a file with validators and, when asked for one, a single range (RFC 9110 sections 13 and 14). */
async function sendFile(request: IncomingMessage, response: ServerResponse, file: ServedFile): Promise<void> {
  const { headers } = request;
  const etag = `"${file.sha256Hex}"`;
  response.setHeader("etag", etag);
  response.setHeader("cache-control", cacheControl);
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("digest", `sha-256=${Buffer.from(file.sha256Hex, "hex").toString("base64")}`);
  if (matchesEtag(headers["if-none-match"], etag)) {
    response.writeHead(304).end();
    return;
  }
  // A range of another version would be glued to the wrong bytes.
  const ifRange = headers["if-range"];
  const isRangeWanted = ifRange === undefined || ifRange === etag;
  const range = isRangeWanted ? byteRangeOf(headers.range, file.sizeBytes) : "whole";
  if (range === "unsatisfiable") {
    throw new TransportError(416, "RangeNotSatisfiable", "The file does not have the requested bytes.", {
      "content-range": `bytes */${file.sizeBytes}`,
    });
  }
  const contentType = file.contentType ?? "application/octet-stream";
  response.setHeader("content-type", contentType);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-security-policy", "sandbox; default-src 'none'");
  response.setHeader("content-disposition", shownInline.test(contentType) ? "inline" : "attachment");
  const { start, end } = range === "whole" ? { start: 0, end: file.sizeBytes - 1 } : range;
  response.setHeader("content-length", end - start + 1);
  if (range === "whole") response.statusCode = 200;
  else {
    response.statusCode = 206;
    response.setHeader("content-range", `bytes ${start}-${end}/${file.sizeBytes}`);
  }
  if (request.method === "HEAD" || file.sizeBytes === 0) {
    response.end();
    return;
  }
  await pipeline(file.read({ start, end }), response).catch((error: unknown) => {
    // A reader who leaves early is no fault of ours.
    if (!isPrematureClose(error)) throw error;
  });
}

function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((candidate) => ["*", etag, `W/${etag}`].includes(candidate.trim()));
}

/** The bytes of an upload; a sender who goes away before the end must not leave half a file behind. */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield asBytes(chunk);
  } catch (cause) {
    throw new TransportError(408, "ClientDisconnect", "The client closed the connection.", {}, { cause });
  }
  if (!request.complete) throw new TransportError(408, "ClientDisconnect", "The client closed the connection.");
}

/** Requests have no encoding set, so their chunks are buffers. */
function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("A request body arrives as bytes");
}

/** The SHA-256 of a `Digest` header (RFC 3230), base64. @throws {TransportError} 400 for any other algorithm */
function announcedDigest(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const value = /^sha-256=([A-Za-z0-9+/]{43}=)$/i.exec(String(header).trim())?.[1];
  if (value === undefined)
    throw new TransportError(400, "BadDigestHeader", "The Digest header must be 'sha-256=' and 32 bytes in base64.");
  return value;
}

function methodNotAllowed(allow: string): TransportError {
  return new TransportError(405, "MethodNotAllowed", "This address does not answer to this method.", { allow });
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}
