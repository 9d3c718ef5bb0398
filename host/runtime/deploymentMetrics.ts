import { statSync } from "node:fs";
import { Counter, Reading, Histogram, metricsText } from "../prometheus";

const callSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const commitSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];
const batchCalls = [1, 2, 4, 8, 16, 32, 64];

type CallType = "query" | "mutation" | "action" | "httpAction" | "unknown";

/** What the metrics read from the deployment when they are asked for. */
export interface MetricsSource {
  readonly databaseFile: () => string;
  readonly queueLength: () => number;
  readonly runningActions: () => number;
}

/** Counts what a deployment does. */
export class DeploymentMetrics {
  readonly #calls = new Counter("convex_calls_total", "Calls from outside by function type and outcome.");
  readonly #callSeconds = new Histogram(
    "convex_call_duration_seconds",
    "Time from a call's arrival to its answer, waiting and commit included.",
    callSeconds,
    "type",
  );
  readonly #batchCalls = new Histogram("convex_batch_calls", "Calls that shared one commit.", batchCalls);
  readonly #commits = new Counter("convex_commits_total", "Commits with at least one write.");
  readonly #commitSeconds = new Histogram("convex_commit_duration_seconds", "Commit and fsync.", commitSeconds);
  readonly #gauges: readonly Reading[];

  constructor(source: MetricsSource) {
    this.#gauges = [
      new Reading("convex_queue_length", "Calls that wait for the executor or for their commit.", () => [
        [{}, source.queueLength()],
      ]),
      new Reading("convex_running_actions", "Actions and HTTP actions that run.", () => [
        [{}, source.runningActions()],
      ]),
      new Reading("convex_store_bytes", "Size of the database file and of its write-ahead log.", () => [
        [{ part: "database" }, sizeBytes(source.databaseFile())],
        [{ part: "log" }, sizeBytes(`${source.databaseFile()}-wal`)],
      ]),
    ];
  }

  /** Runs a call and counts how it ended; `failed` of its result decides between the outcomes. */
  async measure<Result>(
    type: CallType,
    run: () => Promise<Result>,
    failed: (result: Result) => boolean,
  ): Promise<Result> {
    const startedAtMs = performance.now();
    let outcome = "refused";
    try {
      const result = await run();
      outcome = failed(result) ? "error" : "success";
      return result;
    } finally {
      this.#calls.add({ type, outcome });
      this.#callSeconds.observe((performance.now() - startedAtMs) / 1000, type);
    }
  }

  /** @param commitMs how long the commit took; null when the batch wrote nothing */
  countBatch(calls: number, commitMs: number | null): void {
    this.#batchCalls.observe(calls);
    if (commitMs === null) return;
    this.#commits.add({});
    this.#commitSeconds.observe(commitMs / 1000);
  }

  /** All of it in Prometheus' text form. */
  text(): string {
    return metricsText([
      this.#calls,
      this.#callSeconds,
      this.#batchCalls,
      this.#commits,
      this.#commitSeconds,
      ...this.#gauges,
    ]);
  }
}

/** By name only: opening and closing the file here would give up SQLite's lock on it. */
function sizeBytes(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
