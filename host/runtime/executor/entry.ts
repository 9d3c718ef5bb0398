import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { WorkerOptions, WorkerReply, WorkerRequest } from "../rpc/protocol";
import { ExecutorThread } from "./executorThread";

function start(): void {
  if (parentPort === null) throw new Error("The executor runs in a worker thread only");
  const port = parentPort;
  const options: WorkerOptions = workerData;
  const globals = ExecutorThread.start(
    {
      postMessage: (reply) => post(port, reply),
      onRequest: (take) => void port.on("message", take),
      receive: () => received(port),
      close: () => port.close(),
      nativeImport: (url) => import(url),
    },
    options,
  );
  if (globals === undefined) return;
  const { fetch, setTimeout, setInterval, crypto } = globals;
  // `globalThis.fetch` must refuse what `fetch` refuses.
  for (const [name, value] of Object.entries({ fetch, setTimeout, setInterval, crypto }))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  // A rejection that nobody awaited belongs to a function that has already been answered.
  process.on("unhandledRejection", (reason) =>
    post(port, { kind: "log", path: "", line: `[ERROR] Unhandled rejection: ${String(reason)}` }),
  );
}

function received(port: MessagePort): WorkerRequest | undefined {
  const next: { readonly message: WorkerRequest } | undefined = receiveMessageOnPort(port);
  return next?.message;
}

function post(port: MessagePort, reply: WorkerReply): void {
  port.postMessage(reply);
}

start();
