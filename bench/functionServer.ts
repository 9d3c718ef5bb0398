// The host with the measured functions, in a process of its own. Run by the sections that measure the host.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { TokenVerifier } from "../host/auth/tokenVerifier";
import { openDeployment } from "../host/runtime/openDeployment";
import { startServer } from "../host/server/startServer";
import { taskFileName, taskFunctions } from "./seed/seedTasks";
import { serve } from "./serverProcess";

export interface FunctionServerOrder {
  /** Where the store is, or where a new one is made. */
  readonly directory: string;
}

export interface FunctionServerSetup {
  readonly url: string;
}

serve<FunctionServerOrder>(async ({ directory }) => {
  await mkdir(directory, { recursive: true });
  const deployment = await openDeployment({
    functionsDirectory: taskFunctions,
    file: path.join(directory, taskFileName),
    cloudUrl: "http://127.0.0.1",
    siteUrl: "http://127.0.0.1",
  });
  const server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    authentication: new TokenVerifier({ providers: () => deployment.authProviders() }),
  });
  return {
    setup: { url: server.cloudUrl },
    close: async () => {
      await server.close();
      await deployment.close();
    },
  };
});
