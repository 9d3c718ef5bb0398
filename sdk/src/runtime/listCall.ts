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

/**
 * The call of a list: await it for one page, or iterate it for every row. Nothing is sent before that.
 *
 * @example
 * for await (const schedule of portico.schedules.list({ status: "active" })) console.log(schedule.title);
 */
export class ListCall<Row> extends Call<Page<Row>> implements AsyncIterable<Row> {
  override readonly [Symbol.toStringTag] = "ListCall";
  readonly #place: Place;
  readonly #fetchPage: (cursor: string | undefined) => Promise<Outcome<Page<Row>>>;
  readonly #from: string | undefined;
  #cursor: string | undefined;

  constructor(
    place: Place,
    fetchPage: (cursor: string | undefined) => Promise<Outcome<Page<Row>>>,
    cursor: string | undefined,
  ) {
    super(place, () => fetchPage(cursor));
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
    // The first page may already have been awaited.
    for (let current = await this.then(); ;) {
      yield current;
      const { hasMore, nextCursor } = current.page;
      if (!hasMore || nextCursor === null) return;
      this.#cursor = nextCursor;
      current = await new Call(this.#place, () => this.#fetchPage(nextCursor));
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
 * Takes an answer for a page.
 *
 * @throws {ConnectionError} (`invalid_response`) when it does not have the shape that every list of the API has, or
 * when following it from the cursor `from` would never end.
 */
export function pageOf({ data, reply }: Outcome<unknown>, from?: string): Page<unknown> {
  if (!isPage(data)) throw invalidResponse(reply, "The answer is not a page");
  const { hasMore, nextCursor } = data.page;
  if (hasMore && (typeof nextCursor !== "string" || nextCursor === from))
    throw invalidResponse(reply, "The page says that more follow, but its cursor leads nowhere new");
  return data;
}

/** What this package reads of a page; `limit` only tells the caller what the server took. */
function isPage(data: unknown): data is Page<unknown> {
  if (!isRecord(data) || !isRecord(data["page"])) return false;
  return Array.isArray(data["data"]) && typeof data["page"]["hasMore"] === "boolean";
}
