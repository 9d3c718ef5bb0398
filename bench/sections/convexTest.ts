import { mkdir } from "node:fs/promises";
import path from "node:path";
import { measuredCalls } from "../functionRequests";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import type { AccessorOrder, CallsAnswer, CallsQuestion } from "../accessorProcess";
import type { Options } from "../options";
import type { Row, Section } from "../report";

const sizes = [1000, 10_000];
const concurrencies = [1, 64];
const accessors = ["convex-test", "host in memory", "host on a file"] as const;
const maximumMs = 250;
const warmUpTurns = 2;
const readsPerTurn = 2000;
/** Inserted tasks are removed after each turn; a turn adds no more than this part of the stored ones. */
const insertedPart = 0.25;

type Totals = Readonly<Record<AccessorOrder["accessor"], CallsAnswer>>;

/** The same functions in convex-test and in the test accessor of the host, in turn, without HTTP. */
export async function convexTestSection(options: Options): Promise<Section> {
  const rows: Row[] = [];
  for (const tasks of sizes) rows.push(...(await rowsOfSize(tasks, options)));
  return {
    title: "The test accessor beside convex-test: CPU µs per call and calls per second, in one process without HTTP",
    rows,
    notes: [
      "convex-test scans the whole table for every query; the host uses the index. CPU × convex-test: its CPU time / the host's.",
      `From ${sizes[0]} to ${sizes.at(-1)} documents one lookup costs convex-test ${growthOf(rows, "lookup", "convex-test µs")} × as much, and the host in memory ${growthOf(rows, "lookup", "memory µs")} ×.`,
      "Each call on a file waits for its fsync, or shares it with the others made at once.",
    ],
  };
}

async function rowsOfSize(tasks: number, options: Options): Promise<readonly Row[]> {
  return await inScratchDirectory(async (directory) => {
    const processes: (readonly [AccessorOrder["accessor"], ServerProcess<object>])[] = [];
    try {
      for (const accessor of accessors) {
        const order: AccessorOrder = { accessor, directory: path.join(directory, accessor), tasks };
        await mkdir(order.directory);
        const server = await withProgress(`${accessor}: storing ${tasks} tasks`, () =>
          ServerProcess.start<object>(path.join(import.meta.dirname, "../accessorProcess.ts"), order),
        );
        processes.push([accessor, server]);
      }
      const rows: Row[] = [];
      for (const name of Object.keys(measuredCalls))
        for (const concurrency of concurrencies) {
          if (options.requests.length > 0 && !options.requests.includes(name)) continue;
          rows.push(rowOf(name, tasks, concurrency, await measure(processes, name, tasks, concurrency, options)));
        }
      return rows;
    } finally {
      await Promise.all(processes.map(([, server]) => server.stop()));
    }
  });
}

async function measure(
  processes: readonly (readonly [AccessorOrder["accessor"], ServerProcess<object>])[],
  name: string,
  tasks: number,
  concurrency: number,
  { rounds }: Options,
): Promise<Totals> {
  const maximumCalls = measuredCalls[name]?.inserts ? tasks * insertedPart : readsPerTurn;
  const question: CallsQuestion = { name, concurrency, maximumCalls, maximumMs };
  const nothing: CallsAnswer = { calls: 0, seconds: 0, cpuUs: 0 };
  const totals = { "convex-test": nothing, "host in memory": nothing, "host on a file": nothing };
  for (let turn = -warmUpTurns; turn < rounds; turn++)
    for (const [accessor, server] of processes) {
      const answer = await withProgress(`${name}: ${accessor}`, () => server.ask<CallsAnswer>(question));
      if (turn >= 0) totals[accessor] = sumOf(totals[accessor], answer);
    }
  return totals;
}

function sumOf(left: CallsAnswer, right: CallsAnswer): CallsAnswer {
  return {
    calls: left.calls + right.calls,
    seconds: left.seconds + right.seconds,
    cpuUs: left.cpuUs + right.cpuUs,
  };
}

function rowOf(name: string, documents: number, concurrency: number, totals: Totals): Row {
  const cpuUs = (accessor: AccessorOrder["accessor"]) => totals[accessor].cpuUs / totals[accessor].calls;
  const rate = (accessor: AccessorOrder["accessor"]) => Math.round(totals[accessor].calls / totals[accessor].seconds);
  return {
    call: name,
    documents,
    "at once": concurrency,
    "convex-test µs": rounded(cpuUs("convex-test")),
    "memory µs": rounded(cpuUs("host in memory")),
    "file µs": rounded(cpuUs("host on a file")),
    "convex-test/s": rate("convex-test"),
    "memory/s": rate("host in memory"),
    "file/s": rate("host on a file"),
    "CPU × convex-test, memory": rounded(cpuUs("convex-test") / cpuUs("host in memory")),
    "CPU × convex-test, file": rounded(cpuUs("convex-test") / cpuUs("host on a file")),
  };
}

/** How much more one call costs at the largest size than at the smallest. */
function growthOf(rows: readonly Row[], name: string, column: string): string {
  const costs = rows.filter((row) => row["call"] === name && row["at once"] === 1).map((row) => Number(row[column]));
  const [first, last] = [costs[0], costs.at(-1)];
  return first === undefined || last === undefined ? "?" : String(rounded(last / first));
}
