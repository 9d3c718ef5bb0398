import { ProviderError } from "../../../core/wire/providerError";
import { urlBelow } from "./paths";
import { valueAt } from "./pointers";
import { resourceOf } from "./rows";
import type { ProviderAnswer, ProviderClient } from "../../../core/wire/providerClient";
import type { ProviderResource } from "../adapter";
import type { ResourceTable } from "../../tables";
import type { MappedList } from "./mapping";
import type { Reader } from "./rows";

/** With what lists are read. */
export interface ListReader extends Reader {
  readonly baseUrl: string;
  readonly client: Pick<ProviderClient, "answerOf">;
}

/** A page of a list. */
export interface ListPage {
  readonly rows: readonly ProviderResource[];
  readonly headers: Headers;
}

/** A text that a cursor may be: it goes into a query. */
const longestCursor = 2000;

/**
 * Reads a list to its end. Complete is what the provider proves: as many things as it counts on every page, each once, or the cursor that
 * it says is none. A list that ends otherwise ends all the same, and proves nothing.
 * @throws {ProviderError} for what is no such list
 */
export async function* pagesOf(
  reader: ListReader,
  table: ResourceTable,
  list: MappedList,
): AsyncGenerator<ListPage, { readonly complete: boolean }> {
  const { pages } = list;
  const known = new Set<string>();
  const asked = new Set<string>();
  let total: number | undefined;
  let hasMoved = false;
  let at = pages.kind === "number" ? String(pages.first ?? 1) : undefined;
  while (true) {
    const parameters = pages.kind === "all" || at === undefined ? {} : { [pages.parameter]: at };
    const { value, headers } = await reader.client.answerOf(urlBelow(reader.baseUrl, list.path, parameters));
    const found = itemsOf(value, table, list).map((item) => resourceOf(table, list, item, reader));
    const rows = found.filter(({ providerResourceId: id }) => !known.has(id) && known.add(id));
    const counted = totalOf(value, table, list);
    hasMoved ||= rows.length < found.length || counted !== (total ?? counted);
    total = counted;
    yield { rows, headers };
    const isCounted = total !== undefined && known.size === total && !hasMoved;
    if (pages.kind === "all") return { complete: (total === undefined || isCounted) && !hasMoved };
    if (pages.kind === "number") {
      if (rows.length === 0 || known.size >= Number(total)) return { complete: isCounted };
      at = String(Number(at) + 1);
      continue;
    }
    const next = cursorOf(value, table, pages.next);
    if (typeof next !== "string") {
      const isEnd = next === null || total !== undefined;
      return { complete: isEnd && !hasMoved && (total === undefined || isCounted) };
    }
    if (asked.has(next)) throw new ProviderError(`The provider lists ${table} in a circle.`, true);
    asked.add(next);
    at = next;
  }
}

function itemsOf(value: unknown, table: ResourceTable, { items }: MappedList): readonly unknown[] {
  const found = valueAt(value, items);
  if (Array.isArray(found)) return found;
  throw new ProviderError(`The provider answers no list at \`/${table}/items\` of the mapping.`, false);
}

/** How many things the list has, by the provider's count; undefined where the mapping names no place for it. */
function totalOf(value: unknown, table: ResourceTable, { pages }: MappedList): number | undefined {
  if (pages.total === undefined) return undefined;
  const total = valueAt(value, pages.total);
  if (typeof total === "number" && Number.isSafeInteger(total) && total >= 0) return total;
  throw new ProviderError(`The provider answers no count at \`/${table}/pages/total\` of the mapping.`, false);
}

/** The cursor of the next page; null where the provider says that there is none, and undefined where it says nothing. */
function cursorOf(value: unknown, table: ResourceTable, pointer: string): string | null | undefined {
  const next = valueAt(value, pointer);
  if (next === undefined) return undefined;
  if (next === null || next === "" || next === false) return null;
  if (typeof next === "string" && next.length <= longestCursor) return next;
  if (typeof next === "number" && Number.isSafeInteger(next)) return String(next);
  throw new ProviderError(`The provider answers no cursor at \`/${table}/pages/next\` of the mapping.`, false);
}
