import path from "node:path";
import { Portico } from "../../sdk/src/client";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../setup";
import type { Row, Section } from "../report";
import type { Setup } from "../setup";

const callsPerTurn = 100;
const turns = 100;
const warmUpTurns = 5;

/**
 * The same call through the SDK and through `fetch`, in turn on one connection. Once to the product, as programs see it,
 * and once to a server that does nothing, where the client's own CPU time makes the whole difference. `fetch` comes twice: what it
 * differs from itself by is what the machine does meanwhile.
 */
export async function sdkSection(): Promise<Section> {
  const product = await inScratchDirectory((directory) =>
    measured("productServer.ts", { directory, keys: newKeys(), scheduleCount: 1000 }),
  );
  const nothing = await measured("fixedAnswerServer.ts", newKeys());
  return {
    title: "Getting a schedule: SDK over fetch",
    rows: [...rowsOf("product", product), ...rowsOf("a fixed answer", nothing)],
    notes: [
      `The SDK adds ${overheadPercent(product, ({ wallMs }) => wallMs)} % to the time of a call to the product.`,
      `It takes ${overheadPercent(nothing, ({ cpuUs }) => cpuUs)} % more of the client's CPU time than fetch alone.`,
      `CPU of the median turn over fetch's: ${ratio(nothing, "SDK")} (fetch over itself: ${ratio(nothing, "fetch again")}).`,
    ],
  };
}

async function measured(module: string, order: object): Promise<readonly Total[]> {
  const server = await ServerProcess.start<Setup>(path.join(import.meta.dirname, "..", module), order);
  try {
    return await withProgress(`calling ${module} in turn`, () => measureInTurn(server.setup));
  } finally {
    await server.stop();
  }
}

function rowsOf(server: string, totals: readonly Total[]): Row[] {
  const calls = turns * callsPerTurn;
  return totals.map(({ name, wallMs, cpuUs }) => ({
    server,
    client: name,
    "µs/call": rounded((wallMs * 1000) / calls),
    "client CPU µs/call": rounded(cpuUs / calls),
  }));
}

function overheadPercent([raw, sdk]: readonly Total[], cost: (total: Total) => number): number {
  return raw && sdk ? rounded((cost(sdk) / cost(raw) - 1) * 100) : Number.NaN;
}

/** The median of a client's CPU time over that of fetch, turn by turn: a turn that the machine disturbed counts once. */
function ratio([fetched, ...others]: readonly Total[], name: string): number {
  const turnsOf = others.find((total) => total.name === name)?.turnCpuUs ?? [];
  const ratios = turnsOf.map((cpuUs, turn) => cpuUs / (fetched?.turnCpuUs[turn] ?? Number.NaN));
  return rounded(ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN);
}

interface Total {
  readonly name: string;
  wallMs: number;
  cpuUs: number;
  readonly turnCpuUs: number[];
}

async function measureInTurn({ url, apiKey, scheduleIds }: Setup): Promise<readonly Total[]> {
  const portico = new Portico({ baseUrl: url, apiKey });
  const headers = { authorization: `Bearer ${apiKey}`, accept: "application/json" };
  const fetched = async (id: string) => {
    const response = await fetch(`${url}/v1/schedules/${id}`, { headers });
    if (!response.ok) throw new Error(`fetch was answered with ${response.status}`);
    const schedule: unknown = JSON.parse(await response.text());
    return schedule;
  };
  const total = (name: string): Total => ({ name, wallMs: 0, cpuUs: 0, turnCpuUs: [] });
  const clients: readonly (Total & { readonly call: (id: string) => Promise<unknown> })[] = [
    { ...total("fetch"), call: fetched },
    { ...total("SDK"), call: (id) => Promise.resolve(portico.schedules.get(id)) },
    { ...total("fetch again"), call: fetched },
  ];
  for (let turn = -warmUpTurns; turn < turns; turn++) {
    for (const client of clients) {
      const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
      for (let at = 0; at < callsPerTurn; at++) await client.call(scheduleIds[at % scheduleIds.length] ?? "");
      const { user, system } = process.cpuUsage(startCpu);
      if (turn < 0) continue;
      client.wallMs += performance.now() - startMs;
      client.cpuUs += user + system;
      client.turnCpuUs.push(user + system);
    }
  }
  return clients;
}
