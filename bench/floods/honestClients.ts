// Honest clients at a fixed rate, in a process of their own: they read and write whether or not earlier answers have come.
import { setTimeout } from "node:timers/promises";
import { percentileOf, takeOrders } from "../orders";

export interface HonestOrder {
  readonly siteUrl: string;
  readonly token: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface HonestResult {
  readonly requests: number;
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Whoever waits longer has been kept out. */
const giveUpMs = 60_000;

async function run({ siteUrl, token, perSecond, seconds }: HonestOrder): Promise<HonestResult> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const ask = async (at: number): Promise<void> => {
    const startedAtMs = performance.now();
    try {
      const init = at % 2 === 0 ? {} : { method: "POST", body: JSON.stringify({ text: `Honest work ${at}` }) };
      const address = `${siteUrl}/v1/todos${at % 2 === 0 ? "?limit=10" : ""}`;
      const response = await fetch(address, { ...init, headers, signal: AbortSignal.timeout(giveUpMs) });
      await response.arrayBuffer();
      if (response.status >= 400) failures++;
    } catch {
      failures++;
    }
    latenciesMs.push(performance.now() - startedAtMs);
  };
  const startedAtMs = performance.now();
  const asked: Promise<void>[] = [];
  for (let at = 0; at < perSecond * seconds; at++) {
    await setTimeout(Math.max(0, startedAtMs + (at * 1000) / perSecond - performance.now()));
    asked.push(ask(at));
  }
  await Promise.all(asked);
  latenciesMs.sort((left, right) => left - right);
  return {
    requests: latenciesMs.length,
    failures,
    p50Ms: percentileOf(latenciesMs, 0.5),
    p99Ms: percentileOf(latenciesMs, 0.99),
    longestMs: latenciesMs.at(-1) ?? Number.NaN,
  };
}

takeOrders(run);
