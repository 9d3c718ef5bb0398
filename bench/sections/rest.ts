import path from "node:path";
import { withProgress } from "../report";
import { measuredRequests } from "../requests";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { compare } from "../sideBySide";
import { newKeys } from "../setup";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { Setup } from "../setup";

/** The product's REST requests beside the same work written by hand, in turn in one run. */
export async function restSection(options: Options): Promise<Section> {
  const rows = await inScratchDirectory(async (directory) => {
    const order = { directory, keys: newKeys(), scheduleCount: options.rows };
    const modules = path.join(import.meta.dirname, "..");
    const profile =
      options.profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profileDirectory}`];
    const [product, baseline] = await withProgress(`filling both stores with ${options.rows} rows`, () =>
      Promise.all([
        ServerProcess.start<Setup>(path.join(modules, "productServer.ts"), order, profile),
        ServerProcess.start<Setup>(path.join(modules, "baseline/server.ts"), order),
      ]),
    );
    try {
      return await measureAll(options, product, baseline);
    } finally {
      await Promise.all([product.stop(), baseline.stop()]);
    }
  });
  return {
    title: `REST, ${options.rows} schedules in the store`,
    rows,
    notes: [
      "CPU µs: user and system time of all threads of the server per request. Ratios: baseline CPU / product CPU, product rate / baseline rate.",
    ],
  };
}

async function measureAll(
  options: Options,
  product: ServerProcess<Setup>,
  baseline: ServerProcess<Setup>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, requestsOf] of Object.entries(measuredRequests)) {
    if (options.requests.length > 0 && !options.requests.includes(name)) continue;
    const productRequests = await withProgress(`${name}: preparing`, () => requestsOf(product.setup, options.rows));
    const baselineRequests = await requestsOf(baseline.setup, options.rows);
    rows.push(
      ...(await compare(
        name,
        { server: product, requests: productRequests },
        { server: baseline, requests: baselineRequests },
        options,
      )),
    );
  }
  return rows;
}
