// Serves the fixture on a file until it is killed, and prints where. Usage: serveFixture.ts <file>
import { TokenVerifier } from "../auth/tokenVerifier";
import { startServer } from "../server/startServer";
import { openFixture } from "./testDeployment";

const [, , file] = process.argv;
if (file === undefined) throw new Error("usage: serveFixture.ts <file>");

const deployment = await openFixture({ file });
const server = await startServer({
  deployment,
  cloudPort: 0,
  sitePort: 0,
  redactErrors: false,
  trustProxy: false,
  authentication: new TokenVerifier({ providers: () => deployment.authProviders() }),
});
process.stdout.write(`${server.siteUrl}\n`);
