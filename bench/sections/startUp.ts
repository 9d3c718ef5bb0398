import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { seedProduct } from "../seed/seedProduct";
import { seedTasks } from "../seed/seedTasks";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../setup";
import type { FunctionServerOrder } from "../functionServer";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { StoreOrder } from "../serverProcess";

const starts = 3;
const barSeconds = 2;
/** The bar is for files of up to this many rows. */
const barRows = 100_000;
const million = 1_000_000;

/** A server whose start is measured. */
interface Subject {
  readonly name: string;
  readonly module: string;
  readonly healthPath: string;
  /** Fills the store of a directory. */
  fill(directory: string, rows: number): Promise<unknown>;
  /** What to start on a directory, with what is there. */
  order(directory: string): object;
}

const subjects: readonly Subject[] = [
  {
    name: "host",
    module: "functionServer.ts",
    healthPath: "/version",
    fill: (directory, rows) => seedTasks(directory, rows),
    order: (directory): FunctionServerOrder => ({ directory }),
  },
  {
    name: "product",
    module: "productServer.ts",
    healthPath: "/v1/health",
    fill: (directory, rows) => seedProduct(path.join(directory, databaseName), newKeys(), rows),
    order: (directory): StoreOrder => ({ directory, keys: newKeys(), scheduleCount: 0, isSeeded: true }),
  },
];

/** Seconds from the start of a process until it answers a request. */
export async function startUpSection(options: Options): Promise<Section> {
  const sizes = [0, options.rows, ...(options.million ? [million] : [])];
  const rows: Row[] = [];
  for (const subject of subjects) for (const size of sizes) rows.push(await rowOf(subject, size));
  return {
    title: "Start of a process until it answers",
    rows,
    notes: [
      `${starts} starts each on the same file, "new" on one that is not there; TypeScript is compiled on the way. CPU s: the least of all threads, without the bundler's own process. Healthy: ${subjects.map(({ name, healthPath }) => `${name}, GET ${healthPath}`).join("; ")}.`,
    ],
  };
}

interface Start {
  readonly seconds: number;
  /** Of all threads of the process, without the bundler, which is a process of its own. */
  readonly cpuSeconds: number;
}

async function rowOf(subject: Subject, size: number): Promise<Row> {
  const taken = await inScratchDirectory(async (parent) => {
    const filled = path.join(parent, "filled");
    await mkdir(filled);
    if (size > 0)
      await withProgress(`${subject.name}: filling a store with ${size} rows`, () => subject.fill(filled, size));
    const measured: Start[] = [];
    for (let start = 0; start < starts; start++)
      measured.push(await startUntilHealthy(subject, size > 0 ? filled : path.join(parent, randomUUID())));
    return measured.sort((left, right) => left.seconds - right.seconds);
  });
  const median = taken[Math.floor(starts / 2)]?.seconds ?? Number.NaN;
  const hasBar = size > 0 && size <= barRows;
  return {
    process: subject.name,
    file: size === 0 ? "new" : `${size} rows`,
    "median s": rounded(median),
    "best s": rounded(taken[0]?.seconds ?? Number.NaN),
    "CPU s": rounded(Math.min(...taken.map(({ cpuSeconds }) => cpuSeconds))),
    "bar s": hasBar ? barSeconds : "",
    holds: hasBar ? (median <= barSeconds ? "yes" : "no") : "",
  };
}

async function startUntilHealthy({ name, module, healthPath, order }: Subject, directory: string): Promise<Start> {
  const startedAtMs = performance.now();
  const server = await withProgress(`${name}: starting`, () =>
    ServerProcess.start<{ readonly url: string }>(path.join(import.meta.dirname, "..", module), order(directory)),
  );
  const response = await fetch(server.setup.url + healthPath);
  await response.text();
  if (!response.ok) throw new Error(`${name} answered ${healthPath} with ${response.status}.`);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const { cpuUs } = await server.usage();
  await server.stop();
  return { seconds, cpuSeconds: cpuUs / 1e6 };
}
