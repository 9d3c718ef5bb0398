import type {
  FunctionOutcome,
  LiveQuery,
  LiveQueryResult,
  QuerySet,
  QuerySetChange,
  QuerySetUpdate,
} from "../../deployment";
import { callerText } from "../rpc/calls";
import type { ExecutorClient } from "../rpc/executorClient";

/** What a set asks of the thread. */
type Executor = Pick<ExecutorClient, "call" | "refresh">;

/** The main thread's side of live queries: knows every set, so that a new executor thread can be given all of them. */
export class QuerySets {
  readonly #executorOf: () => Executor;
  readonly #sets = new Map<string, WatchedSet>();
  #nextKey = 1;

  constructor(executorOf: () => Executor) {
    this.#executorOf = executorOf;
  }

  /** Opens a client's set of live queries; the executor learns of it with its first refresh. */
  open(onInvalidated: () => void): QuerySet {
    const key = String(this.#nextKey++);
    const set = new WatchedSet(key, this.#executorOf(), onInvalidated, () => this.#sets.delete(key));
    this.#sets.set(key, set);
    return set;
  }

  /** Tells the owners of these sets that a commit may have changed results of theirs. */
  invalidate(keys: readonly string[]): void {
    for (const key of keys) this.#sets.get(key)?.onInvalidated();
  }

  /** Tells every owner to refresh, because another executor thread has taken over. */
  invalidateAll(): void {
    for (const set of this.#sets.values()) set.onInvalidated();
  }

  /** Runs the queries again that ran past their limit, since new code may be faster. */
  retryStopped(): void {
    for (const set of this.#sets.values()) set.retryStopped();
  }
}

class WatchedSet implements QuerySet {
  readonly #key: string;
  readonly #executor: Executor;
  readonly #onClosed: () => void;
  readonly #queries = new Map<number, LiveQuery>();
  /** Queries that ran past their limit. They would stop the thread again, so they stay failed until they are replaced. */
  readonly #stopped = new Set<number>();
  #retried: LiveQuery[] = [];
  #isKnown = false;
  /** The thread may know the set, or will: a refresh is under way. */
  #isSent = false;
  #isClosed = false;

  constructor(
    key: string,
    executor: Executor,
    readonly onInvalidated: () => void,
    onClosed: () => void,
  ) {
    this.#key = key;
    this.#executor = executor;
    this.#onClosed = onClosed;
  }

  retryStopped(): void {
    if (this.#stopped.size === 0) return;
    for (const queryId of this.#stopped) {
      const query = this.#queries.get(queryId);
      if (query !== undefined) this.#retried.push(query);
    }
    this.#stopped.clear();
    this.onInvalidated();
  }

  async refresh({ caller, allowInternal, add, remove }: QuerySetChange): Promise<QuerySetUpdate> {
    for (const queryId of remove) {
      this.#queries.delete(queryId);
      this.#stopped.delete(queryId);
    }
    for (const query of add) this.#queries.set(query.queryId, query);
    const stopped: LiveQueryResult[] = [];
    const delta = [...add, ...this.#retried.filter(({ queryId }) => this.#queries.has(queryId))];
    this.#retried = [];
    let reset = !this.#isKnown;
    for (;;) {
      const added = reset ? [...this.#queries.values()].filter(({ queryId }) => !this.#stopped.has(queryId)) : delta;
      const request = { set: this.#key, reset, allowInternal, add: added, remove: reset ? [] : remove };
      this.#isSent = true;
      const outcome = await this.#executor.refresh(request, callerText(caller));
      if (outcome.kind === "done") {
        this.#isKnown = true;
        for (const { queryId, journal } of outcome.results) this.#keepJournal(queryId, journal);
        return { timestamp: outcome.timestamp, results: [...outcome.results, ...stopped] };
      }
      if (outcome.kind === "stopped") {
        this.#stopped.add(outcome.queryId);
        stopped.push({ queryId: outcome.queryId, outcome: timedOut(outcome.errorMessage), journal: null });
      }
      // Requesting the set again would make it outlive its client.
      if (this.#isClosed) return { timestamp: 0n, results: [] };
      reset = true;
    }
  }

  async close(): Promise<void> {
    this.#onClosed();
    this.#isClosed = true;
    if (!this.#isSent) return;
    await this.#executor.call({ operation: "dropQuerySet", set: this.#key });
  }

  #keepJournal(queryId: number, journal: string | null): void {
    const query = this.#queries.get(queryId);
    if (query !== undefined && query.journal !== journal) this.#queries.set(queryId, { ...query, journal });
  }
}

function timedOut(errorMessage: string): FunctionOutcome {
  return { status: "error", errorMessage, logLines: [] };
}
