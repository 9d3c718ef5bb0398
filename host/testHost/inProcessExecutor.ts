import type { FunctionOutcome } from "../deployment";
import { executionStateBytes, ExecutionState } from "../runtime/rpc/executionState";
import { encodeCall } from "../runtime/rpc/calls";
import type { ExecutorCall } from "../runtime/rpc/calls";
import { hostErrorAt, outcomeAt, resultSlots } from "../runtime/rpc/results";
import type { Clock } from "../runtime/executor/transaction/clock";
import { Executor } from "../runtime/executor/executor";
import type { ExecutionHost } from "../runtime/executor/transaction/transaction";
import type { MetaTable } from "../store/storeFile";

interface PendingCall {
  resolve(outcome: FunctionOutcome): void;
  reject(error: Error): void;
}

/** The executor on the calling thread: the same batches and commits, without a thread that could stop a stuck function. */
export class InProcessExecutor {
  readonly #executor: Executor;
  readonly #onNextJob: (nextJobAtMs: number | null) => void;
  readonly #pending = new Map<string, PendingCall>();
  #nextSequence = 1;
  #isRunning = false;

  constructor(host: ExecutionHost, meta: MetaTable, clock: Clock, onNextJob: (nextJobAtMs: number | null) => void) {
    const state = new ExecutionState(new SharedArrayBuffer(executionStateBytes));
    this.#executor = new Executor(host, meta, clock, state);
    this.#onNextJob = onNextJob;
  }

  /** Queues a call; it is answered after the commit of its batch. */
  call(call: ExecutorCall): Promise<FunctionOutcome> {
    const sequence = String(this.#nextSequence++);
    return new Promise((resolve, reject) => {
      this.#pending.set(sequence, { resolve, reject });
      this.#executor.enqueue(encodeCall(sequence, call));
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (!this.#executor.isIdle) {
        const { results, nextJobAtMs } = await this.#executor.runBatch(() => undefined);
        if (nextJobAtMs !== undefined) this.#onNextJob(nextJobAtMs);
        for (let at = 0; at < results.length; at += resultSlots) this.#settle(results, at);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #settle(results: readonly string[], at: number): void {
    const sequence = results[at] ?? "";
    const pending = this.#pending.get(sequence);
    this.#pending.delete(sequence);
    const hostError = hostErrorAt(results, at);
    if (hostError === null) pending?.resolve(outcomeAt(results, at));
    else pending?.reject(new Error(hostError.message));
  }
}
