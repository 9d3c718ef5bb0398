import { DeploymentRefusal } from "../../deployment";
import type { FunctionOutcome, LiveQueryResult } from "../../deployment";
import { encodeCall } from "./calls";
import type { ExecutorCall } from "./calls";
import { hostErrorAt, isItemAt, liveResultAt, outcomeAt, resultSlots } from "./results";

/** How a refresh ended. After `unknown` and `stopped` the thread has to be given the whole set. */
export type RefreshOutcome =
  | { readonly kind: "done"; readonly timestamp: bigint; readonly results: readonly LiveQueryResult[] }
  | { readonly kind: "unknown" }
  /** This query ran past its limit. */
  | { readonly kind: "stopped"; readonly queryId: number; readonly errorMessage: string };

/** Who waits for a call. */
export interface CallAnswer {
  resolve(outcome: FunctionOutcome): void;
  reject(error: Error): void;
  /** Of a refresh only. */
  readonly refresh?: { readonly results: LiveQueryResult[]; stop(queryId: number, errorMessage: string): void };
}

interface PendingCall {
  readonly slots: readonly string[];
  readonly answer: CallAnswer;
  /** Who wants to know that it has been answered; made when the first one asks. */
  waiting?: (() => void)[];
}

/** The calls that the executor thread has not answered, in the order in which they were made. */
export class PendingCalls {
  readonly #calls = new Map<string, PendingCall>();
  #nextSequence = 1;

  /** How many calls wait for their answer. */
  get size(): number {
    return this.#calls.size;
  }

  /** Numbers a call. @returns what is sent to the thread, as `encodeCall` writes it */
  add(call: ExecutorCall, answer: CallAnswer): readonly string[] {
    const sequence = String(this.#nextSequence++);
    // 31 bits keep the number exact in shared memory; by the time it wraps, no earlier call is pending.
    if (this.#nextSequence > 0x7fff_ffff) this.#nextSequence = 1;
    const slots = encodeCall(sequence, call);
    this.#calls.set(sequence, { slots, answer });
    return slots;
  }

  /** Answers the calls of a batch. @returns how many they were, items of live queries not counted */
  settle(results: readonly string[]): number {
    let calls = 0;
    for (let at = 0; at < results.length; at += resultSlots) {
      const sequence = results[at] ?? "";
      if (isItemAt(results, at)) {
        this.#calls.get(sequence)?.answer.refresh?.results.push(liveResultAt(results, at));
        continue;
      }
      calls++;
      const answer = this.#take(sequence);
      const hostError = hostErrorAt(results, at);
      if (hostError === null) answer?.resolve(outcomeAt(results, at));
      else answer?.reject(refusalOf(hostError));
    }
    return calls;
  }

  /** Answers one call with an error; of a refresh only the query that ran has failed. */
  fail(sequence: number, errorMessage: string, stoppedQueryId: number): void {
    const answer = this.#take(String(sequence));
    if (answer?.refresh !== undefined) answer.refresh.stop(stoppedQueryId, errorMessage);
    else answer?.resolve({ status: "error", errorMessage, logLines: [] });
  }

  /** Fails every call that waits, because the thread will not answer any more. */
  rejectAll(error: Error): void {
    for (const sequence of this.#calls.keys()) this.#take(sequence)?.reject(error);
  }

  /** What has to be sent again to a thread that replaces another, which answers all of it anew. */
  allSlots(): string[] {
    for (const { answer } of this.#calls.values()) answer.refresh?.results.splice(0);
    return [...this.#calls.values()].flatMap(({ slots }) => slots);
  }

  /** Resolves when the calls that are pending now have ended, and does not wait for those that follow. */
  async settled(): Promise<void> {
    const waitFor = (call: PendingCall): Promise<void> =>
      new Promise((resolve) => void (call.waiting ??= []).push(resolve));
    await Promise.all(Array.from(this.#calls.values(), waitFor));
  }

  /** Forgets a call for whoever answers it in the same turn. */
  #take(sequence: string): CallAnswer | undefined {
    const call = this.#calls.get(sequence);
    this.#calls.delete(sequence);
    for (const resolve of call?.waiting ?? []) resolve();
    return call?.answer;
  }
}

/** An error with a code is a refusal to store, which doors pass on to clients; any other is the host's own fault. */
export function refusalOf({ message, code }: { readonly message: string; readonly code: string }): Error {
  return code === "" ? new Error(message) : new DeploymentRefusal(503, code, message);
}
