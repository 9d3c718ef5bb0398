// Honest clients at a fixed rate, in a process of their own: they read and write whether or not earlier answers have come.
import { setTimeout } from "node:timers/promises";
import { percentileOf, takeOrders } from "../orders";

export interface HonestOrder {
  readonly siteUrl: string;
  readonly token: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Whether each write adds a to-do or changes one of a few. */
  readonly writes: "create" | "update";
}

export interface HonestResult {
  readonly requests: number;
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** A client that waits longer counts as kept out. */
const giveUpMs = 60_000;
/** As many as one page shows. */
const changedTodos = 25;

async function run({ siteUrl, token, perSecond, seconds, writes }: HonestOrder): Promise<HonestResult> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const todos = `${siteUrl}/v1/todos`;
  const create = async (text: string): Promise<Response> =>
    await fetch(todos, {
      method: "POST",
      body: JSON.stringify({ text }),
      headers,
      signal: AbortSignal.timeout(giveUpMs),
    });
  const ids: string[] = [];
  const needed = writes === "update" ? changedTodos : 0;
  while (ids.length < needed) {
    const todo: { readonly id: string } = await (await create(`Honest work ${ids.length}`)).json();
    ids.push(todo.id);
  }
  const write = async (text: string, at: number): Promise<Response> => {
    const id = ids[at % ids.length];
    if (id === undefined) return await create(text);
    const init = { method: "PATCH", body: JSON.stringify({ text }), headers };
    return await fetch(`${todos}/${id}`, { ...init, signal: AbortSignal.timeout(giveUpMs) });
  };
  const ask = async (at: number): Promise<void> => {
    const startedAtMs = performance.now();
    try {
      const response =
        at % 2 === 0
          ? await fetch(`${todos}?limit=10`, { headers, signal: AbortSignal.timeout(giveUpMs) })
          : await write(`Honest work ${at}`, at);
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
