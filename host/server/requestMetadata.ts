import { randomFillSync } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { RequestMetadata } from "../deployment";
import type { TrustedProxies } from "./trustedProxies";

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

/** What functions learn about the request; its address is the peer's, or what trusted proxies say. */
export function requestMetadata(request: IncomingMessage, proxies: TrustedProxies): RequestMetadata {
  return {
    requestId: newRequestId(),
    ip: proxies.originOf(request).ip,
    userAgent: request.headers["user-agent"] ?? null,
  };
}
