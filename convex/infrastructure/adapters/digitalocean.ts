import { definedOf } from "../../core/records/documents";
import { ProviderError } from "../../core/wire/providerError";
import { isCount, isJsonObject, objectIn } from "../../core/wire/unknownJson";
import { asking } from "./asking";
import { idOf, resourceFrom, resourcesOf, statusOf } from "./reading";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { Ask } from "./asking";
import type { DockAdapter, ProviderResource } from "./adapter";
import type { KeptFields } from "./payload";
import type { ListedPage } from "./reading";

/*
 * DigitalOcean's API v2. Lists come in numbered pages with `meta.total`, except for that of database clusters, which is documented as one
 * answer without pages. Their `links` are not followed: URLs are made here.
 */

const origin = "https://api.digitalocean.com";
const rowsPerPage = 200;

const address = { ip_address: true, type: true } as const;
const keeps = {
  servers: {
    id: true,
    name: true,
    status: true,
    created_at: true,
    locked: true,
    size_slug: true,
    memory: true,
    vcpus: true,
    disk: true,
    region: { slug: true, name: true },
    image: { id: true, slug: true, name: true, distribution: true },
    networks: { v4: address, v6: address },
    vpc_uuid: true,
    volume_ids: true,
    features: true,
    tags: true,
  },
  domains: { name: true, ttl: true },
  databases: {
    id: true,
    name: true,
    engine: true,
    version: true,
    semantic_version: true,
    status: true,
    created_at: true,
    size: true,
    num_nodes: true,
    storage_size_mib: true,
    region: true,
    private_network_uuid: true,
    project_id: true,
    db_names: true,
    maintenance_window: { day: true, hour: true, pending: true },
    version_end_of_life: true,
    tags: true,
  },
} as const satisfies Partial<Record<ResourceTable, KeptFields>>;

const serverStatuses = { new: "provisioning", active: "running", off: "stopped", archive: "stopped" } as const;
const databaseStatuses = {
  creating: "provisioning",
  forking: "provisioning",
  online: "running",
  resizing: "running",
  migrating: "running",
} as const;
/** Engines that are known by another name elsewhere. */
const engines: Readonly<Record<string, string>> = { pg: "postgresql" };

/** Where each table is listed, and what its rows say. */
const lists: Readonly<
  Record<keyof typeof keeps, { readonly name: string; resourceOf(row: JsonObject): ProviderResource | undefined }>
> = {
  servers: {
    name: "droplets",
    resourceOf: (row) =>
      resourceFrom("servers", row, {
        id: row["id"],
        name: row["name"],
        status: statusOf(row["status"], serverStatuses),
        details: { primaryIpAddress: publicAddressOf(row), region: objectIn(row, "region")["slug"] },
        keeps: keeps.servers,
      }),
  },
  domains: {
    name: "domains",
    resourceOf: (row) =>
      // A domain is there by its name, and serves from the moment that it is.
      resourceFrom("domains", row, { id: row["name"], name: row["name"], status: "active", keeps: keeps.domains }),
  },
  databases: {
    name: "databases",
    resourceOf: (row) =>
      resourceFrom("databases", row, {
        id: row["id"],
        name: row["name"],
        status: statusOf(row["status"], databaseStatuses),
        details: { engine: engineOf(row["engine"]), version: row["semantic_version"] ?? row["version"] },
        keeps: keeps.databases,
      }),
  },
};

const hasList = (table: ResourceTable): table is keyof typeof lists => Object.hasOwn(lists, table);

export const digitalocean: DockAdapter = {
  provider: "digitalocean",
  label: "DigitalOcean",
  baseUrlAllowed: false,
  recommendedIntervalSeconds: 120,
  minimumIntervalSeconds: 60,
  resourceTables: ["servers", "domains", "databases"],
  keeps,

  async validateCredentials(access) {
    const { answer, rateLimit } = await asking(access, origin)("/v2/account");
    const account = objectIn(answer, "account");
    // A key is of a team; what was made before there were teams is of a person.
    const accountId = idOf(objectIn(account, "team")["uuid"]) ?? idOf(account["uuid"]);
    if (accountId === undefined) throw new ProviderError("The provider answered an account without an id.", false);
    return { accountId, ...definedOf({ rateLimit }) };
  },

  async *fetch(access, table, from) {
    if (!hasList(table)) throw new ProviderError(`DigitalOcean has no ${table}.`, false);
    const ask = asking(access, origin);
    const { name, resourceOf } = lists[table];
    const pageAt =
      name === "databases" ? () => wholeList(ask, name) : (at = "1") => numberedPage(ask, name, Number(at));
    return yield* resourcesOf({ pageAt, resourceOf }, from);
  },
};

async function numberedPage(ask: Ask, name: string, page: number): Promise<ListedPage> {
  const query = { page: String(page), per_page: String(rowsPerPage) };
  const { answer, rateLimit } = await ask(`/v2/${name}`, query);
  const { total } = objectIn(answer, "meta");
  if (!isCount(total)) throw new ProviderError("The provider answered a list without its count.", false);
  return { rows: rowsOf(answer, name), total, next: String(page + 1), ...definedOf({ rateLimit }) };
}

/** A list that is one answer: its end is the mark, unless the provider has begun to count or to page it. */
async function wholeList(ask: Ask, name: string): Promise<ListedPage> {
  const { answer, rateLimit } = await ask(`/v2/${name}`);
  const { total } = objectIn(answer, "meta");
  const hasMore = objectIn(objectIn(answer, "links"), "pages")["next"] !== undefined;
  if ((hasMore || total !== undefined) && !isCount(total))
    throw new ProviderError("The provider answered a part of a list.", false);
  return { rows: rowsOf(answer, name), ...definedOf({ total: isCount(total) ? total : undefined, rateLimit }) };
}

function rowsOf(answer: JsonObject, name: string): readonly unknown[] {
  const rows = answer[name];
  // An account without database clusters may have no list of them.
  if (rows === null) return [];
  if (!Array.isArray(rows)) throw new ProviderError("The provider answered a list without its rows.", false);
  return rows;
}

function publicAddressOf(row: JsonObject): unknown {
  const networks = objectIn(row, "networks");
  const addresses = [networks["v4"], networks["v6"]].flatMap((each: unknown) => (Array.isArray(each) ? each : []));
  return addresses.filter(isJsonObject).find(({ type }) => type === "public")?.["ip_address"];
}

function engineOf(engine: unknown): unknown {
  return typeof engine === "string" && Object.hasOwn(engines, engine) ? engines[engine] : engine;
}
