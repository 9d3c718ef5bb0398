import { AsyncResource } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { ExecutorThread } from "../runtime/executor/executorThread";
import { nativeImport } from "../runtime/mainThread/nativeImport";
import type { SpawnExecutor } from "../runtime/rpc/executorWorker";
import type { WorkerReply, WorkerRequest } from "../runtime/rpc/protocol";

/**
 * Runs queries and mutations on the thread of the test, for those who send thousands of requests about something else than
 * threads: messages between two of them take a seventh of all that such a request costs, and modules are loaded once.
 * What the thread itself holds is not there: no function is stopped.
 */
export const executorInThread: SpawnExecutor = (options) => {
  const worker = new InThreadWorker();
  // Whoever spawns it listens first.
  setImmediate(() => worker.start(options));
  return Promise.resolve(worker);
};

class InThreadWorker extends EventEmitter<{ message: [WorkerReply]; error: [Error]; exit: [] }> {
  readonly #requests: WorkerRequest[] = [];
  /** What runs is nobody's: not that of the function whose call is the first of a batch. */
  readonly #scope = new AsyncResource("executor");
  #take: (request: WorkerRequest) => void = () => undefined;

  start(options: Parameters<SpawnExecutor>[0]): void {
    ExecutorThread.start(
      {
        postMessage: (reply) => void this.emit("message", reply),
        onRequest: (take) => (this.#take = take),
        receive: () => this.#requests.shift(),
        close: () => setImmediate(() => this.emit("exit")),
        nativeImport,
      },
      options,
    );
  }

  postMessage(request: WorkerRequest): void {
    this.#requests.push(request);
    setImmediate(() => {
      const next = this.#requests.shift();
      if (next !== undefined) this.#scope.runInAsyncScope(() => this.#take(next));
    });
  }

  terminate(): Promise<void> {
    return Promise.reject(new Error("What runs on the thread of the test cannot be stopped."));
  }
}
