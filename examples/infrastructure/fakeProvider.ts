import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A thing of the provider, in its own words. */
export interface FakeItem {
  readonly id: number;
  readonly [field: string]: unknown;
}

/** What a provider lists. */
export interface FakeLists {
  readonly machines: FakeItem[];
  readonly sites: FakeItem[];
  readonly zones: FakeItem[];
  readonly stores: FakeItem[];
}

/** A hosting company that the adapter `generic` reads, on this machine. */
export interface FakeProvider {
  /** The `baseUrl` of its docks. */
  readonly url: string;
  readonly apiKey: string;
  readonly account: string;
  /** Whatever it lists, for tests and examples to change. */
  readonly lists: FakeLists;
  /** What it says of itself at `url`; for tests to spoil. */
  mapping: unknown;
  /** Answers in its place, where it answers true; for tests. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Requests that it was sent: method, path and query. */
  readonly requests: string[];
  close(): Promise<void>;
}

interface FakeOptions {
  readonly port?: number;
  readonly apiKey: string;
  readonly account: string;
  readonly pageSize?: number;
}

/** Where the lists of this provider are, and what in them is what: the document that `generic` asks for first. */
export const fakeMapping = {
  version: 1,
  account: { path: "account", id: "/account/id" },
  servers: {
    path: "machines",
    items: "/machines",
    id: "/id",
    name: "/label",
    account: "/owner",
    status: "/state",
    statuses: { on: "running", off: "stopped", installing: "provisioning" },
    fields: { primaryIpAddress: "/addresses/0", region: "/place/code" },
    keep: { plan: "/plan/name", memoryMb: "/plan/memory_mb" },
    pages: { kind: "number", parameter: "page", total: "/meta/total" },
  },
  webServices: {
    path: "sites",
    items: "/sites",
    id: "/id",
    name: "/host",
    status: "/state",
    statuses: { live: "running", deploying: "building" },
    fields: { productionUrl: "/url", environment: "/stage", gitRepo: "/repository" },
    pages: { kind: "cursor", parameter: "after", next: "/next" },
  },
  domains: {
    path: "zones",
    items: "/zones",
    id: "/id",
    name: "/zone",
    status: "/state",
    fields: { expiresAt: "/paid_until" },
    pages: { kind: "cursor", parameter: "after", next: "/next", total: "/meta/total" },
  },
  databases: {
    path: "stores",
    items: "/stores",
    id: "/id",
    name: "/label",
    status: "/state",
    statuses: { on: "running" },
    fields: { engine: "/engine", version: "/release" },
    pages: { kind: "all", total: "/meta/total" },
  },
} as const;

/** Starts a hosting company: one key, numbered pages of machines, cursors through sites and zones, all stores at once. */
export async function startFakeProvider({
  port = 0,
  apiKey,
  account,
  pageSize = 2,
}: FakeOptions): Promise<FakeProvider> {
  const provider: Omit<FakeProvider, "close" | "url"> & { url: string } = {
    url: "",
    apiKey,
    account,
    lists: { machines: [], sites: [], zones: [], stores: [] },
    mapping: fakeMapping,
    instead: undefined,
    requests: [],
  };

  const answerOf = (path: string, query: URLSearchParams): unknown => {
    const { machines, sites, zones, stores } = provider.lists;
    if (path === "/api") return provider.mapping;
    if (path === "/api/account") return { account: { id: account, plan: "business" } };
    if (path === "/api/stores") return { stores, meta: { total: stores.length } };
    if (path === "/api/machines") {
      const start = (Number(query.get("page") ?? 1) - 1) * pageSize;
      return { machines: machines.slice(start, start + pageSize), meta: { total: machines.length } };
    }
    const [name, items] =
      path === "/api/sites" ? ["sites", sites] : ["zones", path === "/api/zones" ? zones : undefined];
    if (!items) return undefined;
    const left = items.filter(({ id }) => id > Number(query.get("after") ?? 0));
    const shown = left.slice(0, pageSize);
    const next = left.length > pageSize ? shown.at(-1)?.id : null;
    return { [name]: shown, next, meta: { total: items.length } };
  };

  const server = createServer((request, response) => {
    provider.requests.push(`${request.method} ${request.url}`);
    if (provider.instead?.(request, response) === true) return;
    const { pathname, searchParams } = new URL(request.url ?? "/", provider.url);
    const isKnown = request.headers.authorization === `Bearer ${apiKey}`;
    const body = isKnown ? answerOf(pathname, searchParams) : { error: "The key is not known here." };
    const status = isKnown ? 200 : 401;
    response.writeHead(body === undefined ? 404 : status, { "content-type": "application/json" });
    response.end(JSON.stringify(body === undefined ? { error: "There is nothing here." } : body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The provider has no port.");
  provider.url = `http://127.0.0.1:${address.port}/api`;
  return Object.assign(provider, {
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  });
}
