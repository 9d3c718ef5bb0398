// The host that crash tests of live queries kill. Usage: syncVictim.ts <file> <port>; prints a line once it serves.
import { TokenVerifier } from "../auth/tokenVerifier";
import { startServer } from "../server/startServer";
import { openFixture } from "./testDeployment";

const [, , file, port] = process.argv;
if (file === undefined || port === undefined) throw new Error("usage: syncVictim.ts <file> <port>");

const deployment = await openFixture({ file });
const server = await startServer({
  deployment,
  cloudPort: Number(port),
  sitePort: 0,
  redactErrors: false,
  trustProxy: false,
  authentication: new TokenVerifier({ providers: () => deployment.authProviders() }),
});
process.stdout.write(`${server.cloudUrl}\n`);
