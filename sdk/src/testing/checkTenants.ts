import { type ApiError, isProblem } from "../errors";
import type { RestClient } from "../restClient";
import { statusOf } from "../runtime/pace";
import { asText, isRecord } from "../runtime/json";
import { samples } from "./samples";

/** Something that one organization has seen of another, or done to it. */
export interface TenantFault {
  /** The SDK's method: `schedules.get`. */
  readonly operation: string;
  readonly id: string;
  /** What came instead of 404 `not_found`, or instead of a list without the row. */
  readonly found: string;
}

/** What came of the check. */
export interface TenantReport {
  readonly faults: readonly TenantFault[];
  /** Requests that were answered as they must be. */
  readonly passed: number;
  /** Operations that nothing was tried of, and why. */
  readonly skipped: readonly { readonly operation: string; readonly reason: string }[];
}

type Client = Pick<RestClient, "request">;

/**
 * Tries whether one organization reaches what is another's: each row that `mine` lists is asked for, changed, deleted (all but the
 * reads as dry runs) and looked for in lists by `foreign`. A row of another organization must be as one that is not there.
 *
 * @param clients - Two clients of one deployment, in different organizations, with the same permissions, best all of them.
 * @param rowsPerResource - How many rows of a resource are tried.
 * @example
 * const { faults } = await checkTenants({ mine: acme, foreign: other });
 * expect(faults).toEqual([]);
 */
export async function checkTenants(
  clients: { readonly mine: Client; readonly foreign: Client },
  rowsPerResource = 3,
): Promise<TenantReport> {
  const check = new TenantCheck(clients.mine, clients.foreign);
  for (const [operation, { route }] of Object.entries(samples().operations)) {
    const [method = "", path = ""] = route.split(" ");
    if (operation.endsWith(".list") && method === "GET" && !path.includes("{}"))
      await check.ofResource(operation, path, rowsPerResource);
  }
  return check;
}

class TenantCheck implements TenantReport {
  readonly faults: TenantFault[] = [];
  readonly skipped: { operation: string; reason: string }[] = [];
  passed = 0;

  constructor(
    readonly mine: Client,
    readonly foreign: Client,
  ) {}

  async ofResource(list: string, path: string, mostRows: number): Promise<void> {
    let ids: readonly string[];
    try {
      // Rows of no organization, such as integrations, are everybody's.
      const rows = await rowsOf(this.mine, path, mostRows);
      ids = rows.filter((row) => row["organizationId"] !== undefined).flatMap((row) => asText(row["id"]) ?? []);
    } catch (error) {
      this.skipped.push({ operation: list, reason: String(error) });
      return;
    }
    if (ids.length === 0) {
      this.skipped.push({ operation: list, reason: "there are no rows of an organization" });
      return;
    }
    const own = Object.entries(samples().operations).filter(([, { route }]) => route.endsWith(` ${path}/{}`));
    for (const [operation, { route }] of own)
      for (const id of ids)
        await this.#onRow(operation, String(route.split(" ")[0]), `${path}/${encodeURIComponent(id)}`, id);
    await this.#inList(list, path, ids);
  }

  async #onRow(operation: string, method: string, path: string, id: string): Promise<void> {
    // A change of nothing: valid for most, and refused after the row is looked up.
    const change = method === "GET" ? {} : { dryRun: true, ...(method === "DELETE" ? {} : { body: {} }) };
    try {
      const answer = await this.foreign.request({ method, path, ...change });
      this.faults.push({ operation, id, found: `an answer: ${JSON.stringify(answer)?.slice(0, 80)}` });
    } catch (error) {
      if (isProblem(error, "not_found")) this.passed += 1;
      else if (isBeforeRow(error)) this.skipped.push({ operation, reason: String(error) });
      else this.faults.push({ operation, id, found: String(error) });
    }
  }

  async #inList(operation: string, path: string, ids: readonly string[]): Promise<void> {
    try {
      const seen = await rowsOf(this.foreign, path, 100);
      const shared = ids.filter((id) => seen.some((row) => row["id"] === id));
      for (const id of shared) this.faults.push({ operation, id, found: "the row in the list" });
      if (shared.length === 0) this.passed += 1;
    } catch (error) {
      this.skipped.push({ operation, reason: String(error) });
    }
  }
}

/** Refusals that say nothing of the row: the request's form, the credential, the right to call it at all, a limit. */
function isBeforeRow(error: unknown): error is ApiError {
  const isOfRight = isProblem(error, "forbidden") || isProblem(error, "dry_run_unsupported");
  return isOfRight || [400, 401, 405, 429].includes(statusOf(error) ?? 0);
}

async function rowsOf(client: Client, path: string, limit: number): Promise<readonly Record<string, unknown>[]> {
  const answer = await client.request({ method: "GET", path, query: { limit } });
  const rows: unknown = isRecord(answer) ? answer["data"] : undefined;
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
}
