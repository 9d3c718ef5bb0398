import path from "node:path";
import { loadOf, measuredCalls } from "../functionRequests";
import { measureGrowth } from "../growth";
import { withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { taskFileName } from "../seed/seedTasks";
import { ServerProcess } from "../serverProcess";
import type { FunctionServerOrder, FunctionServerWorld } from "../functionServer";
import type { Options } from "../options";
import type { Section } from "../report";

/** The host's function API on stores of several sizes. */
export async function hostGrowthSection(options: Options): Promise<Section> {
  return await inScratchDirectory((parent) =>
    measureGrowth<FunctionServerWorld>(
      {
        title: "The host's function API",
        requests: ["get", "lookup", "page", "insert"],
        start: async (tasks) => {
          const order: FunctionServerOrder = { directory: path.join(parent, String(tasks)), tasks };
          const server = await withProgress(`filling a store with ${tasks} tasks`, () =>
            ServerProcess.start<FunctionServerWorld>(path.join(import.meta.dirname, "../functionServer.ts"), order),
          );
          return { server, file: path.join(order.directory, taskFileName) };
        },
        load: async (name, server, tasks) => {
          const calls = measuredCalls[name];
          if (calls === undefined) throw new Error(`There are no calls "${name}".`);
          return loadOf(calls, server, tasks);
        },
      },
      options,
    ),
  );
}
