import { fork } from "node:child_process";
import path from "node:path";
import { nextMessage } from "./nextMessage";
import type { ChildProcess } from "node:child_process";

/** One request of a load; several are sent in turn by every connection. */
export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LoadOrder {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly requests: readonly LoadRequest[];
}

export interface LoadResult {
  readonly requests: number;
  /** Answers that were no success, and connections that broke. */
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

let generator: ChildProcess | undefined;

/**
 * Sends requests from a process of its own, which later loads use again, one at a time on every connection.
 * @throws {Error} when an answer was no success or none came: a benchmark of refusals measures nothing.
 */
export async function load(order: LoadOrder): Promise<LoadResult> {
  generator ??= fork(path.join(import.meta.dirname, "loadWorker.ts"), { execArgv: process.execArgv });
  const child = generator;
  child.ref();
  child.channel?.ref();
  child.send(order);
  const result = await nextMessage<LoadResult>(child, "The load generator");
  // A generator that waits for its next load does not keep this process alive.
  child.unref();
  child.channel?.unref();
  const { method, path: target } = order.requests[0] ?? {};
  if (result.failures > 0) {
    throw new Error(
      `${method} ${target}: ${result.failures} of ${result.requests + result.failures} answers were no success.`,
    );
  }
  if (result.requests === 0) throw new Error(`${method} ${target}: nothing was answered in ${order.seconds} s.`);
  return result;
}
