// Serves functions on a file until it is killed, and prints where. Usage: serveFixture.testing.ts <file> <port> [fixture]
import { TokenVerifier } from "../../auth/tokenVerifier";
import { startServer } from "../../server/startServer";
import { fixtureDirectory, openFixture } from "../testDeployment.testing";

const [, , file, port, fixture = "general"] = process.argv;
if (file === undefined || port === undefined) throw new Error("usage: serveFixture.testing.ts <file> <port> [fixture]");

const deployment = await openFixture({ file, functionsDirectory: fixtureDirectory(fixture) });
const server = await startServer({
  deployment,
  cloudPort: Number(port),
  sitePort: 0,
  redactErrors: false,
  authentication: new TokenVerifier({ providers: () => deployment.authProviders() }),
});
process.stdout.write(`${server.cloudUrl}\n`);
