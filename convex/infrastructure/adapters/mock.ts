import { CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { resourceTables } from "../tables";
import { payloadOf } from "./payload";
import type { ResourceTable } from "../tables";
import type { DockAdapter, ProviderResource } from "./adapter";

/** Keys say of which account they are: `mock_<account>_<anything>`; `mock_away_…` is of a provider that does not answer. */
const keyForm = /^mock_([a-z0-9-]{1,40})_/;

const kept = { id: true, name: true, account: true } as const;

/** A provider that is none, for tests and demos. */
export const mock: DockAdapter = {
  provider: "mock",
  label: "Mock provider",
  baseUrlAllowed: false,
  recommendedIntervalSeconds: 120,
  minimumIntervalSeconds: 60,
  validateCredentials: async ({ apiKey }) => {
    const [, accountId] = keyForm.exec(apiKey) ?? [];
    if (accountId === undefined) throw new CredentialsRefused("The provider refused the key (401).", 401);
    if (accountId === "away") throw new ProviderError("The provider answered 502.", true, undefined, 502);
    return { accountId, rateLimit: { remaining: 4999, limit: 5000 } };
  },
  resourceTables,
  keeps: { servers: kept, webServices: kept, domains: kept, databases: kept },
  fetch: async function* ({ apiKey }, table, from) {
    const [, accountId = "none"] = keyForm.exec(apiKey) ?? [];
    const count = countOf(accountId, table);
    for (let first = Number(from ?? 1); first <= count; first += pageSize) {
      const length = Math.min(pageSize, count - first + 1);
      const rows = Array.from({ length }, (_, at) => mockResource(accountId, table, first + at));
      yield { rows, next: String(first + length) };
    }
    return { complete: true, count };
  },
};

const pageSize = 100;

/** Two of each table; an account whose name ends in a number has as many servers. */
function countOf(accountId: string, table: ResourceTable): number {
  const [, servers] = /-(\d{1,5})$/.exec(accountId) ?? [];
  return servers !== undefined && table === "servers" ? Number(servers) : 2;
}

/** What resources of each table have besides. The registration of domains ends on the first days of 2040. */
const detailsOf: Readonly<Record<ResourceTable, (at: number) => Readonly<Record<string, string | number>>>> = {
  servers: (at) => ({ primaryIpAddress: `203.0.113.${at % 256}`, region: "fra1" }),
  webServices: (at) => ({
    productionUrl: `https://${at}.example.com`,
    environment: "production",
    gitRepo: "acme/shop",
  }),
  domains: (at) => ({ expiresAt: Date.UTC(2040, 0, at) }),
  databases: () => ({ engine: "postgresql", version: "17.2" }),
};

function mockResource(accountId: string, table: ResourceTable, at: number): ProviderResource {
  const isDomain = table === "domains";
  const name = isDomain ? `${accountId}-${at}.example` : `${accountId}-${table}-${at}`;
  return {
    providerResourceId: `${table}-${at}`,
    name,
    status: isDomain ? "active" : "running",
    details: detailsOf[table](at),
    fullApiData: payloadOf({ id: at, name, account: accountId }, kept),
  };
}
