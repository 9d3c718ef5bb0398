// The host with the measured functions, in a process of its own. Run by the sections that measure the host.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { TokenVerifier } from "../host/auth/tokenVerifier";
import { openDeployment } from "../host/runtime/openDeployment";
import { startServer } from "../host/server/startServer";
import { seedTasks, taskFileName, taskFunctions } from "./seed/seedTasks";
import { serve } from "./serverProcess";

export interface FunctionServerOrder {
  readonly directory: string;
  /** How many tasks to store before the start; nothing is stored when absent. */
  readonly tasks?: number;
}

export interface FunctionServerWorld {
  readonly url: string;
  /** A sample of the stored tasks. */
  readonly taskIds: readonly string[];
}

serve<FunctionServerOrder>(async ({ directory, tasks }) => {
  const file = path.join(directory, taskFileName);
  await mkdir(directory, { recursive: true });
  const taskIds = tasks === undefined ? [] : await seedTasks(file, tasks);
  const deployment = await openDeployment({
    functionsDirectory: taskFunctions,
    file,
    cloudUrl: "http://127.0.0.1",
    siteUrl: "http://127.0.0.1",
  });
  const server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    trustProxy: false,
    authentication: new TokenVerifier({ providers: () => deployment.authProviders() }),
  });
  return {
    world: { url: server.cloudUrl, taskIds },
    close: async () => {
      await server.close();
      await deployment.close();
    },
  };
});
