import { randomFillSync } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { RequestMetadata } from "../deployment";

const idBytes = 8;
const pool = Buffer.alloc(idBytes * 512);
let poolOffset = pool.length;

/** A request id as Convex writes it: 16 hexadecimal digits. */
export function newRequestId(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const id = pool.toString("hex", poolOffset, poolOffset + idBytes);
  poolOffset += idBytes;
  return id;
}

/**
 * What functions learn about the request. Without `trustProxy` the address is the peer's; with it, the first address of
 * `X-Forwarded-For`, which only a reverse proxy that overwrites the header makes trustworthy.
 */
export function requestMetadata(request: IncomingMessage, trustProxy: boolean): RequestMetadata {
  return {
    requestId: newRequestId(),
    ip: clientIp(request, trustProxy),
    userAgent: request.headers["user-agent"] ?? null,
  };
}

function clientIp(request: IncomingMessage, trustProxy: boolean): string | null {
  if (trustProxy) {
    const header = request.headers["x-forwarded-for"];
    const forwarded = (typeof header === "string" ? header : header?.join(","))?.split(",", 1)[0]?.trim();
    if (forwarded !== undefined && forwarded !== "") return forwarded;
  }
  const address = request.socket.remoteAddress;
  if (address === undefined) return null;
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
