import type { IncomingMessage } from "node:http";
import { TransportError } from "./transportError";
import type { ClientOrigin } from "./trustedProxies";

/** Targets that the URL parser would leave as they are: no dot segments, no characters it encodes, no fragment. */
const plainTarget =
  /^\/(?!\/)(?:[A-Za-z0-9\-_~!$&'()*+,;=:@/]|\.(?!\.|\/|$)|%(?!2[eE]))*(?:\?[A-Za-z0-9\-_.~!$&()*+,;=:@/?%]*)?$/;
const dotSegment = /\/\.|%2e/i;

let lastAuthority = "";
let lastOrigin = "";

/**
 * The URL an HTTP action sees: the client's scheme, `Host`, and the request target.
 * @param target the request target, below the prefix under which the door is mounted
 * @throws {TransportError} 400 when host or target do not form a URL.
 */
export function actionUrl(request: IncomingMessage, target: string, scheme: ClientOrigin["scheme"]): string {
  const origin = originOf(`${scheme}://${request.headers.host ?? ""}`);
  const pathEnd = target.indexOf("?");
  const path = pathEnd < 0 ? target : target.slice(0, pathEnd);
  if (plainTarget.test(target) && !dotSegment.test(path)) return origin + target;
  const url = origin + target;
  if (!URL.canParse(url)) throw invalidUrl();
  const parsed = new URL(url);
  return origin + parsed.pathname + parsed.search;
}

// A deployment is nearly always addressed by one name, so the last result is usually right again.
function originOf(authority: string): string {
  if (authority === lastAuthority) return lastOrigin;
  const parsed = URL.canParse(authority) ? new URL(authority) : undefined;
  const isBareOrigin = parsed !== undefined && parsed.pathname === "/" && parsed.search === "" && parsed.hash === "";
  if (parsed === undefined || !isBareOrigin || parsed.username !== "" || authority.includes("@")) throw invalidUrl();
  lastAuthority = authority;
  lastOrigin = parsed.origin;
  return lastOrigin;
}

function invalidUrl(): TransportError {
  return new TransportError(400, "InvalidUrl", "The Host header and the request target do not form a valid URL.");
}
