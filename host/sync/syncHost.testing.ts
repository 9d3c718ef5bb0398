import { BaseConvexClient, ConvexClient } from "convex/browser";
import type { ConvexClientOptions } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type {
  FunctionArgs,
  FunctionReference,
  FunctionReturnType,
  PaginationOptions,
  PaginationResult,
} from "convex/server";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { TokenVerifier } from "../auth/tokenVerifier";
import type { AuthProvider } from "../deployment";
import type { DeploymentOptions, ReloadableDeployment } from "../runtime/openDeployment";
import { startServer } from "../server/startServer";
import type { RunningServer, ServerOptions } from "../server/startServer";
import { openFixture } from "../testing/testDeployment.testing";

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

/** The client below ConvexClient and ConvexReactClient, which shows every transition; closed when the test ends. */
export function openBaseClient(url: string, onTransition: () => void): BaseConvexClient {
  const client = new BaseConvexClient(url, onTransition, { logger: false, webSocketConstructor: recordingSocket([]) });
  onTestFinished(() => client.close());
  return client;
}

export interface Watched<Value> {
  /** Every value that the client was told, oldest first. */
  readonly values: Value[];
  readonly errors: Error[];
  stop(): void;
}

/** Subscribes a client and collects what it is told. */
export function watch<Query extends FunctionReference<"query">>(
  client: ConvexClient,
  query: Query,
  args: FunctionArgs<Query>,
): Watched<FunctionReturnType<Query>> {
  const values: FunctionReturnType<Query>[] = [];
  const errors: Error[] = [];
  const stop = client.onUpdate(
    query,
    args,
    (value) => void values.push(value),
    (error) => void errors.push(error),
  );
  return { values, errors, stop: () => stop() };
}

/** The fixture's functions that tests of live queries call. */
export const api = {
  add: makeFunctionReference<"mutation", { name: string; fail?: boolean }, number>("behaviour:add"),
  read: makeFunctionReference<"query", { name: string }, number>("behaviour:read"),
  nested: makeFunctionReference<"mutation", Record<string, never>>("behaviour:nested"),
  addByAction: makeFunctionReference<"action", { name: string; fail?: boolean }, number>("behaviour:addByAction"),
  page: makeFunctionReference<
    "query",
    { tenant: string; paginationOpts: PaginationOptions },
    PaginationResult<{ _id: string; checkIns: number }>
  >("agents:page"),
  tenantSize: makeFunctionReference<"query", { tenant: string }, number>("live:tenantSize"),
  lowest: makeFunctionReference<"query", { tenant: string; count: number }, number[]>("live:lowest"),
  labelOf: makeFunctionReference<"query", { id: string }, string | null>("live:labelOf"),
  agentCount: makeFunctionReference<"query", Record<string, never>, number>("live:agentCount"),
  strays: makeFunctionReference<"query", Record<string, never>, number>("live:strays"),
  addStray: makeFunctionReference<"mutation", Record<string, never>>("live:addStray"),
  loopForever: makeFunctionReference<"mutation", { name: string }>("behaviour:loopForever"),
  greeting: makeFunctionReference<"query", Record<string, never>, string | null>("live:greeting"),
  subject: makeFunctionReference<"query", Record<string, never>, string | null>("live:subject"),
  evenOnly: makeFunctionReference<"query", { name: string }, number>("live:evenOnly"),
  hungry: makeFunctionReference<"query", { name: string }, string>("live:hungry"),
  endless: makeFunctionReference<"query", { name: string }, string>("live:endless"),
  setLabel: makeFunctionReference<"mutation", { id: string; label: string }>("live:setLabel"),
  addAgent: makeFunctionReference<"mutation", { tenant: string; checkIns: number; label?: string }, string>(
    "live:addAgent",
  ),
  removeAgent: makeFunctionReference<"mutation", { id: string }>("live:removeAgent"),
  transfer: makeFunctionReference<"mutation", { from: string; to: string; amount: number }>("live:transfer"),
  storeFile: makeFunctionReference<"action", { text: string; type: string }, string>("files:storeInAction"),
  fileUrl: makeFunctionReference<"query", { id: string }, string | null>("files:url"),
  removeFile: makeFunctionReference<"mutation", { id: string }>("files:remove"),
  repeated: makeFunctionReference<"query", { text: string; times: number }, string>("live:repeated"),
  authToken: makeFunctionReference<"mutation", Record<string, never>, string | null>("live:authToken"),
  whoAdded: makeFunctionReference<"mutation", Record<string, never>, string | null>("live:whoAdded"),
};

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
