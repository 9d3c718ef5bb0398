import type { SqliteStore } from "./sqliteStore";

const maximumBatch = 64;
const maximumBatchMs = 8;

interface Job {
  /** Does the work and returns how to answer once it is durable. */
  readonly work: () => () => void;
  readonly fail: (error: unknown) => void;
}

/** Runs writes in shared transactions: one fsync for up to 64 of them, and no answer before it. */
export class GroupCommit {
  readonly #store: SqliteStore;
  #queue: Job[] = [];
  #isScheduled = false;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  enqueue(job: Job): void {
    this.#queue.push(job);
    if (!this.#isScheduled) this.#schedule();
  }

  #schedule(): void {
    this.#isScheduled = true;
    setImmediate(() => this.#runBatch());
  }

  #runBatch(): void {
    const startedAtMs = performance.now();
    const answers: (() => void)[] = [];
    let done = 0;
    this.#store.run("BEGIN IMMEDIATE");
    for (const { work, fail } of this.#queue.slice(0, maximumBatch)) {
      if (performance.now() - startedAtMs > maximumBatchMs) break;
      done++;
      this.#store.run("SAVEPOINT one");
      try {
        answers.push(work());
      } catch (error) {
        this.#store.run("ROLLBACK TO one");
        fail(error);
      }
      this.#store.run("RELEASE one");
    }
    this.#store.run("COMMIT");
    for (const answer of answers) answer();
    this.#queue = this.#queue.slice(done);
    if (this.#queue.length > 0) this.#schedule();
    else this.#isScheduled = false;
  }
}
