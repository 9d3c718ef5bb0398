import { lookup as systemLookup } from "node:dns";
import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import type { Agent } from "undici";
import { functionFetch } from "../../lightObject";

/** To whom the `fetch` of actions connects. */
export interface EgressOptions {
  /** Origins that are reached whatever their address, such as `http://127.0.0.1:9999`; looked at for each connection. */
  readonly allowedOrigins?: ReadonlySet<string>;
  /** Resolves names; the system's resolver unless given. */
  readonly lookup?: Resolver;
}

/** Finds every address of a name, as `dns.lookup` with `all` does. */
export type Resolver = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The `fetch` of actions, and the way to close its connections. */
export interface Egress {
  readonly fetch: typeof functionFetch;
  close(): Promise<void>;
}

/** Why no connection was made; `fetch` rejects with it as the cause. */
export class EgressError extends Error {
  override readonly name = "EgressError";
  readonly code = "ERR_EGRESS_REFUSED";

  /** Names the host that was asked for and not where it led. */
  constructor(hostname: string) {
    super(`Refused to connect to ${hostname}: it leads to an address that is not on the public internet.`);
  }
}

/**
 * A `fetch` that connects to public addresses only, whatever names resolve to: each connection resolves its name anew, every address
 * that comes back must be public, and the connection goes to one of these and to no other. What was checked when a URL was stored counts for
 * nothing here, so that a name which resolves to another address the second time gains nothing, nor does a redirect.
 */
export function openEgress({ allowedOrigins = new Set(), lookup = systemLookup }: EgressOptions = {}): Egress {
  let agent: Promise<Agent> | undefined;
  return {
    fetch: async (input, init) => {
      agent ??= guardedAgent(allowedOrigins, lookup);
      return functionFetch(input, withDispatcher(init, await agent));
    },
    close: async () => (await agent)?.destroy(),
  };
}

/** Loaded with the first request: a start that sends none does not pay for it. */
async function guardedAgent(allowedOrigins: ReadonlySet<string>, lookup: Resolver): Promise<Agent> {
  const undici = await import("undici");
  const unguarded = undici.buildConnector({});
  const guarded = undici.buildConnector({ lookup: guardedLookup(lookup) });
  return new undici.Agent({
    connect: (options, callback) => {
      const { hostname, host, protocol } = options;
      if (allowedOrigins.has(new URL(`${protocol}//${host ?? hostname}`).origin)) return unguarded(options, callback);
      // What is an address already is connected to without a look-up.
      const literal = hostname.replace(/^\[(.*)\]$/, "$1");
      if (isIP(literal) !== 0 && !isPublicAddress(literal)) return callback(new EgressError(hostname), null);
      return guarded(options, callback);
    },
  });
}

/** A look-up for connections that answers a name's addresses only when `isAllowed` holds for every one of them. */
export function guardedLookup(lookup: Resolver, isAllowed = isPublicAddress): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      // Node's own hands over no list with an error.
      if (error) return callback(error, []);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address)))
        return callback(new EgressError(hostname), []);
      if (options.all === true) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

/** Whether an address belongs to one machine on the public internet (IANA's special-purpose registries). */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== "unicast") return false;
  // IANA has given out nothing else; what wraps an IPv4 address has a range of its own.
  return address.kind() === "ipv4" || address.match(ipaddr.IPv6.parseCIDR("2000::/3"));
}

/** Node's fetch takes a dispatcher, whose type there is that of the release that Node brings along; it calls `dispatch` alone. */
function withDispatcher(init: RequestInit | undefined, dispatcher: Agent): RequestInit {
  return { ...init, dispatcher } as RequestInit;
}
