import path from "node:path";
import { loadOf, measuredCalls } from "../functionRequests";
import { withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { seedTasks } from "../seed/seedTasks";
import { ServerProcess } from "../serverProcess";
import { compare } from "../sideBySide";
import type { TaskServerOrder, TaskServerSetup } from "../baseline/taskServer";
import type { FunctionServerOrder, FunctionServerSetup } from "../functionServer";
import type { Options } from "../options";
import type { Row, Section } from "../report";

/** The host's function API beside the same durable work written by hand, in turn in one run. */
export async function hostSection(options: Options): Promise<Section> {
  const rows = await inScratchDirectory(async (directory) => {
    const modules = path.join(import.meta.dirname, "..");
    const profile =
      options.profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profileDirectory}`];
    const count = options.rows;
    const [taskIds, baseline] = await withProgress(`filling both stores with ${count} tasks`, () =>
      Promise.all([
        seedTasks(directory, count),
        ServerProcess.start<TaskServerSetup>(path.join(modules, "baseline/taskServer.ts"), {
          directory,
          tasks: count,
        } satisfies TaskServerOrder),
      ]),
    );
    const order: FunctionServerOrder = { directory };
    const host = await ServerProcess.start<FunctionServerSetup>(
      path.join(modules, "functionServer.ts"),
      order,
      profile,
    );
    try {
      const table: Row[] = [];
      for (const [name, calls] of Object.entries(measuredCalls)) {
        if (options.requests.length > 0 && !options.requests.includes(name)) continue;
        const ofHost = loadOf(calls, host, { taskIds, count });
        const ofBaseline = loadOf(calls, baseline, { taskIds: baseline.setup.taskIds, count });
        table.push(...(await compare(name, ofHost, ofBaseline, options)));
      }
      return table;
    } finally {
      await Promise.all([host.stop(), baseline.stop()]);
    }
  });
  return {
    title: `The host's function API, ${options.rows} documents in the store`,
    rows,
    notes: [
      "CPU µs: user and system time of all threads of the server per call, scheduled functions included. Ratios: baseline CPU / host CPU, host rate / baseline rate.",
    ],
  };
}
