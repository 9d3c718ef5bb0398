import path from "node:path";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { measureGrowth } from "../growth";
import { withProgress } from "../report";
import { measuredRequests } from "../requests";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import { newKeys } from "../world";
import type { Options } from "../options";
import type { Section } from "../report";
import type { World } from "../world";

/** The product's REST requests on stores of several sizes. */
export async function growthSection(options: Options): Promise<Section> {
  return await inScratchDirectory((parent) =>
    measureGrowth<World>(
      {
        title: "REST",
        requests: ["get", "page", "create"],
        start: async (scheduleCount) => {
          const directory = path.join(parent, String(scheduleCount));
          const order = { directory, keys: newKeys(), scheduleCount };
          const server = await withProgress(`filling a store with ${scheduleCount} rows`, () =>
            ServerProcess.start<World>(path.join(import.meta.dirname, "../productServer.ts"), order),
          );
          return { server, file: path.join(directory, databaseName) };
        },
        load: async (request, server, rows) => ({
          server,
          requests: (await measuredRequests[request]?.(server.world, rows)) ?? [],
        }),
      },
      options,
    ),
  );
}
