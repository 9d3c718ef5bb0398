import { definedOf } from "../../core/records/documents";
import { CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { isJsonObject, objectIn } from "../../core/wire/unknownJson";
import { asking } from "./asking";
import { urlOfHost } from "./hosts";
import { idOf, resourceFrom, resourcesOf, statusOf } from "./reading";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { DockAdapter, ProviderResource, RateLimit } from "./adapter";
import type { Ask } from "./asking";
import type { KeptFields } from "./payload";
import type { ListedPage } from "./reading";

/*
 * Vercel's REST API. Lists are of one team, or of a person who has none, and end where `pagination.next` is null. What a project holds of
 * secrets is everywhere in it (values of `env`, deploy hooks, commands with tokens in them, names under `protectionBypass`), so that few
 * of its fields are kept.
 */

const origin = "https://api.vercel.com";
const rowsPerPage = "100";

const deployment = {
  id: true,
  url: true,
  alias: true,
  readyState: true,
  target: true,
  createdAt: true,
  readyAt: true,
} as const;
const keeps = {
  webServices: {
    id: true,
    name: true,
    accountId: true,
    framework: true,
    nodeVersion: true,
    rootDirectory: true,
    serverlessFunctionRegion: true,
    paused: true,
    createdAt: true,
    updatedAt: true,
    link: {
      type: true,
      org: true,
      repo: true,
      repoId: true,
      owner: true,
      slug: true,
      projectNamespace: true,
      projectName: true,
      productionBranch: true,
    },
    targets: { production: deployment },
  },
  domains: {
    id: true,
    name: true,
    teamId: true,
    userId: true,
    verified: true,
    serviceType: true,
    nameservers: true,
    intendedNameservers: true,
    customNameservers: true,
    renew: true,
    boughtAt: true,
    createdAt: true,
    expiresAt: true,
    transferredAt: true,
    transferStartedAt: true,
  },
} as const satisfies Partial<Record<ResourceTable, KeptFields>>;

const deploymentStatuses = {
  READY: "running",
  BUILDING: "building",
  INITIALIZING: "building",
  QUEUED: "building",
  ERROR: "error",
  CANCELED: "stopped",
} as const;

/** Whose projects and domains a key lists. */
interface Account {
  readonly id: string;
  readonly isTeam: boolean;
}

/** Where each table is listed, by what the next page is asked for, and what its rows say. */
const lists: Readonly<
  Record<
    keyof typeof keeps,
    {
      readonly path: string;
      readonly name: string;
      readonly cursor: string;
      resourceOf(row: JsonObject, account: Account): ProviderResource | undefined;
    }
  >
> = {
  webServices: { path: "/v10/projects", name: "projects", cursor: "from", resourceOf: webServiceOf },
  domains: { path: "/v5/domains", name: "domains", cursor: "until", resourceOf: domainOf },
};

const hasList = (table: ResourceTable): table is keyof typeof lists => Object.hasOwn(lists, table);

export const vercel: DockAdapter = {
  provider: "vercel",
  label: "Vercel",
  baseUrlAllowed: false,
  recommendedIntervalSeconds: 180,
  minimumIntervalSeconds: 60,
  resourceTables: ["webServices", "domains"],
  keeps,

  async validateCredentials(access) {
    const { account, rateLimit } = await accountOf(asking(access, origin));
    return { accountId: account.id, ...definedOf({ rateLimit }) };
  },

  async *fetch(access, table, from) {
    if (!hasList(table)) throw new ProviderError(`Vercel has no ${table}.`, false);
    const ask = asking(access, origin);
    const { account } = await accountOf(ask);
    const { path, name, cursor, resourceOf } = lists[table];
    const team: Readonly<Record<string, string>> = account.isTeam ? { teamId: account.id } : {};
    const pageAt = async (at: string | undefined) => {
      const query = { limit: rowsPerPage, ...team, ...(at === undefined ? {} : { [cursor]: at }) };
      const { answer, rateLimit } = await ask(path, query);
      return { ...pageOf(answer, name), ...definedOf({ rateLimit }) };
    };
    return yield* resourcesOf({ pageAt, resourceOf: (row) => resourceOf(row, account) }, from);
  },
};

/**
 * The account of a key: its team, or of one for everything that a person has, the team that they have as default. Every list names it, since
 * without a name Vercel lists the default team, which the person may change (docs/decisions/0099).
 */
async function accountOf(ask: Ask): Promise<{ readonly account: Account; readonly rateLimit?: RateLimit }> {
  const { answer, rateLimit } = await ask("/v5/user/tokens/current");
  const scopes: unknown = objectIn(answer, "token")["scopes"];
  const known = Array.isArray(scopes) ? scopes.filter(isJsonObject) : [];
  const teams = new Set(known.filter(({ type }) => type === "team").map(({ teamId }) => idOf(teamId)));
  const isWhole = teams.size === 0 || known.some(({ type }) => type === "user");
  if (!isWhole && teams.size > 1)
    throw new CredentialsRefused(
      "The key is for several teams: each team is a dock of its own, with a key for it alone.",
    );
  const [team] = teams;
  const ofTeam = team === undefined ? undefined : { id: team, isTeam: true };
  const account = isWhole ? await personalAccountOf(ask) : ofTeam;
  if (!account) throw new ProviderError("The provider answered a key without an account.", false);
  return { account, ...definedOf({ rateLimit }) };
}

async function personalAccountOf(ask: Ask): Promise<Account | undefined> {
  const { answer } = await ask("/v2/user");
  const user = objectIn(answer, "user");
  const team = idOf(user["defaultTeamId"]);
  if (team !== undefined) return { id: team, isTeam: true };
  const person = idOf(user["id"]);
  return person === undefined ? undefined : { id: person, isTeam: false };
}

function pageOf(answer: JsonObject, name: string): ListedPage {
  const rows: unknown = answer[name];
  const { count, next } = objectIn(answer, "pagination");
  if (!Array.isArray(rows)) throw new ProviderError("The provider answered a list without its rows.", false);
  const isCursor = typeof next === "number" || (typeof next === "string" && next !== "");
  if (next !== null && !isCursor)
    throw new ProviderError("The provider answered a list that does not say whether it ends.", false);
  return {
    // A page that counts other rows than it shows has one that nothing is known of.
    rows: count === rows.length ? rows : [...rows, undefined],
    ...(isCursor ? { next: String(next) } : {}),
  };
}

function webServiceOf(row: JsonObject, { id: accountId }: Account): ProviderResource | undefined {
  if (isOfAnother(row["accountId"], accountId)) return undefined;
  const { production, preview } = objectIn(row, "targets");
  const isLive = isJsonObject(production);
  const environment = isLive ? "production" : isJsonObject(preview) ? "preview" : undefined;
  return resourceFrom("webServices", row, {
    id: row["id"],
    name: row["name"],
    status: row["paused"] === true ? "stopped" : statusOf(isLive && production["readyState"], deploymentStatuses),
    details: { productionUrl: isLive ? productionUrlOf(production) : undefined, environment, gitRepo: gitRepoOf(row) },
    keeps: keeps.webServices,
  });
}

/** The first domain of its own that production answers at, else one that Vercel gives. */
function productionUrlOf({ alias, url }: JsonObject): string | undefined {
  const aliases: readonly unknown[] = Array.isArray(alias) ? alias : [];
  const urls = [...aliases, url].map((host) => urlOfHost(host)).filter((each) => each !== undefined);
  return urls.find((each) => !each.endsWith(".vercel.app")) ?? urls[0];
}

/** `owner/name` of the repository, whose parts GitHub, GitLab and Bitbucket call by other names. */
function gitRepoOf(row: JsonObject): string | undefined {
  const { org, repo, projectNamespace, projectName, owner, slug } = objectIn(row, "link");
  const names = [
    [org, repo],
    [projectNamespace, projectName],
    [owner, slug],
  ].map((parts) => parts.map(idOf));
  return names.find((parts) => !parts.includes(undefined))?.join("/");
}

function domainOf(row: JsonObject, { id: accountId, isTeam }: Account): ProviderResource | undefined {
  const { teamId, userId, verified, expiresAt } = row;
  if (isOfAnother(teamId ?? (isTeam ? undefined : userId), accountId)) return undefined;
  const isExpired = typeof expiresAt === "number" && expiresAt <= Date.now();
  const words = new Map<unknown, string>([
    [true, "active"],
    [false, "pending"],
  ]);
  return resourceFrom("domains", row, {
    id: row["id"],
    name: row["name"],
    status: isExpired ? "expired" : (words.get(verified) ?? "unknown"),
    details: { expiresAt },
    keeps: keeps.domains,
  });
}

/** Whether a row names an account, and it is not that of the key. */
function isOfAnother(owner: unknown, accountId: string): boolean {
  return owner !== undefined && owner !== null && owner !== accountId;
}
