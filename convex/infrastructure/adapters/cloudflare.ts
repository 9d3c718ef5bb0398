import { definedOf } from "../../core/records/documents";
import { CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { isCount, isJsonObject, objectIn } from "../../core/wire/unknownJson";
import { asking } from "./asking";
import { idOf, resourceFrom, resourcesOf, statusOf } from "./reading";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { Ask } from "./asking";
import type { DockAdapter, ProviderResource, RateLimit } from "./adapter";
import type { ListedPage } from "./reading";

/*
 * Cloudflare's API v4. Zones come in numbered pages that `result_info` counts. A token may reach several accounts; a dock is of one, whose
 * zones alone are asked for.
 */

const baseUrl = "https://api.cloudflare.com/client/v4";
const rowsPerPage = 50;

// `development_mode` counts seconds: every sync would find a change. `verification_key` and `owner` are nobody else's business.
const keeps = {
  domains: {
    id: true,
    name: true,
    status: true,
    paused: true,
    type: true,
    name_servers: true,
    original_name_servers: true,
    original_registrar: true,
    original_dnshost: true,
    vanity_name_servers: true,
    created_on: true,
    activated_on: true,
    modified_on: true,
    account: { id: true, name: true },
    plan: { id: true, name: true, legacy_id: true },
  },
} as const;

const statuses = { initializing: "pending", pending: "pending", active: "active", moved: "error" } as const;

export const cloudflare: DockAdapter = {
  provider: "cloudflare",
  label: "Cloudflare",
  baseUrlAllowed: false,
  recommendedIntervalSeconds: 120,
  minimumIntervalSeconds: 60,
  resourceTables: ["domains"],
  keeps,

  async validateCredentials(access) {
    const ask = asking(access, baseUrl);
    try {
      const accountId = await accountOf(ask);
      return { accountId, ...definedOf({ rateLimit: await assertActive(ask, accountId) }) };
    } catch (error) {
      // What has not the form of a token is 400 at every path.
      if (error instanceof ProviderError && error.status === 400)
        throw new CredentialsRefused("The provider takes the key for no token (400).", 400);
      throw error;
    }
  },

  async *fetch(access, table, from) {
    if (table !== "domains") throw new ProviderError(`Cloudflare has no ${table}.`, false);
    const ask = asking(access, baseUrl);
    const accountId = await accountOf(ask);
    const pageAt = (at = "1") => zonesOf(ask, accountId, Number(at));
    return yield* resourcesOf({ pageAt, resourceOf: (row) => domainOf(row, accountId) }, from);
  },
};

/**
 * The one account that a token reaches. Of several, which zones are whose would change with the token's rights.
 * @throws {CredentialsRefused} where there is none, or another one
 */
async function accountOf(ask: Ask): Promise<string> {
  const { answer } = await ask("/accounts", { page: "1", per_page: String(rowsPerPage) });
  const { rows, total } = listIn(answer);
  if (total === 0)
    throw new CredentialsRefused("The token reads no account: give it the permission to read the settings of one.");
  if (total > 1 || rows.length > 1)
    throw new CredentialsRefused(
      `The token reaches ${Math.max(total, rows.length)} accounts: make one that is of a single account.`,
    );
  const [account] = rows;
  const accountId = isJsonObject(account) ? idOf(account["id"]) : undefined;
  // It becomes a part of a path.
  if (accountId === undefined || !/^\w+$/.test(accountId))
    throw new ProviderError("The provider answered an account without an id.", false);
  return accountId;
}

/** Asks whether a token is in force, wherever it belongs: a person's and an account's are verified at different places. */
async function assertActive(ask: Ask, accountId: string): Promise<RateLimit | undefined> {
  const verified = async () => {
    try {
      return await ask("/user/tokens/verify");
    } catch (error) {
      if (!(error instanceof CredentialsRefused)) throw error;
      return ask(`/accounts/${accountId}/tokens/verify`);
    }
  };
  const { answer, rateLimit } = await verified();
  if (objectIn(answer, "result")["status"] !== "active") throw new CredentialsRefused("The token is not in force.");
  return rateLimit;
}

async function zonesOf(ask: Ask, accountId: string, page: number): Promise<ListedPage> {
  const query = { "account.id": accountId, page: String(page), per_page: String(rowsPerPage) };
  const { answer, rateLimit } = await ask("/zones", query);
  return { ...listIn(answer), next: String(page + 1), ...definedOf({ rateLimit }) };
}

function listIn(answer: JsonObject): { readonly rows: readonly unknown[]; readonly total: number } {
  const { result: rows, success } = answer;
  const { total_count: total } = objectIn(answer, "result_info");
  if (success !== true || !Array.isArray(rows) || !isCount(total))
    throw new ProviderError("The provider answered a list without its rows or its count.", false);
  return { rows, total };
}

/** A zone as a domain; none where it is of another account, whatever was asked for. */
function domainOf(row: JsonObject, accountId: string): ProviderResource | undefined {
  if (objectIn(row, "account")["id"] !== accountId) return undefined;
  const status = statusOf(row["status"], statuses);
  return resourceFrom("domains", row, { id: row["id"], name: row["name"], status, keeps: keeps.domains });
}
