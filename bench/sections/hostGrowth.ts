import path from "node:path";
import { loadOf, measuredCalls } from "../functionRequests";
import { measureGrowth } from "../growth";
import { withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { seedTasks, taskFileName } from "../seed/seedTasks";
import { ServerProcess } from "../serverProcess";
import type { FunctionServerOrder, FunctionServerSetup } from "../functionServer";
import type { GrownServer } from "../growth";
import type { Options } from "../options";
import type { Section } from "../report";

const requests = ["get", "lookup", "page", "insert"];

/** The host's function API on stores of several sizes. */
export async function hostGrowthSection(options: Options): Promise<Section> {
  return await inScratchDirectory((parent) =>
    measureGrowth({ title: "The host's function API", requests, start: (count) => startHost(parent, count) }, options),
  );
}

async function startHost(parent: string, count: number): Promise<GrownServer> {
  const order: FunctionServerOrder = { directory: path.join(parent, String(count)) };
  const taskIds = await withProgress(`filling a store with ${count} tasks`, () => seedTasks(order.directory, count));
  const module = path.join(import.meta.dirname, "../functionServer.ts");
  const server = await ServerProcess.start<FunctionServerSetup>(module, order);
  return {
    server,
    file: path.join(order.directory, taskFileName),
    load: async (name) => {
      const calls = measuredCalls[name];
      if (calls === undefined) throw new Error(`There are no calls "${name}".`);
      return loadOf(calls, server, { taskIds, count });
    },
  };
}
