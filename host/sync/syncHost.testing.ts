import { ConvexClient } from "convex/browser";
import type { ConvexClientOptions } from "convex/browser";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { TokenVerifier } from "../auth/tokenVerifier";
import type { AuthProvider } from "../deployment";
import type { DeploymentOptions, ReloadableDeployment } from "../runtime/openDeployment";
import { startServer } from "../server/startServer";
import type { RunningServer, ServerOptions } from "../server/startServer";
import { openFixture } from "../testing/testDeployment";

export interface SyncHost {
  readonly deployment: ReloadableDeployment;
  readonly server: RunningServer;
  /** What the server reported as its own fault. */
  readonly reported: unknown[];
  /** Every socket that clients of this host have opened, oldest first. */
  readonly sockets: WebSocket[];
  /** A real client, closed when the test ends. */
  client(options?: ConvexClientOptions): ConvexClient;
}

export interface SyncHostOptions {
  readonly deployment?: Partial<DeploymentOptions>;
  readonly server?: Partial<ServerOptions>;
  readonly providers?: readonly AuthProvider[];
}

/** Serves the fixture on free loopback ports until the test ends. */
export async function startSyncHost(options: SyncHostOptions = {}): Promise<SyncHost> {
  const deployment = await openFixture(options.deployment);
  const reported: unknown[] = [];
  const sockets: WebSocket[] = [];
  const server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    trustProxy: false,
    authentication: new TokenVerifier({ providers: () => options.providers ?? [] }),
    reportError: (error) => reported.push(error),
    ...options.server,
  });
  onTestFinished(async () => {
    await server.close();
    await deployment.close();
  });
  const client = (clientOptions: ConvexClientOptions = {}): ConvexClient =>
    openClient(server.cloudUrl, sockets, clientOptions);
  return { deployment, server, reported, sockets, client };
}

/** A real client whose sockets a test can cut, closed when the test ends. */
export function openClient(url: string, sockets: WebSocket[], options: ConvexClientOptions = {}): ConvexClient {
  const client = new ConvexClient(url, { logger: false, webSocketConstructor: recordingSocket(sockets), ...options });
  onTestFinished(() => client.close());
  return client;
}

/** The client's own kind of socket, kept in a list; ws has the constructor and events that browsers have. */
function recordingSocket(sockets: WebSocket[]): typeof globalThis.WebSocket {
  class RecordedSocket extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  return RecordedSocket as unknown as typeof globalThis.WebSocket;
}
