import type { DocumentWrite } from "../../store/documentStore";
import type { RefreshRequest } from "../protocol";
import type { ReadRecorder } from "./readRecorder";
import { readSetOf, ReadSetIndex } from "./readSetIndex";
import type { ReadSet } from "./readSetIndex";

/** How one execution of a live query ended, in the texts that cross to the main thread. */
export interface LiveQueryResult {
  readonly status: "success" | "error";
  readonly text: string;
  readonly dataText: string;
  readonly logText: string;
  /** Keeps the bounds of a paginated query's page when it runs again. */
  readonly journal: string | null;
}

/** What to execute: the function with everything that its result depends on besides the data. */
export interface LiveQuerySource {
  readonly path: string;
  readonly argsText: string;
  readonly callerText: string;
  readonly allowInternal: boolean;
}

/** One query that somebody watches. Equal queries of equal callers are one, so they run once per change. */
interface LiveQuery {
  readonly key: string;
  readonly source: LiveQuerySource;
  readonly subscribers: Set<Subscription>;
  journal: string | null;
  /** Null until it has run, and again once a write has touched what it read. */
  reads: ReadSet | null;
  result: LiveQueryResult | null;
}

interface Subscription {
  readonly set: QuerySet;
  readonly request: RefreshRequest["add"][number];
  query: LiveQuery;
  /** The result that the subscriber has been sent. */
  sent: LiveQueryResult | null;
}

/** The queries of one client. */
interface QuerySet {
  readonly key: string;
  readonly subscriptions: Map<number, Subscription>;
  /** Those that have to be looked at by the next refresh. */
  readonly stale: Set<Subscription>;
  callerText: string;
}

/** Runs a query while its reads are recorded. */
export type RunLiveQuery = (
  source: LiveQuerySource,
  queryId: number,
  journal: string | null,
) => Promise<{ readonly result: LiveQueryResult; readonly reads: ReadRecorder }>;

/** The live queries of every client: their read sets, and which clients have to be told that something changed. */
export class LiveQueries {
  readonly #sets = new Map<string, QuerySet>();
  readonly #queries = new Map<string, LiveQuery>();
  readonly #readSets = new ReadSetIndex<LiveQuery>();
  #invalidated = new Set<string>();

  get isEmpty(): boolean {
    return this.#sets.size === 0;
  }

  /**
   * Changes a client's queries, then runs those that are new or whose reads have been written since. Nothing else runs
   * meanwhile, so all results hold at one timestamp.
   *
   * @param onResult is called with each result that differs from the one the client has
   * @returns false when the set is not known and the request does not start it: the thread has been replaced
   */
  async refresh(
    request: RefreshRequest,
    callerText: string,
    run: RunLiveQuery,
    onResult: (queryId: number, result: LiveQueryResult) => void,
  ): Promise<boolean> {
    if (request.reset) this.drop(request.set);
    let set = this.#sets.get(request.set);
    if (set === undefined) {
      if (!request.reset) return false;
      set = { key: request.set, subscriptions: new Map(), stale: new Set(), callerText };
      this.#sets.set(request.set, set);
    }
    this.#change(set, request, callerText);
    for (const subscription of set.stale) {
      const {
        query,
        request: { queryId },
      } = subscription;
      if (query.reads === null) await this.#run(query, queryId, run);
      const { result } = query;
      if (result === null || (subscription.sent !== null && isSameResult(subscription.sent, result))) continue;
      subscription.sent = result;
      onResult(queryId, result);
    }
    set.stale.clear();
    this.#invalidated.delete(set.key);
    return true;
  }

  /** Forgets a client's queries. */
  drop(setKey: string): void {
    const set = this.#sets.get(setKey);
    if (set === undefined) return;
    for (const subscription of set.subscriptions.values()) this.#release(subscription);
    this.#sets.delete(setKey);
    this.#invalidated.delete(setKey);
  }

  /** Marks the queries that have read what a call has written. */
  applyWrites(writes: readonly DocumentWrite[]): void {
    if (this.#queries.size === 0) return;
    const readers = new Set<LiveQuery>();
    for (const write of writes) this.#readSets.collectReaders(write, readers);
    for (const query of readers) this.#invalidate(query);
  }

  /** Marks every query: code, variables or tables have changed, or results were never committed. */
  invalidateAll(): void {
    for (const query of this.#queries.values()) this.#invalidate(query);
  }

  /** The sets that have to be refreshed; each is named once until it has been. */
  takeInvalidated(): readonly string[] {
    if (this.#invalidated.size === 0) return NONE;
    const taken = [...this.#invalidated];
    this.#invalidated = new Set();
    return taken;
  }

  #change(set: QuerySet, { add, remove, allowInternal }: RefreshRequest, callerText: string): void {
    for (const queryId of remove) {
      const subscription = set.subscriptions.get(queryId);
      set.subscriptions.delete(queryId);
      if (subscription !== undefined) this.#release(subscription);
    }
    if (set.callerText !== callerText) {
      set.callerText = callerText;
      for (const subscription of set.subscriptions.values()) {
        const { path, argsText } = subscription.request;
        const { journal } = subscription.query;
        this.#release(subscription);
        subscription.query = this.#query({ path, argsText, callerText, allowInternal }, journal);
        this.#subscribe(subscription);
      }
    }
    for (const request of add) {
      const { queryId, path, argsText, journal } = request;
      const query = this.#query({ path, argsText, callerText, allowInternal }, journal);
      const subscription = { set, request, query, sent: null };
      set.subscriptions.set(queryId, subscription);
      this.#subscribe(subscription);
    }
  }

  async #run(query: LiveQuery, queryId: number, run: RunLiveQuery): Promise<void> {
    const { result, reads } = await run(query.source, queryId, query.journal);
    this.#unregister(query);
    query.reads = readSetOf(reads);
    this.#readSets.add(query.reads, query);
    query.journal = result.journal;
    query.result = result;
  }

  #query(source: LiveQuerySource, journal: string | null): LiveQuery {
    const { path, argsText, callerText, allowInternal } = source;
    const key = JSON.stringify([path, argsText, callerText, allowInternal, journal]);
    let query = this.#queries.get(key);
    if (query === undefined) {
      query = { key, source, subscribers: new Set(), journal, reads: null, result: null };
      this.#queries.set(key, query);
    }
    return query;
  }

  #subscribe(subscription: Subscription): void {
    subscription.query.subscribers.add(subscription);
    subscription.set.stale.add(subscription);
  }

  #release(subscription: Subscription): void {
    const { query, set } = subscription;
    set.stale.delete(subscription);
    query.subscribers.delete(subscription);
    if (query.subscribers.size > 0) return;
    this.#unregister(query);
    this.#queries.delete(query.key);
  }

  #invalidate(query: LiveQuery): void {
    this.#unregister(query);
    for (const subscription of query.subscribers) {
      subscription.set.stale.add(subscription);
      this.#invalidated.add(subscription.set.key);
    }
  }

  #unregister(query: LiveQuery): void {
    if (query.reads !== null) this.#readSets.delete(query.reads, query);
    query.reads = null;
  }
}

const NONE: readonly string[] = [];

/** Log lines alone are no reason to send a result again. */
function isSameResult(a: LiveQueryResult, b: LiveQueryResult): boolean {
  return (
    a === b || (a.status === b.status && a.text === b.text && a.dataText === b.dataText && a.journal === b.journal)
  );
}
