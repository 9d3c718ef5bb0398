import { isIPv4 } from "node:net";
import { settingFault } from "./settingFault";
import type { Serving } from "./serving";

const name = "PORTICO_ALLOW_LOOPBACK_ORIGINS";

/**
 * Reads the origins of this machine that functions may send requests to, for providers that tests stand in for. Who may name a URL
 * here reaches whatever listens there, so nothing that serves others has any.
 * @throws {Error} with one line that says what is wrong
 */
export function readLoopbackOrigins(environment: NodeJS.ProcessEnv, serving: Serving): readonly string[] {
  const text = environment[name] ?? "";
  if (text.trim() === "") return [];
  const origins = text.split(",").map((part) => originOf(part.trim()));
  const { hostname, publicUrls } = serving;
  if (![hostname, ...Object.values(publicUrls).map((url: string) => new URL(url).hostname)].every(isLoopback))
    throw new Error(`${name} is for development: a deployment that serves other machines takes none.`);
  return origins;
}

/** What a start says of them, since they open this machine to whoever may name a URL. */
export function loopbackWarnings(origins: readonly string[]): string[] {
  if (origins.length === 0) return [];
  return [
    `${name} lets every organization here send requests to ${origins.join(" and ")} on this machine. It is for development alone.`,
  ];
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && (text === url.origin || text === `${url.origin}/`);
  if (!isOrigin || !/^https?:$/.test(url.protocol) || !isLoopback(url.hostname))
    throw settingFault({ name, rule: "origins of this machine", example: "http://127.0.0.1:9999", value: text });
  return url.origin;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || /^\[?::1\]?$/.test(hostname) || (isIPv4(hostname) && hostname.startsWith("127."));
}
