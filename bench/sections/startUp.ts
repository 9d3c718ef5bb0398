import { randomUUID } from "node:crypto";
import path from "node:path";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { seedProduct } from "../seed/seedProduct";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../world";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { StoreOrder } from "../serverProcess";
import type { World } from "../world";

const starts = 3;
const productServer = path.join(import.meta.dirname, "../productServer.ts");

/** Seconds from the start of the process until the product answers a request. */
export async function startUpSection(options: Options): Promise<Section> {
  const rows: Row[] = [];
  const add = (what: string, seconds: readonly number[]) => {
    const sorted = [...seconds].sort((left, right) => left - right);
    rows.push({
      file: what,
      "median s": rounded(sorted[Math.floor(sorted.length / 2)] ?? 0),
      "best s": rounded(sorted[0] ?? 0),
    });
  };
  await inScratchDirectory(async (directory) => {
    const empty: number[] = [];
    for (let round = 0; round < starts; round++)
      empty.push(
        await secondsUntilHealthy({ directory: path.join(directory, randomUUID()), keys: newKeys(), scheduleCount: 0 }),
      );
    add("new", empty);
    const order = { directory, keys: newKeys(), scheduleCount: options.rows };
    await withProgress(`filling a store with ${options.rows} rows`, () =>
      seedProduct(path.join(directory, "portico.sqlite"), order.keys, options.rows),
    );
    const filled: number[] = [];
    for (let round = 0; round < starts; round++) filled.push(await secondsUntilHealthy(order));
    add(`${options.rows} rows`, filled);
  });
  return {
    title: "Start of the product's process until it answers",
    rows,
    notes: [`${starts} starts each; TypeScript is compiled on the way.`],
  };
}

async function secondsUntilHealthy(order: StoreOrder): Promise<number> {
  const startedAtMs = performance.now();
  const server = await withProgress("starting", () =>
    ServerProcess.start<World>(productServer, { ...order, isSeeded: true }),
  );
  await (await fetch(`${server.world.url}/v1/health`)).text();
  const seconds = (performance.now() - startedAtMs) / 1000;
  await server.stop();
  return seconds;
}
