// Serves functions on a file until it is killed, and prints where. Usage: serveFixture.ts <file> <port> [folder]
import { join } from "node:path";
import { TokenVerifier } from "../auth/tokenVerifier";
import { startServer } from "../server/startServer";
import { openFixture } from "./testDeployment";

const [, , file, port, folder = "fixture"] = process.argv;
if (file === undefined || port === undefined) throw new Error("usage: serveFixture.ts <file> <port> [folder]");

const deployment = await openFixture({ file, functionsDirectory: join(import.meta.dirname, folder, "convex") });
const server = await startServer({
  deployment,
  cloudPort: Number(port),
  sitePort: 0,
  redactErrors: false,
  trustProxy: false,
  authentication: new TokenVerifier({ providers: () => deployment.authProviders() }),
});
process.stdout.write(`${server.cloudUrl}\n`);
