import { setTimeout } from "node:timers/promises";
import { percentileOf } from "./orders";
import { scheduleBody } from "./setup";

/** Requests a second, half of them writes. */
export const feltPerSecond = 20;

/** What somebody felt: p99 of the answers, and how many were not what was asked for. */
export interface Felt {
  readonly requests: number;
  readonly failures: number;
  readonly p99Ms: number;
}

/** What a user of another organization feels who asks at a fixed rate until something is over, whether or not earlier answers have come. */
export async function felt(siteUrl: string, apiKey: string, until: Promise<unknown>): Promise<Felt> {
  const state = { isOver: false, failures: 0 };
  const over = until.finally(() => {
    state.isOver = true;
  });
  const latenciesMs: number[] = [];
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const ask = async (at: number): Promise<void> => {
    const startedAtMs = performance.now();
    const response =
      at % 2 === 0
        ? await fetch(`${siteUrl}/v1/schedules?limit=10`, { headers })
        : await fetch(`${siteUrl}/v1/schedules`, {
            method: "POST",
            headers,
            body: JSON.stringify(scheduleBody(Date.now(), at)),
          });
    await response.arrayBuffer();
    if (!response.ok) state.failures++;
    latenciesMs.push(performance.now() - startedAtMs);
  };
  const asked: Promise<void>[] = [];
  const startedAtMs = performance.now();
  for (let at = 0; !state.isOver; at++) {
    asked.push(ask(at));
    await setTimeout(Math.max(0, startedAtMs + ((at + 1) * 1000) / feltPerSecond - performance.now()));
  }
  await Promise.all(asked);
  await over;
  latenciesMs.sort((left, right) => left - right);
  return { requests: latenciesMs.length, failures: state.failures, p99Ms: percentileOf(latenciesMs, 0.99) };
}
