import { statSync } from "node:fs";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

const callSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const commitSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];
const batchCalls = [1, 2, 4, 8, 16, 32, 64];

type CallType = "query" | "mutation" | "action" | "httpAction" | "unknown";

/** Values that the metrics read from the deployment at each scrape. */
export interface MetricsSource {
  readonly databaseFile: () => string;
  readonly queueLength: () => number;
  readonly runningActions: () => number;
}

/** Counts what a deployment does. */
export class DeploymentMetrics {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];
  readonly #calls = new Counter({
    name: "convex_calls_total",
    help: "Calls from outside by function type and outcome.",
    labelNames: ["type", "outcome"],
    registers: this.#registers,
  });
  readonly #callSeconds = new Histogram({
    name: "convex_call_duration_seconds",
    help: "Time from a call's arrival to its answer, waiting and commit included.",
    labelNames: ["type", "function"],
    buckets: callSeconds,
    registers: this.#registers,
  });
  readonly #batchCalls = new Histogram({
    name: "convex_batch_calls",
    help: "Calls that shared one commit.",
    buckets: batchCalls,
    registers: this.#registers,
  });
  readonly #commits = new Counter({
    name: "convex_commits_total",
    help: "Commits with at least one write.",
    registers: this.#registers,
  });
  readonly #commitSeconds = new Histogram({
    name: "convex_commit_duration_seconds",
    help: "Commit and fsync.",
    buckets: commitSeconds,
    registers: this.#registers,
  });

  readonly #documentsWritten = new Counter({
    name: "convex_documents_written_total",
    help: "Documents that committed calls inserted, changed or deleted, by table.",
    labelNames: ["table"],
    registers: this.#registers,
  });

  constructor(source: MetricsSource) {
    this.#addGauge("convex_queue_length", "Calls that wait for the executor or for their commit.", source.queueLength);
    this.#addGauge("convex_running_actions", "Actions and HTTP actions that run.", source.runningActions);
    const storeBytes = new Gauge({
      name: "convex_store_bytes",
      help: "Size of the database file and of its write-ahead log.",
      labelNames: ["part"],
      registers: this.#registers,
      collect() {
        storeBytes.set({ part: "database" }, sizeBytes(source.databaseFile()));
        storeBytes.set({ part: "log" }, sizeBytes(`${source.databaseFile()}-wal`));
      },
    });
  }

  /** A gauge whose value is read at each scrape. */
  #addGauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: this.#registers, collect: () => gauge.set(read()) });
  }

  /**
   * Runs a call and counts how it ended; `failed` of its result decides between the outcomes.
   * @param name of a function that there is, so that callers cannot make up labels; empty otherwise
   */
  async measure<Result>(
    type: CallType,
    name: string,
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
      this.#calls.inc({ type, outcome });
      this.#callSeconds.observe({ type, function: name }, (performance.now() - startedAtMs) / 1000);
    }
  }

  /**
   * @param commitMs how long the commit took; null when the batch wrote nothing
   * @param written how many documents it wrote, by their tables
   */
  countBatch(calls: number, commitMs: number | null, written: ReadonlyMap<string, number>): void {
    this.#batchCalls.observe(calls);
    if (commitMs === null) return;
    for (const [table, count] of written) this.#documentsWritten.inc({ table }, count);
    this.#commits.inc();
    this.#commitSeconds.observe(commitMs / 1000);
  }

  /** Every metric in Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }
}

/** Reads the size by path: opening and closing the file here would release SQLite's lock on it. */
function sizeBytes(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
