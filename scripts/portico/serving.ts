import { isIP } from "node:net";
import { urlOf } from "../../host/server/startServer";
import { TrustedProxies } from "../../host/server/trustedProxies";
import { settingFault } from "./settingFault";
import type { PublicUrls } from "../../host/server/startServer";

/** Where the two ports listen, how clients reach them, and which proxies stand before them. */
export interface Serving {
  /** Interface of both ports. */
  readonly hostname: string;
  /** What `CONVEX_CLOUD_URL` and `CONVEX_SITE_URL` are: issuer, document, problem types and upload URLs follow. */
  readonly publicUrls: PublicUrls;
  readonly proxies: TrustedProxies;
}

/** What listens where. */
export interface Ports {
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
    throw new Error(
      `PORTICO_PORT and PORTICO_SITE_PORT are both ${ports.sitePort}; each needs a port of its own. An example: PORTICO_PORT=3210 PORTICO_SITE_PORT=3211`,
    );
  const hostname = hostnameOf(environment["PORTICO_HOST"]);
  const local = localUrls(hostname, ports);
  const publicUrls = {
    cloudUrl: urlSetting("PORTICO_CLOUD_URL", environment["PORTICO_CLOUD_URL"]) ?? local.cloudUrl,
    siteUrl: urlSetting("PORTICO_SITE_URL", environment["PORTICO_SITE_URL"]) ?? local.siteUrl,
  };
  if (publicUrls.cloudUrl === publicUrls.siteUrl)
    throw new Error(
      `PORTICO_CLOUD_URL and PORTICO_SITE_URL are both ${publicUrls.siteUrl}; the two ports need different names or paths. An example: PORTICO_CLOUD_URL=https://live.example.com PORTICO_SITE_URL=https://api.example.com`,
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
  if (isIP(value) !== 0 || isHostName(value)) return value;
  throw settingFault({
    name: "PORTICO_HOST",
    rule: "an address or a name of this machine, without scheme, port and path",
    example: "0.0.0.0",
    value,
  });
}

/** A name whose last label is a number is read as an address by URLs (WHATWG), and is none. */
function isHostName(value: string): boolean {
  const label = "[a-z\\d]([a-z\\d-]{0,61}[a-z\\d])?";
  return (
    value.length <= 253 &&
    new RegExp(`^(${label}\\.)*${label}$`, "i").test(value) &&
    URL.canParse(`http://${value}`) &&
    isIP(new URL(`http://${value}`).hostname) === 0
  );
}

function urlSetting(name: "PORTICO_SITE_URL" | "PORTICO_CLOUD_URL", value: string | undefined): string | undefined {
  if (value === undefined || value === "") return undefined;
  const example = urlExamples[name];
  const refuse = (rule: string) => settingFault({ name, rule, example, value });
  if (!/^https?:\/\/[^/]/i.test(value) || /[\s\\]/.test(value) || !URL.canParse(value))
    throw refuse("a URL that begins with https:// or http://");
  const url = new URL(value);
  if (url.username !== "" || url.password !== "")
    throw settingFault({ name, rule: "a URL without a name and password in it", example });
  if (value.includes("?") || value.includes("#")) throw refuse("a URL without query and fragment");
  const path = url.pathname.replace(/\/+$/, "");
  if (path.includes("//") || !/^[\w.~/-]*$/.test(path)) throw refuse("a URL with a plain path or none");
  const beginning = path.split("/")[1] ?? "";
  if (ownBeginnings.has(beginning))
    throw refuse(`a URL that ends before /${beginning}, which paths begin with themselves`);
  return url.origin + path;
}

const urlExamples = { PORTICO_SITE_URL: "https://api.example.com", PORTICO_CLOUD_URL: "https://live.example.com" };

function proxiesOf(value: string | undefined): TrustedProxies {
  if (value === undefined || value.trim() === "") return TrustedProxies.none;
  const refuse = (rule: string, cause?: unknown) =>
    settingFault({ name: "PORTICO_TRUST_PROXY", rule, example: "127.0.0.1,10.0.0.0/8", value, cause });
  const rule = `addresses and networks, or a number of proxies from 1 to ${maxHops}`;
  const isHops = /^\d+$/.test(value.trim());
  if (isHops && !(Number(value) >= 1 && Number(value) <= maxHops)) throw refuse(rule);
  try {
    if (isHops) return new TrustedProxies({ hops: Number(value) });
    return new TrustedProxies({ addresses: value.split(",").map((address) => address.trim()) });
  } catch (cause) {
    throw refuse(rule, cause);
  }
}
