import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import { FakeDeployment } from "./fakeDeployment.testing";
import { startServer, type RunningServer, type ServerOptions } from "./startServer";

export interface TestServer extends RunningServer {
  readonly deployment: FakeDeployment;
  /** What the server reported as its own fault. */
  readonly reported: unknown[];
}

/** Starts the doors on free loopback ports before a fake deployment; closed when the test ends. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const deployment = new FakeDeployment();
  const reported: unknown[] = [];
  const server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    authentication: new TokenVerifier({ providers: () => deployment.providers }),
    reportError: (error) => reported.push(error),
    ...options,
  });
  onTestFinished(() => server.close());
  return { ...server, deployment, reported };
}

/** Sends raw bytes to a server and returns all it answers until it closes the connection or `until` shows up. */
export function exchangeRaw(url: string, bytes: string | Buffer, until?: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = "";
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      if (until !== undefined && answer.includes(until)) {
        resolve(answer);
        socket.destroy();
      }
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

/** Posts JSON to a path of the function API; a string goes out as it is. */
export function postJson(
  server: TestServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(server.cloudUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
