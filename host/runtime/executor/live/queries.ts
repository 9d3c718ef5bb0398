import { hash } from "node:crypto";
import type { DocumentWrite } from "../../../store/documentWrite";
import { PastState } from "../../../store/pastState";
import type { RefreshRequest } from "../../rpc/calls";
import type { LiveItem } from "../../rpc/results";
import type { ReadRecorder } from "../transaction/readRecorder";
import { readSetOf, ReadSetIndex } from "./readSetIndex";
import type { ReadSet } from "./readSetIndex";

/** How one execution of a live query ended, in the texts that cross to the main thread. */
export type LiveQueryResult = LiveItem;

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
  /** What its latest execution has read; null until it has run. */
  reads: ReadSet | null;
  /** True while nothing that it has read was written. */
  isFresh: boolean;
  /** The state that `result` was first known to hold at. */
  ranAt: bigint;
  /** The result for further subscribers, kept unless too many results would be. */
  result: LiveQueryResult | null;
}

interface Subscription {
  readonly set: QuerySet;
  readonly request: RefreshRequest["add"][number];
  query: LiveQuery;
  /** A digest of the result last sent to the subscriber, or null. */
  sent: string | null;
}

/** The queries of one client. */
interface QuerySet {
  readonly key: string;
  readonly subscriptions: Map<number, Subscription>;
  /** Those that have to be looked at by the next refresh. */
  stale: Set<Subscription>;
  callerText: string;
}

/** The committed state that all results of one refresh hold at. */
export interface RefreshedState {
  readonly timestamp: bigint;
  /** What has been written since. */
  readonly past: PastState;
}

/** Runs a query on that state while its reads are recorded. */
export type RunLiveQuery = (
  source: LiveQuerySource,
  queryId: number,
  journal: string | null,
  state: RefreshedState,
) => Promise<LiveRun>;

interface LiveRun {
  readonly result: LiveQueryResult;
  readonly reads: ReadRecorder;
  /** True when the store could not be read, so that neither the result nor the reads say anything of the data. */
  readonly hasStoreFailed: boolean;
}

/** Told of each result as soon as it is there, before the refresh has ended. */
export type OnLiveResult = (queryId: number, result: LiveQueryResult) => void;

/**
 * The most UTF-16 code units of results kept in total. Further subscribers of a query whose result is not kept run it
 * again.
 */
const maxKeptLength = 16 << 20;

/** The live queries of every client: their read sets, and which clients have to be told that something changed. */
export class LiveQueries {
  readonly #sets = new Map<string, QuerySet>();
  readonly #queries = new Map<string, LiveQuery>();
  readonly #readSets = new ReadSetIndex<LiveQuery>();
  readonly #refreshes = new Set<Refresh>();
  #invalidated = new Set<string>();
  /** Clients with a result that the store failed for, which are told to refresh after the next write of anything. */
  #unread = new Set<string>();
  #keptLength = 0;

  /**
   * Changes a client's queries and begins to run those that are new or whose reads have been written since.
   *
   * @param timestamp of the committed state that all its results will hold at
   * @returns null when the set is not known and the request does not start it: the thread has been replaced
   */
  begin(request: RefreshRequest, callerText: string, timestamp: bigint): Refresh | null {
    if (request.reset) this.drop(request.set);
    let set = this.#sets.get(request.set);
    if (set === undefined) {
      if (!request.reset) return null;
      set = { key: request.set, subscriptions: new Map(), stale: new Set(), callerText };
      this.#sets.set(request.set, set);
    }
    this.#change(set, request, callerText);
    const refresh = new Refresh(set.stale, timestamp, {
      run: async (subscription, run, onResult) => await this.#refresh(subscription, refresh, run, onResult),
      end: () => void this.#refreshes.delete(refresh),
    });
    set.stale = new Set();
    this.#invalidated.delete(set.key);
    this.#refreshes.add(refresh);
    return refresh;
  }

  /** Forgets a client's queries. */
  drop(setKey: string): void {
    const set = this.#sets.get(setKey);
    if (set === undefined) return;
    for (const subscription of set.subscriptions.values()) this.#release(subscription);
    set.subscriptions.clear();
    this.#sets.delete(setKey);
    this.#invalidated.delete(setKey);
    this.#unread.delete(setKey);
  }

  /** Marks the queries that have read what a call has written. */
  applyWrites(writes: readonly DocumentWrite[], hasNewTables: boolean): void {
    if (this.#sets.size === 0) return;
    for (const { past } of this.#refreshes) {
      past.note(writes);
      if (hasNewTables) past.noteNewTables();
    }
    for (const key of this.#unread) this.#invalidated.add(key);
    this.#unread = new Set();
    // A query on a missing table records no interval. New tables are rare enough to run every query again.
    if (hasNewTables) return this.invalidateAll();
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
    if (this.#invalidated.size === 0) return noSets;
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

  async #refresh(
    subscription: Subscription,
    state: RefreshedState,
    run: RunLiveQuery,
    onResult: OnLiveResult,
  ): Promise<void> {
    const { query, request, set } = subscription;
    // The client has gone, or has removed the query meanwhile.
    if (set.subscriptions.get(request.queryId) !== subscription) return;
    const isKnown = query.isFresh && query.result !== null && query.ranAt <= state.timestamp;
    const result = isKnown ? query.result : await this.#run(subscription, state, run);
    if (result === null) return;
    const mark = markOf(result);
    if (subscription.sent === mark) return;
    subscription.sent = mark;
    onResult(request.queryId, result);
  }

  async #run(subscription: Subscription, state: RefreshedState, run: RunLiveQuery): Promise<LiveQueryResult> {
    const { query, request, set } = subscription;
    const recorded = await run(query.source, request.queryId, query.journal, state);
    const { result } = recorded;
    // Every subscriber left while it ran.
    if (query.subscribers.size === 0) return result;
    if (recorded.hasStoreFailed) {
      set.stale.add(subscription);
      this.#unread.add(set.key);
      return result;
    }
    const reads = readSetOf(recorded.reads);
    query.journal = result.journal;
    if (state.past.touches(reads.intervals, reads.countedTables)) {
      // The result is correct for this refresh's state, which is already past; the next refresh checks again.
      set.stale.add(subscription);
      this.#invalidated.add(set.key);
      return result;
    }
    this.#unregister(query);
    query.reads = reads;
    this.#readSets.add(reads, query);
    query.isFresh = true;
    query.ranAt = state.timestamp;
    this.#keep(query, result);
    return result;
  }

  #keep(query: LiveQuery, result: LiveQueryResult): void {
    this.#forgetResult(query);
    const length = lengthOf(result);
    if (this.#keptLength + length > maxKeptLength) return;
    query.result = result;
    this.#keptLength += length;
  }

  #forgetResult(query: LiveQuery): void {
    if (query.result === null) return;
    this.#keptLength -= lengthOf(query.result);
    query.result = null;
  }

  #query(source: LiveQuerySource, journal: string | null): LiveQuery {
    const { path, argsText, callerText, allowInternal } = source;
    const key = JSON.stringify([path, argsText, callerText, allowInternal, journal]);
    let query = this.#queries.get(key);
    if (query === undefined) {
      query = { key, source, subscribers: new Set(), journal, reads: null, isFresh: false, ranAt: 0n, result: null };
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
    this.#forgetResult(query);
    query.isFresh = false;
    this.#queries.delete(query.key);
  }

  /** Its reads stay registered until it runs again: removing thousands of read sets at once would hold up every call. */
  #invalidate(query: LiveQuery): void {
    if (!query.isFresh) return;
    query.isFresh = false;
    this.#forgetResult(query);
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

/** What a refresh needs from {@link LiveQueries}. */
interface RefreshSteps {
  run(subscription: Subscription, run: RunLiveQuery, onResult: OnLiveResult): Promise<void>;
  end(): void;
}

/** One refresh of a client's queries, which may pause between two queries. All its results hold at one timestamp. */
export class Refresh implements RefreshedState {
  readonly past = new PastState();
  readonly #work: Iterator<Subscription>;
  readonly #steps: RefreshSteps;

  constructor(
    stale: ReadonlySet<Subscription>,
    readonly timestamp: bigint,
    steps: RefreshSteps,
  ) {
    this.#work = stale.values();
    this.#steps = steps;
  }

  /**
   * Looks at one query, and runs it if its result is not known.
   *
   * @param onResult is called when the result differs from the one the client has
   * @returns false when there are no more
   */
  async step(run: RunLiveQuery, onResult: OnLiveResult): Promise<boolean> {
    const next = this.#work.next();
    if (next.done === true) {
      this.end();
      return false;
    }
    await this.#steps.run(next.value, run, onResult);
    return true;
  }

  /** Nothing more will be asked of it. */
  end(): void {
    this.#steps.end();
  }
}

const noSets: readonly string[] = [];

function lengthOf({ text, dataText, logText }: LiveQueryResult): number {
  return text.length + dataText.length + logText.length;
}

/** Log lines alone are no reason to send a result again. */
function markOf({ status, text, dataText, journal }: LiveQueryResult): string {
  const parts = [status, text, dataText, journal ?? ""].map((part) => `${part.length}:${part}`);
  return hash("sha1", parts.join(""), "base64");
}
