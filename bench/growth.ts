import { statSync } from "node:fs";
import { rounded } from "./report";
import { inTurn, meanOf, warmUp } from "./sideBySide";
import type { Options } from "./options";
import type { Row, Section } from "./report";
import type { ServerProcess } from "./serverProcess";
import type { Loaded } from "./sideBySide";

const connections = 16;
const barLargestOverSmallest = 2;
const bytesPerMb = 1e6;

/** A server on a store that a growth section has filled. */
export interface GrownServer {
  readonly server: ServerProcess<{ readonly url: string }>;
  /** The database file. */
  readonly file: string;
  load(request: string): Promise<Loaded>;
}

/** What a growth section measures at several sizes of its store. */
export interface GrowingSubject {
  readonly title: string;
  /** Kinds of requests; those that store something come last. */
  readonly requests: readonly string[];
  /** Fills a store in another process than the server's, whose memory is measured, and starts the server. */
  start(rows: number): Promise<GrownServer>;
}

/** From a thousand rows to those of the options, or to a million when that is asked for. */
function growthSizes({ rows, million }: Options): readonly number[] {
  const smaller = [1000, 10_000].filter((size) => size < rows);
  return [...smaller, rows, ...(million ? [1_000_000] : [])];
}

/** CPU time per request with few and with many rows in the store, taken in turn in one run, and what the rows take up. */
export async function measureGrowth(subject: GrowingSubject, options: Options): Promise<Section> {
  const sizes = growthSizes(options);
  const started: GrownServer[] = [];
  try {
    for (const rows of sizes) started.push(await subject.start(rows));
    const fileMb = started.map(({ file }) => statSync(file).size / bytesPerMb);
    const table: Row[] = [];
    for (const request of subject.requests) {
      if (options.requests.length > 0 && !options.requests.includes(request)) continue;
      const loads: Loaded[] = [];
      for (const grown of started) loads.push(await grown.load(request));
      for (const load of loads) await warmUp(request, load, options.seconds);
      const turns = await inTurn(request, loads, connections, options);
      table.push(
        rowOf(
          `${request}, CPU µs`,
          sizes,
          turns.map((each) => meanOf(each).cpuUs),
          barLargestOverSmallest,
        ),
      );
    }
    const residentMb: number[] = [];
    for (const { server } of started) residentMb.push((await server.usage()).residentBytes / bytesPerMb);
    table.push(rowOf("resident memory, MB", sizes, residentMb));
    table.push(rowOf("database file, MB", sizes, fileMb));
    return {
      title: `${subject.title} by rows in the store, ${connections} connections`,
      rows: table,
      notes: [
        "Reads go to ten thousand rows spread over all of them. Memory is that of the whole process after the loads.",
      ],
    };
  } finally {
    await Promise.all(started.map(({ server }) => server.stop()));
  }
}

function rowOf(figure: string, sizes: readonly number[], values: readonly number[], bar?: number): Row {
  const ratio = (values.at(-1) ?? Number.NaN) / (values[0] ?? Number.NaN);
  return {
    figure,
    ...Object.fromEntries(sizes.map((size, at) => [`${size} rows`, rounded(values[at] ?? Number.NaN)])),
    "largest / smallest": rounded(ratio),
    bar: bar ?? "",
    holds: bar === undefined ? "" : ratio <= bar ? "yes" : "no",
  };
}
