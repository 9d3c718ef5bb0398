import { isJsonObject, objectIn } from "../../core/wire/unknownJson";
import { gridpaneDomain, gridpanePerson, gridpaneServer, gridpaneSite } from "./gridpaneAnswers.testing";
import { vercelDomain, vercelProject, vercelTeamScope, vercelToken } from "./vercelAnswers.testing";
import type { JsonObject } from "../../core/wire/unknownJson";

export const rowsPerPage = 3;
/** Rows of each list. */
export const listed = 8;

/** How a provider answers when all is well. */
export interface GoodDay {
  /** What it answers, in pages of three rows. */
  readonly answer: (url: URL) => unknown;
  /** The rows that an answer lists; undefined where it lists none. */
  readonly rowsIn: (url: URL, body: JsonObject) => unknown;
  /** Whether an answer, the last of so many rows, proves that there are no more. */
  readonly isEnd: (body: JsonObject, rows: number) => boolean;
}

const pageOf = (
  url: URL,
  row: (at: number) => JsonObject,
  start = (Number(url.searchParams.get("page") ?? 1) - 1) * rowsPerPage,
) => Array.from({ length: Math.max(Math.min(rowsPerPage, listed - start), 0) }, (_, at) => row(start + at));
const lastPage = Math.ceil(listed / rowsPerPage);
const lastOf = ({ pathname }: URL) => pathname.slice(pathname.lastIndexOf("/") + 1);

/** Good days, by the provider: few rows, in pages that are smaller still. */
export const goodDays: Readonly<Record<string, GoodDay>> = {
  cloudflare: {
    answer: (url) => {
      const account = { id: "acct1", name: "Acme" };
      const zone = (at: number) => ({ id: `zone${at}`, name: `shop-${at}.example`, status: "active", account });
      const result = { accounts: [account], verify: { status: "active" }, zones: pageOf(url, zone) }[lastOf(url)];
      return { success: true, result, result_info: { total_count: lastOf(url) === "zones" ? listed : 1 } };
    },
    rowsIn: (url, { result }) => (lastOf(url) === "zones" ? result : undefined),
    isEnd: (body, rows) => objectIn(body, "result_info")["total_count"] === rows,
  },
  digitalocean: {
    answer: (url) => {
      if (lastOf(url) === "account") return { account: { uuid: "person-1", team: { uuid: "team-1" } } };
      const row = (at: number) => ({
        id: at + 1,
        name: `shop-${at}.example`,
        status: "active",
        region: { slug: "fra1" },
      });
      return { [lastOf(url)]: pageOf(url, row), meta: { total: lastOf(url) === "databases" ? rowsPerPage : listed } };
    },
    rowsIn: (url, body) => (lastOf(url) === "account" ? undefined : body[lastOf(url)]),
    // The list of databases is documented without a count.
    isEnd: (body, rows) => (objectIn(body, "meta")["total"] ?? ("databases" in body ? rows : undefined)) === rows,
  },
  gridpane: {
    answer: (url) => {
      const row = { server: gridpaneServer, site: gridpaneSite, domain: gridpaneDomain }[lastOf(url)];
      if (!row) return gridpanePerson;
      const data = lastOf(url) === "domain" ? { domains: pageOf(url, row) } : pageOf(url, row);
      const page = Number(url.searchParams.get("page"));
      return { data, meta: { current_page: page, last_page: lastPage, per_page: rowsPerPage, total: listed } };
    },
    rowsIn: (url, { data }) => (lastOf(url) === "user" ? undefined : isJsonObject(data) ? data["domains"] : data),
    isEnd: (body, rows) => objectIn(body, "meta")["total"] === rows,
  },
  vercel: {
    answer: (url) => {
      const row = { projects: vercelProject, domains: vercelDomain }[lastOf(url)];
      if (!row) return vercelToken(vercelTeamScope);
      const start = Number(url.searchParams.get("from") ?? url.searchParams.get("until") ?? 0);
      const rows = pageOf(url, row, start);
      const next = start + rowsPerPage < listed ? start + rowsPerPage : null;
      return { [lastOf(url)]: rows, pagination: { count: rows.length, next, prev: null } };
    },
    rowsIn: (url, body) => (lastOf(url) === "current" ? undefined : body[lastOf(url)]),
    isEnd: (body) => objectIn(body, "pagination")["next"] === null,
  },
};
