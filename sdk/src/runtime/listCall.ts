import { Call, type CallResult } from "./call";

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
  readonly #fetchPage: (cursor: string | undefined) => Promise<CallResult<Page<Row>>>;
  readonly #from: string | undefined;
  #cursor: string | undefined;

  constructor(fetchPage: (cursor: string | undefined) => Promise<CallResult<Page<Row>>>, cursor: string | undefined) {
    super(() => fetchPage(cursor));
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
    for (let result = await this.withResponse(); ;) {
      yield result.data;
      const { hasMore, nextCursor } = result.data.page;
      if (!hasMore || nextCursor === null) return;
      this.#cursor = nextCursor;
      result = await this.#fetchPage(nextCursor);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const { data } of this.pages()) yield* data;
  }

  /**
   * Collects rows into an array.
   *
   * @param options - `limit`: most rows to collect; required, because a list may be longer than memory.
   */
  async toArray(options: { readonly limit: number }): Promise<Row[]> {
    const rows: Row[] = [];
    if (options.limit < 1) return rows;
    for await (const row of this) {
      rows.push(row);
      if (rows.length >= options.limit) break;
    }
    return rows;
  }
}
