import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Who stands between the clients and this process, and may therefore say who the client is. */
export type ProxyTrust = { readonly hops: number } | { readonly addresses: readonly string[] };

/** What a request says of its client, as far as that is believed. */
export interface ClientOrigin {
  readonly ip: string | null;
  readonly scheme: "http" | "https";
}

/**
 * Reads client addresses and schemes from `X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded` (RFC 7239) where a
 * trusted proxy has written them. Whoever is not trusted is the client itself, whatever it says.
 */
export class TrustedProxies {
  /** Nobody is trusted. */
  static readonly none = new TrustedProxies({ addresses: [] });
  readonly #trusted = new BlockList();
  readonly #hops: number;
  readonly #isEmpty: boolean;

  /**
   * @param trust how many proxies follow each other, or their addresses and networks (`10.0.0.0/8`)
   * @throws {RangeError} for what is no address, network or number of hops
   */
  constructor(trust: ProxyTrust) {
    this.#hops = "hops" in trust ? trust.hops : 0;
    const addresses = "addresses" in trust ? trust.addresses : [];
    if (!Number.isInteger(this.#hops) || this.#hops < 0) throw new RangeError(`${this.#hops} is no number of proxies.`);
    this.#isEmpty = this.#hops === 0 && addresses.length === 0;
    for (const address of addresses) addNetwork(this.#trusted, address);
  }

  /** Who sent the request, and by which scheme. */
  originOf(request: IncomingMessage): ClientOrigin {
    const peer = plainAddress(request.socket.remoteAddress);
    if (this.#isEmpty || peer === null || !(this.#hops > 0 || this.#trusts(peer))) return { ip: peer, scheme: "http" };
    const { headers } = request;
    const elements = forwardedElements(joined(headers.forwarded));
    const proto = joined(headers["x-forwarded-proto"])?.split(",", 1)[0]?.trim() ?? elements?.[0]?.get("proto");
    const scheme = proto?.toLowerCase() === "https" ? "https" : "http";
    return { ip: this.#clientOf(peer, chainOf(joined(headers["x-forwarded-for"]), elements)), scheme };
  }

  /** Walks from the nearest proxy outwards, to the first address that nobody trusted has vouched for. */
  #clientOf(peer: string, chain: readonly (string | null)[]): string {
    let client = peer;
    for (let index = chain.length - 1, hop = 0; index >= 0; index--, hop++) {
      const next = chain[index] ?? null;
      if (next === null || !(this.#hops > 0 ? hop < this.#hops : this.#trusts(client))) break;
      client = next;
    }
    return client;
  }

  #trusts(address: string): boolean {
    return this.#trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  }
}

function addNetwork(list: BlockList, text: string): void {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  const family = version === 6 ? "ipv6" : "ipv4";
  const longest = version === 6 ? 128 : 32;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
  if (version === 0 || address.includes("%") || !isPrefix || rest.length > 0)
    throw new RangeError(`"${text}" is no address and no network such as 10.0.0.0/8.`);
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
}

/**
 * The addresses that proxies have added, the nearest last; null for what is none. A proxy writes one of the two headers
 * and may pass on the other as its client sent it. Where both are there and differ, nobody knows which, and neither counts.
 */
function chainOf(
  forwardedFor: string | undefined,
  elements: readonly ReadonlyMap<string, string>[] | undefined,
): (string | null)[] {
  const chains = [
    ...(forwardedFor === undefined ? [] : [forwardedFor.split(",").map(addressOf)]),
    ...(elements === undefined ? [] : [elements.map((element) => addressOf(element.get("for") ?? ""))]),
  ];
  const [first = [], second = first] = chains;
  return first.join() === second.join() ? first : [];
}

/** An address without port and brackets: `192.0.2.1:80`, `[2001:db8::1]:80`. */
function addressOf(text: string): string | null {
  const trimmed = text.trim();
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return isIP(address) === 0 || address.includes("%") ? null : plainAddress(address);
}

/** The elements of `Forwarded`; undefined without the header, none when it is malformed. */
function forwardedElements(header: string | undefined): ReadonlyMap<string, string>[] | undefined {
  if (header === undefined) return undefined;
  return partsOf(header, ",").map((element) => {
    const pairs = partsOf(element, ";");
    return new Map(
      pairs.map((pair): [string, string] => {
        const [name = "", ...value] = pair.split("=");
        return [name.trim().toLowerCase(), unquoted(value.join("=").trim())];
      }),
    );
  });
}

/** What stands between separators outside of quotes, each character looked at once: strangers write these headers. */
function partsOf(text: string, separator: "," | ";"): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.filter((part) => part !== "");
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}

function joined(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.join(",");
}

/** An IPv4 address as such, also where the socket speaks IPv6. */
function plainAddress(address: string | undefined): string | null {
  if (address === undefined) return null;
  return /^::ffff:[\d.]+$/i.test(address) ? address.slice(7) : address;
}
