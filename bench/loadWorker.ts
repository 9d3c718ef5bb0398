// The load generator's process: takes orders over IPC, one at a time, and answers each with what it measured.
import autocannon from "autocannon";
import { percentileOf, takeOrders } from "./orders";
import type { LoadOrder, LoadResult } from "./load";

const sampleMs = 100;

async function run({ url, connections, seconds, requests }: LoadOrder): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  let clients = 0;
  const instance = autocannon({
    url,
    connections,
    duration: seconds,
    sampleInt: sampleMs,
    setupClient: (client) => {
      // Each connection has its share of the list, so that together they ask for all of it.
      const first = clients++ % requests.length;
      client.setRequests(requests.filter((_, at) => at % connections === first % connections));
    },
  });
  instance.on("response", (_client: unknown, _status: number, _bytes: number, responseMs: number) => {
    latenciesMs.push(responseMs);
  });
  const result = await instance;
  latenciesMs.sort((left, right) => left - right);
  return {
    requests: result["2xx"],
    failures: result.non2xx + result.errors,
    seconds: result.duration,
    p50Ms: percentileOf(latenciesMs, 0.5),
    p99Ms: percentileOf(latenciesMs, 0.99),
  };
}

takeOrders(run);
