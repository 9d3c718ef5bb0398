import { parseCaller } from "../../rpc/calls";
import type { RefreshRequest } from "../../rpc/calls";
import { pushHostError, pushItem, pushSuccess } from "../../rpc/results";
import type { LiveQueries, LiveQueryResult, Refresh, RunLiveQuery } from "./queries";

interface Task {
  readonly sequence: string;
  readonly callerText: string;
  readonly request: RefreshRequest;
  /** Null until its turn has come for the first time. */
  refresh: Refresh | null;
  /** Of its results so far, UTF-16 code units. */
  length: number;
  /** True once it has been answered, also while one of its queries runs. */
  isEnded: boolean;
}

/** The refreshes of one caller, whichever sockets they came through. */
interface Lane {
  /** Executor time that the caller has had lately, milliseconds. */
  usedMs: number;
  /** Served round-robin, a part of each at a time. */
  readonly tasks: Task[];
}

/** The executor time, in milliseconds, that a task gets before the next one of its caller has its turn. */
const turnMs = 4;
/**
 * The most UTF-16 code units of results per refresh, all of which wait on the main thread for the last one: four of the
 * largest results that Convex allows.
 */
const maxRefreshLength = 64 << 20;

/**
 * Waiting and paused refreshes in fair order. The next turn goes to the caller that has had the least time, and rotates
 * among that caller's clients. A caller that watches thousands of queries delays only itself.
 */
export class LiveRefreshes {
  readonly #liveQueries: LiveQueries;
  readonly #timestamp: () => bigint;
  readonly #onTurn: (sequence: string) => void;
  readonly #lanes = new Map<string, Lane>();
  /** Answers to tasks that ended without a turn. */
  #results: string[] = [];

  /**
   * @param timestamp of the latest committed state
   * @param onTurn is called before each turn of a task
   */
  constructor(liveQueries: LiveQueries, timestamp: () => bigint, onTurn: (sequence: string) => void) {
    this.#liveQueries = liveQueries;
    this.#timestamp = timestamp;
    this.#onTurn = onTurn;
  }

  /** True when no query waits to run and no result waits to be sent. */
  get isIdle(): boolean {
    return this.#lanes.size === 0 && this.#results.length === 0;
  }

  /** Adds a refresh. Its answer is `true`, or `false` when the thread does not know the set and has to be given all of it. */
  add(sequence: string, request: RefreshRequest, callerText: string): void {
    const key = laneOf(callerText);
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, (lane = { usedMs: this.#leastUsedMs(), tasks: [] }));
    lane.tasks.push({ sequence, callerText, request, refresh: null, length: 0, isEnded: false });
  }

  /** Forgets a client's queries with what still waits for them. */
  drop(sequence: string, setKey: string): void {
    this.#end(({ request }) => request.set === setKey, "true");
    this.#liveQueries.drop(setKey);
    this.#push(sequence, "null", this.#timestamp());
  }

  /** The states that unfinished refreshes read no longer exist; each set is requested again in full. */
  abandon(): void {
    this.#end(({ refresh }) => refresh !== null, "false");
  }

  /**
   * Runs queries for about `maxMs`.
   * @returns one item for each changed result, and the answers of those that have ended; see `results.ts`
   */
  async runSlice(maxMs: number, run: RunLiveQuery): Promise<readonly string[]> {
    const startedAt = performance.now();
    while (this.#lanes.size > 0 && performance.now() - startedAt < maxMs) await this.#runTurn(run);
    const results = this.#results;
    this.#results = [];
    return results;
  }

  async #runTurn(run: RunLiveQuery): Promise<void> {
    const [key, lane] = this.#nextLane();
    const [task] = lane.tasks;
    if (task === undefined) return void this.#lanes.delete(key);
    const startedAt = performance.now();
    this.#onTurn(task.sequence);
    // The task stays in its lane meanwhile: a query may wait, and requests come in.
    const hasMore = await this.#work(task, run, startedAt);
    lane.usedMs += performance.now() - startedAt;
    if (task.isEnded) return;
    lane.tasks.splice(lane.tasks.indexOf(task), 1);
    if (hasMore) lane.tasks.push(task);
    else task.isEnded = true;
    if (lane.tasks.length === 0) this.#lanes.delete(key);
  }

  /** @returns whether there is more to do */
  async #work(task: Task, run: RunLiveQuery, startedAt: number): Promise<boolean> {
    task.refresh ??= this.#liveQueries.begin(task.request, task.callerText, this.#timestamp());
    if (task.refresh === null) {
      this.#push(task.sequence, "false", this.#timestamp());
      return false;
    }
    const onResult = (queryId: number, result: LiveQueryResult): void => {
      if (!task.isEnded) this.#item(task, queryId, result);
    };
    while (await task.refresh.step(run, onResult)) {
      if (task.isEnded) return false;
      if (task.length > maxRefreshLength) return this.#refuse(task);
      if (performance.now() - startedAt > turnMs) return true;
    }
    if (!task.isEnded) this.#push(task.sequence, "true", task.refresh.timestamp);
    return false;
  }

  #end(ends: (task: Task) => boolean, answer: string): void {
    for (const [key, { tasks }] of this.#lanes) {
      for (const task of tasks.filter(ends)) {
        task.refresh?.end();
        task.isEnded = true;
        this.#push(task.sequence, answer, task.refresh?.timestamp ?? this.#timestamp());
        tasks.splice(tasks.indexOf(task), 1);
      }
      if (tasks.length === 0) this.#lanes.delete(key);
    }
  }

  #nextLane(): readonly [string, Lane] {
    let next: readonly [string, Lane] | null = null;
    for (const lane of this.#lanes) if (next === null || lane[1].usedMs < next[1].usedMs) next = lane;
    if (next === null) throw new Error("No refresh waits");
    return next;
  }

  /**
   * A new caller starts with the least time used so far: as good a claim as the neediest, and no better than those
   * already waiting.
   */
  #leastUsedMs(): number {
    let least = Infinity;
    for (const { usedMs } of this.#lanes.values()) least = Math.min(least, usedMs);
    return least === Infinity ? 0 : least;
  }

  #refuse({ request, sequence, refresh }: Task): false {
    refresh?.end();
    this.#liveQueries.drop(request.set);
    const message = `The results of one client's queries take more than ${maxRefreshLength} characters at once.`;
    pushHostError(this.#results, sequence, message, "ResultsTooLarge");
    return false;
  }

  #item(task: Task, queryId: number, result: LiveQueryResult): void {
    task.length += result.text.length + result.dataText.length + result.logText.length;
    pushItem(this.#results, task.sequence, queryId, result);
  }

  #push(sequence: string, text: string, timestamp: bigint): void {
    pushSuccess(this.#results, sequence, text, "", timestamp);
  }
}

/** A user is one caller whatever the token; all anonymous callers share one turn. */
function laneOf(callerText: string): string {
  const caller = parseCaller(callerText);
  return caller.kind === "user" ? `user:${caller.identity.tokenIdentifier}` : caller.kind;
}
