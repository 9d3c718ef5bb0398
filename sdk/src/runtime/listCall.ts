import { Call, invalidResponse, type Outcome } from "./call";
import type { Place } from "../errors";
import { isRecord } from "./json";

/** One page of a list. `page.nextCursor` resumes behind it, also from another process. */
export interface Page<Row> {
  readonly data: Row[];
  readonly page: {
    readonly nextCursor: string | null;
    readonly hasMore: boolean;
    readonly limit: number;
  };
}

type FetchPage<Row> = (cursor: string | undefined) => Promise<Outcome<Page<Row>>>;

/**
 * The call of a list: await it for one page, or iterate it for every row. Nothing is sent before that.
 *
 * @example
 * for await (const schedule of portico.schedules.list({ status: "active" })) console.log(schedule.title);
 */
export class ListCall<Row> extends Call<Page<Row>> implements AsyncIterable<Row> {
  override readonly [Symbol.toStringTag] = "ListCall";
  readonly #place: Place;
  readonly #fetchPage: FetchPage<Row>;
  readonly #from: string | undefined;
  #cursor: string | undefined;

  constructor(place: Place, fetchPage: FetchPage<Row>, cursor: string | undefined) {
    super(place, () => pageBehind(fetchPage, cursor));
    this.#place = place;
    this.#fetchPage = fetchPage;
    this.#from = cursor;
    this.#cursor = cursor;
  }

  /**
   * Where to resume the latest iteration: pass it as `cursor` to the same list. Points at the page in progress until its
   * last row was consumed, so nothing is skipped and at most one page is seen twice. Undefined: from the start.
   */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Iterates the pages. */
  async *pages(): AsyncGenerator<Page<Row>, void, undefined> {
    this.#cursor = this.#from;
    let landmark = this.#from;
    // The first page may already have been awaited.
    for (let current = await this.then(), count = 1; ; count += 1) {
      yield current;
      const { hasMore, nextCursor } = current.page;
      if (!hasMore || nextCursor === null) return;
      this.#cursor = nextCursor;
      // Brent's way to find a cycle of any length by one remembered cursor: the one of page 1, 2, 4, 8 and so on.
      if ((count & (count - 1)) === 0) landmark = nextCursor;
      current = await new Call(this.#place, () => pageBehind(this.#fetchPage, nextCursor, landmark));
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const { data } of this.pages()) yield* data;
  }

  /**
   * Collects rows into an array.
   *
   * @param options - `limit`: most rows to collect. Without it all of them: a list may be longer than memory.
   */
  async toArray({ limit = Number.POSITIVE_INFINITY }: { readonly limit?: number | undefined } = {}): Promise<Row[]> {
    const rows: Row[] = [];
    if (limit < 1) return rows;
    for await (const row of this) {
      rows.push(row);
      if (rows.length >= limit) break;
    }
    return rows;
  }
}

/**
 * The page behind a cursor.
 *
 * @param landmark - Another cursor that was followed before.
 * @throws {ConnectionError} (`invalid_response`) when following the page's own cursor would never end.
 */
async function pageBehind<Row>(
  fetchPage: FetchPage<Row>,
  from: string | undefined,
  landmark = from,
): Promise<Outcome<Page<Row>>> {
  const outcome = await fetchPage(from);
  const { hasMore, nextCursor } = outcome.data.page;
  if (hasMore && (nextCursor === from || nextCursor === landmark))
    throw invalidResponse(outcome.reply, "The page says that more follow, but its cursor leads nowhere new");
  return outcome;
}

/**
 * Takes an answer for a page.
 *
 * @throws {ConnectionError} (`invalid_response`) when it does not have the shape that every list of the API has.
 */
export function pageOf({ data, reply }: Outcome<unknown>): Page<unknown> {
  if (!isPage(data)) throw invalidResponse(reply, "The answer is not a page");
  return data;
}

/** What this package reads of a page; `limit` only tells the caller what the server took. */
function isPage(data: unknown): data is Page<unknown> {
  if (!isRecord(data) || !isRecord(data["page"])) return false;
  const { hasMore, nextCursor } = data["page"];
  return Array.isArray(data["data"]) && (hasMore === false || (hasMore === true && typeof nextCursor === "string"));
}
