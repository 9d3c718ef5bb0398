import { definedOf } from "../../core/records/documents";
import { outboundFetch } from "../../core/wire/outboundFetch";
import { ProviderError } from "../../core/wire/providerError";
import { isCount, isJsonObject, objectIn } from "../../core/wire/unknownJson";
import { asking } from "./asking";
import { urlOfHost } from "./hosts";
import { idOf, resourceFrom, resourcesOf, statusOf } from "./reading";
import type { OutboundResult } from "../../core/wire/outboundFetch";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { DockAdapter, ProviderAccess, ProviderResource, RateLimit } from "./adapter";
import type { Ask } from "./asking";
import type { KeptFields } from "./payload";
import type { ListedPage } from "./reading";

/*
 * GridPane's API. Lists come in numbered pages that count all there is, of which few may be asked for in a minute. Servers, sites and domains
 * hold passwords, keys and the tokens of whoever manages their DNS.
 */

const root = "https://my.gridpane.com/oauth/api/v1";
/** Of the 500 that it takes: a site is some 5 KiB of its answer. */
const rowsPerPage = "200";

const keeps = {
  servers: {
    id: true,
    label: true,
    ip: true,
    status: true,
    region: true,
    region_label: true,
    provider: { name: true },
    provider_id: true,
    sub_id: true,
    subdomain: true,
    webserver: true,
    database: true,
    os_version: true,
    cpu: true,
    ram: true,
    failover_id: true,
    user_id: true,
  },
  webServices: {
    id: true,
    url: true,
    type: true,
    server_id: true,
    system_user_id: true,
    user_id: true,
    domain_id: true,
    bundle_id: true,
    is_ssl: true,
    ssl_status: true,
    is_wsod: true,
    php_version: true,
    multisites: true,
    nginx_caching: true,
    built_at: true,
    resolved_at: true,
    site_security_settings: { suspend_site: true },
  },
  domains: {
    id: true,
    url: true,
    type: true,
    route: true,
    status: true,
    site_id: true,
    server_id: true,
    user_id: true,
    is_ssl: true,
    ssl_status: true,
    is_wildcard: true,
    dns_connection_type: true,
    user_dns: { provider: { name: true } },
    resolved_at: true,
    created_at: true,
    updated_at: true,
  },
} as const satisfies Partial<Record<ResourceTable, KeptFields>>;

const serverStatuses = {
  active: "running",
  inactive: "stopped",
  building: "provisioning",
  provisioning: "provisioning",
  error: "error",
  failed: "error",
} as const;
/** What a copy of a site is for; updates are tried on a canary first. */
const environments: Readonly<Record<string, string>> = {
  primary: "production",
  staging: "staging",
  canary: "development",
};

/** Where each table is listed, and what its rows say. */
const lists: Readonly<
  Record<keyof typeof keeps, { readonly path: string; resourceOf(row: JsonObject): ProviderResource | undefined }>
> = {
  servers: {
    path: "/server",
    resourceOf: (row) =>
      resourceFrom("servers", row, {
        id: row["id"],
        name: row["label"],
        status: statusOf(row["status"], serverStatuses),
        details: { primaryIpAddress: row["ip"], region: row["region"] ?? row["region_label"] },
        keeps: keeps.servers,
      }),
  },
  webServices: { path: "/site", resourceOf: webServiceOf },
  domains: {
    path: "/domain",
    resourceOf: (row) =>
      resourceFrom("domains", row, {
        id: row["id"],
        name: row["url"],
        // GridPane registers no domains: it knows whether their names lead to its server.
        status: typeof row["resolved_at"] === "string" ? "active" : "pending",
        keeps: keeps.domains,
      }),
  },
};

const hasList = (table: ResourceTable): table is keyof typeof lists => Object.hasOwn(lists, table);

export const gridpane: DockAdapter = {
  provider: "gridpane",
  label: "GridPane",
  baseUrlAllowed: false,
  recommendedIntervalSeconds: 300,
  minimumIntervalSeconds: 60,
  resourceTables: ["servers", "webServices", "domains"],
  keeps,

  async validateCredentials(access) {
    const { accountId, rateLimit } = await accountOf(asking(withUsualHeaders(access), root));
    return { accountId, ...definedOf({ rateLimit }) };
  },

  async *fetch(access, table, from) {
    if (!hasList(table)) throw new ProviderError(`GridPane has no ${table}.`, false);
    const ask = asking(withUsualHeaders(access), root);
    const { owners } = await accountOf(ask);
    const { path, resourceOf } = lists[table];
    const isOfAnother = ({ user_id: owner = null }: JsonObject) => owner !== null && !owners.has(idOf(owner));
    return yield* resourcesOf(
      {
        pageAt: (at = "1") => numberedPage(ask, path, Number(at)),
        resourceOf: (row) => (isOfAnother(row) ? undefined : resourceOf(row)),
      },
      from,
    );
  },
};

/** The person of a key, and those whose rows it lists: their own and those of the owners of their teams. */
async function accountOf(ask: Ask): Promise<{
  readonly accountId: string;
  readonly owners: ReadonlySet<string | undefined>;
  readonly rateLimit?: RateLimit;
}> {
  const { answer, rateLimit } = await ask("/user");
  const user = isJsonObject(answer["data"]) ? answer["data"] : answer;
  const accountId = idOf(user["id"]);
  if (accountId === undefined) throw new ProviderError("The provider answered an account without an id.", false);
  const teams: unknown = user["teams"];
  const owned = (Array.isArray(teams) ? teams : []).filter(isJsonObject).map((team) => idOf(team["owner_id"]));
  const owners = new Set([accountId, ...owned.filter((owner) => owner !== undefined)]);
  return { accountId, owners, ...definedOf({ rateLimit }) };
}

async function numberedPage(ask: Ask, path: string, page: number): Promise<ListedPage> {
  const { answer, rateLimit } = await ask(path, { page: String(page), per_page: rowsPerPage });
  const { current_page: current, last_page: last, total } = objectIn(answer, "meta");
  if (!isCount(total) || !isCount(last))
    throw new ProviderError("The provider answered a list without its count.", false);
  if (current !== page) throw new ProviderError("The provider answered another page than was asked for.", true);
  const next = page < last ? String(page + 1) : undefined;
  return { rows: rowsOf(answer), total, ...definedOf({ next, rateLimit }) };
}

/** Domains lie one level deeper, beside what one chooses from to make one. */
function rowsOf({ data }: JsonObject): readonly unknown[] {
  const rows = isJsonObject(data) ? data["domains"] : data;
  if (!Array.isArray(rows)) throw new ProviderError("The provider answered a list without its rows.", false);
  return rows;
}

function webServiceOf(row: JsonObject): ProviderResource | undefined {
  const { url, type } = row;
  return resourceFrom("webServices", row, {
    id: row["id"],
    name: url,
    status: siteStatusOf(row),
    details: {
      productionUrl: urlOfHost(url, row["is_ssl"] === true ? "https" : "http"),
      environment: typeof type === "string" && Object.hasOwn(environments, type) ? environments[type] : undefined,
    },
    keeps: keeps.webServices,
  });
}

/** A site has no status: it is suspended, shows the white screen of death, is built, or is not yet. */
function siteStatusOf(row: JsonObject): string {
  if (objectIn(row, "site_security_settings")["suspend_site"] === true) return "stopped";
  if (row["is_wsod"] === true) return "error";
  if (row["built_at"] === null) return "building";
  return typeof row["built_at"] === "string" ? "running" : "unknown";
}

/**
 * GridPane counts requests by endpoint, in headers of its own: they get the names that all others have. What one endpoint asks to wait is not
 * kept for the next, so that each reading is of an access of its own.
 */
const usualHeaders = {
  "retry-after-endpoint": "retry-after",
  "x-ratelimit-endpoint-remaining": "x-ratelimit-remaining",
  "x-ratelimit-endpoint-limit": "x-ratelimit-limit",
  "x-ratelimit-endpoint-reset": "x-ratelimit-reset",
} as const;

function withUsualHeaders(access: ProviderAccess): ProviderAccess {
  const { send = outboundFetch } = access;
  return {
    ...access,
    send: async (request): Promise<OutboundResult> => {
      const result = await send(request);
      if (result.kind === "failed") return result;
      const headers = new Headers(result.headers);
      for (const [own, usual] of Object.entries(usualHeaders)) {
        const value = headers.get(own);
        if (value !== null) headers.set(usual, value);
      }
      return { ...result, headers };
    },
  };
}
