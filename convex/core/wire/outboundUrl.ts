import ipaddr from "ipaddr.js";
import { env } from "../../_generated/server";

const maxUrlCharacters = 2048;
/** Names that no public resolver knows, or that stand for this machine or its network (RFC 6761, 6762, 8375, 7686). */
const localNames = /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|onion|arpa)$/;

/**
 * Why this deployment sends nothing to `text`, as far as its letters tell; undefined where it may. What a name resolves to is
 * for the connection to check, since functions have no resolver.
 */
export function outboundUrlFault(text: string): string | undefined {
  if (text.length > maxUrlCharacters) return `A URL may have ${maxUrlCharacters} characters at most.`;
  // The parser drops or mends these, so that what is stored would not be what is sent to.
  if (/[^!-~]|\\/.test(text) || !URL.canParse(text)) return "This is no URL in plain ASCII.";
  const url = new URL(text);
  if (isAllowedLoopback(url)) return undefined;
  if (url.protocol !== "https:") return "The URL must begin with `https://`.";
  if (url.username !== "" || url.password !== "") return "The URL must have no name and password in it.";
  if (url.port !== "" && Number(url.port) < 1024) return "The port must be 443, or one from 1024 up.";
  return hostFault(url.hostname);
}

function hostFault(hostname: string): string | undefined {
  const host = hostname.replace(/\.$/, "");
  // The parser has made one form of decimal, octal, hexadecimal and shortened addresses.
  const literal = host.startsWith("[") ? host.slice(1, -1) : host;
  if (ipaddr.isValid(literal)) return isPublicAddress(literal) ? undefined : "The address must be a public one.";
  if (!host.includes(".") || localNames.test(host)) return "The host must be a name on the public internet.";
  return undefined;
}

/** Whether an address belongs to one machine on the public internet (IANA's special-purpose registries). */
function isPublicAddress(literal: string): boolean {
  const address = ipaddr.parse(literal);
  if (address.range() !== "unicast") return false;
  // IANA has given out nothing else; what wraps an IPv4 address has a range of its own.
  return address.kind() === "ipv4" || address.match(ipaddr.parseCIDR("2000::/3"));
}

/** Origins on this machine that the operator of a development deployment has named, for providers that tests stand in for. */
function isAllowedLoopback({ origin, username, password, hostname }: URL): boolean {
  if (username !== "" || password !== "" || !isLoopback(hostname)) return false;
  const allowed = env["PORTICO_ALLOW_LOOPBACK_ORIGINS"] ?? "";
  return allowed.split(",").some((name) => name.trim() === origin);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
