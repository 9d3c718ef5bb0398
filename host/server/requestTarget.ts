import type { IncomingMessage } from "node:http";
import { TransportError } from "./transportError";

const slash = 47;

/** How clients address a port. */
export interface PortAddress {
  /** Name and port, for requests that name none. */
  readonly authority: string;
  /** What a proxy puts before every path, `/portico`; empty for none. */
  readonly basePath: string;
}

/**
 * Rewrites a request so that doors see one form of it: its target in origin-form, without the base path, and a `Host`. An
 * absolute-form target replaces `Host` (RFC 9112, 3.2.2); HTTP/1.0 may leave that out.
 * @throws {TransportError} 400 for a target that no door could answer
 */
export function normalizeTarget(request: IncomingMessage, { authority, basePath }: PortAddress): void {
  const { url = "/", headers } = request;
  if (url.charCodeAt(0) !== slash) takeAbsoluteForm(request, url);
  else if (headers.host === undefined) replaceHost(request, authority);
  if (basePath !== "") request.url = withoutBasePath(request.url ?? "/", basePath);
}

function takeAbsoluteForm(request: IncomingMessage, target: string): void {
  const [, host = "", rest = ""] = /^https?:\/\/([^/?#]+)(.*)$/is.exec(target) ?? [];
  // A name and password before the host only mislead (RFC 9110, 4.2.4).
  if (host === "" || host.includes("@") || !URL.canParse(target))
    throw new TransportError(400, "InvalidUrl", "The request target is not a valid URL.");
  request.url = rest.startsWith("/") ? rest : `/${rest}`;
  replaceHost(request, host);
}

function replaceHost(request: IncomingMessage, host: string): void {
  request.headers.host = host;
  const { rawHeaders } = request;
  for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
    if (rawHeaders[index]?.toLowerCase() === "host") rawHeaders.splice(index, 2);
  }
  rawHeaders.push("host", host);
}

/** Takes the base path off where it is: some proxies have done so already. */
function withoutBasePath(target: string, basePath: string): string {
  if (!target.startsWith(basePath)) return target;
  const rest = target.slice(basePath.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : target;
}
