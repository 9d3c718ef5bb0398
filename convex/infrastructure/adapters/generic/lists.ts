import { definedOf } from "../../../core/records/documents";
import { ProviderError } from "../../../core/wire/providerError";
import { isCount } from "../../../core/wire/unknownJson";
import { valueAt } from "./pointers";
import type { ResourceTable } from "../../tables";
import type { ListedPage } from "../reading";
import type { MappedList } from "./mapping";

/** A text that a cursor may be: it goes into a query. */
const longestCursor = 2000;

/** The query that asks for the page at a place, and for the first without one. */
export function queryAt({ pages }: MappedList, at: string | undefined): Readonly<Record<string, string>> {
  if (pages.kind === "number") return { [pages.parameter]: at ?? String(pages.first ?? 1) };
  return pages.kind === "all" || at === undefined ? {} : { [pages.parameter]: at };
}

/**
 * A page as the mapping finds it in an answer.
 * @throws {ProviderError} where there is no list, no count or no cursor at the place that the mapping names
 */
export function pageIn(json: unknown, table: ResourceTable, list: MappedList, at: string | undefined): ListedPage {
  const { pages } = list;
  const rows = valueAt(json, list.items);
  if (!Array.isArray(rows)) throw nothingAt(table, "items", "no list");
  const next = nextOf(json, table, list, at);
  if (pages.total === undefined) return { rows, ...definedOf({ next }) };
  const total = valueAt(json, pages.total);
  if (!isCount(total)) throw nothingAt(table, "pages/total", "no count");
  return { rows, total, ...definedOf({ next }) };
}

function nextOf(
  json: unknown,
  table: ResourceTable,
  { pages }: MappedList,
  at: string | undefined,
): string | undefined {
  if (pages.kind === "all") return undefined;
  if (pages.kind === "number") return String(Number(at ?? pages.first ?? 1) + 1);
  const next = valueAt(json, pages.next);
  if (next === null || next === "" || next === false) return undefined;
  // Where nothing says that there is no more, the count does.
  if (next === undefined && pages.total !== undefined) return undefined;
  if (typeof next === "string" && next.length <= longestCursor) return next;
  if (isCount(next)) return String(next);
  throw nothingAt(table, "pages/next", "neither a cursor nor null");
}

function nothingAt(table: ResourceTable, place: string, what: string): ProviderError {
  return new ProviderError(`The provider answers ${what} at \`/${table}/${place}\` of the mapping.`, false);
}
