import { isIP } from "node:net";
import { urlOf } from "../../host/server/startServer";
import { TrustedProxies } from "../../host/server/trustedProxies";
import type { PublicUrls } from "../../host/server/startServer";

/** Where the two ports listen, how clients reach them, and which proxies stand before them. */
export interface Serving {
  /** Interface of both ports. */
  readonly hostname: string;
  /** What `CONVEX_CLOUD_URL` and `CONVEX_SITE_URL` are: issuer, document, problem types and upload URLs follow. */
  readonly publicUrls: PublicUrls;
  readonly proxies: TrustedProxies;
}

interface Ports {
  readonly cloudPort: number;
  readonly sitePort: number;
}

const loopback = "127.0.0.1";
const maxHops = 10;
/** What paths of the ports themselves begin with; a base path that did, too, could not be told from them. */
const ownBeginnings = new Set(["v1", "problems", ".well-known", "api", "http", "version", "metrics", "instance_name"]);

/** Both ports on this machine alone. */
export function servingLocally(ports: Ports): Serving {
  return { hostname: loopback, publicUrls: localUrls(loopback, ports), proxies: TrustedProxies.none };
}

/**
 * Reads how the installation is served to others.
 * @throws {Error} with one line that names the variable
 */
export function readServing(environment: NodeJS.ProcessEnv, ports: Ports): Serving {
  if (ports.cloudPort === ports.sitePort)
    throw new Error(`PORTICO_PORT and PORTICO_SITE_PORT are both ${ports.sitePort}; each needs a port of its own.`);
  const hostname = hostnameOf(environment["PORTICO_HOST"]);
  const local = localUrls(hostname, ports);
  const publicUrls = {
    cloudUrl: urlSetting("PORTICO_CLOUD_URL", environment["PORTICO_CLOUD_URL"]) ?? local.cloudUrl,
    siteUrl: urlSetting("PORTICO_SITE_URL", environment["PORTICO_SITE_URL"]) ?? local.siteUrl,
  };
  if (publicUrls.cloudUrl === publicUrls.siteUrl)
    throw new Error(
      `PORTICO_CLOUD_URL and PORTICO_SITE_URL are both ${publicUrls.siteUrl}; the two ports need different names or paths.`,
    );
  return { hostname, publicUrls, proxies: proxiesOf(environment["PORTICO_TRUST_PROXY"]) };
}

/** Where this machine itself reaches the two ports. */
export function localUrls(hostname: string, { cloudPort, sitePort }: Ports): PublicUrls {
  return { cloudUrl: urlOf(hostname, cloudPort), siteUrl: urlOf(hostname, sitePort) };
}

/** What is allowed and probably not meant. */
export function servingWarnings({ hostname, publicUrls }: Serving): string[] {
  if (hostname !== "0.0.0.0" && hostname !== "::") return [];
  const isLocal = (url: string) => new URL(url).hostname === "localhost";
  const names = [
    ...(isLocal(publicUrls.siteUrl) ? ["PORTICO_SITE_URL"] : []),
    ...(isLocal(publicUrls.cloudUrl) ? ["PORTICO_CLOUD_URL"] : []),
  ];
  if (names.length === 0) return [];
  return [`PORTICO_HOST serves other machines, which cannot use the name localhost: set ${names.join(" and ")}.`];
}

function hostnameOf(value: string | undefined): string {
  if (value === undefined || value === "") return loopback;
  if (isIP(value) !== 0 || /^(?=.{1,253}$)[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(value))
    return value;
  throw new Error(
    `PORTICO_HOST must be an address of this machine such as 0.0.0.0, without scheme and port, not "${value}".`,
  );
}

function urlSetting(name: string, value: string | undefined): string | undefined {
  if (value === undefined || value === "") return undefined;
  const refuse = (reason: string) => new Error(`${name} ${reason}, not "${value}".`);
  if (!/^https?:\/\/[^/]/i.test(value) || /[\s\\]/.test(value) || !URL.canParse(value))
    throw refuse("must be a URL such as https://api.example.com");
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") throw new Error(`${name} must have no name and password in it.`);
  if (value.includes("?") || value.includes("#")) throw refuse("must have no query and no fragment");
  const path = url.pathname.replace(/\/+$/, "");
  if (path.includes("//") || !/^[\w.~/-]*$/.test(path)) throw refuse("must have a plain path or none");
  const beginning = path.split("/")[1] ?? "";
  if (ownBeginnings.has(beginning)) throw refuse(`must end before /${beginning}, which paths begin with themselves`);
  return url.origin + path;
}

function proxiesOf(value: string | undefined): TrustedProxies {
  if (value === undefined || value.trim() === "") return TrustedProxies.none;
  const isHops = /^\d+$/.test(value.trim());
  try {
    if (!isHops) return new TrustedProxies({ addresses: value.split(",").map((address) => address.trim()) });
    if (Number(value) >= 1 && Number(value) <= maxHops) return new TrustedProxies({ hops: Number(value) });
  } catch (cause) {
    throw new Error(`PORTICO_TRUST_PROXY: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  throw new Error(
    `PORTICO_TRUST_PROXY must be addresses and networks, or a number of proxies from 1 to ${maxHops}, not "${value}".`,
  );
}
