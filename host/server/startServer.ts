import type { TokenVerifier } from "../auth/tokenVerifier";
import type { Deployment } from "../deployment";
import { SyncServer } from "../sync/syncServer";
import { BytesInFlight } from "./bytesInFlight";
import { CallerResolver } from "./callers";
import { FunctionApi } from "./functionApi";
import { HttpActions } from "./httpActions";
import { convexJsonLimits } from "./jsonBody";
import type { JsonLimits } from "./jsonBody";
import { Listener } from "./listener";
import { observeProcess } from "./serverMetrics";
import type { PortAddress } from "./requestTarget";
import type { RequestEvent } from "./requestEvents";
import type { ReportError } from "./transportError";
import { TrustedProxies } from "./trustedProxies";

/** What is served, on which ports, to whom, and within which limits. */
export interface ServerOptions {
  readonly deployment: Deployment;
  /** Port of the function API; 0 takes a free one. */
  readonly cloudPort: number;
  /** Port of the HTTP actions; 0 takes a free one. */
  readonly sitePort: number;
  /** Interface to listen on; loopback (`127.0.0.1`) when absent. */
  readonly hostname?: string;
  /** Opens admin routes and internal functions; without one, neither answers. */
  readonly adminKey?: string;
  /** Keeps error messages and log lines of functions from clients without the admin key, as Convex's production deployments do. */
  readonly redactErrors: boolean;
  /** What is taken of JSON before anything is parsed; Convex's own limits when absent. */
  readonly jsonLimits?: JsonLimits;
  /** Where clients reach the ports when proxies stand before them; without a slash at the end, a path is one that proxies put before every other. */
  readonly publicUrls?: PublicUrls;
  /** Whose word on client addresses counts; nobody's when absent. */
  readonly proxies?: TrustedProxies;
  readonly authentication: TokenVerifier;
  /** What `/instance_name` answers; `portico` when absent. */
  readonly instanceName?: string;
  /** What `/version` answers; `unknown` when absent. */
  readonly serverVersion?: string;
  /** How long a live client hears nothing before it is sent a Ping, milliseconds; Convex's 15 s when absent. */
  readonly pingAfterSilenceMs?: number;
  /** Receives failures that are the host's own fault; written to standard error when absent. */
  readonly reportError?: ReportError;
  /** Told of every request over HTTP once it is answered. */
  readonly onAnswered?: (event: RequestEvent) => void;
  /** More of Prometheus' text form for `/metrics`. */
  readonly metricsText?: () => Promise<string>;
}

/** Where clients reach both ports, without a slash at the end. */
export interface PublicUrls {
  readonly cloudUrl: string;
  readonly siteUrl: string;
}

/** Both listeners of a deployment, and the way to stop them. */
export interface RunningServer {
  /** The deployment URL that Convex clients take, without a trailing slash. */
  readonly cloudUrl: string;
  /** Where the HTTP actions answer, without a trailing slash. */
  readonly siteUrl: string;
  /** Takes no more requests and waits up to `graceMs` (10 s) for running ones; the deployment stays open. */
  close(graceMs?: number): Promise<void>;
}

const httpActionsMount = "/http";

/**
 * Opens both ports of a deployment: Convex's function API and its HTTP actions (which also answer under `/http/` of the
 * cloud port).
 * @throws {ListenError} when a port cannot be had; then neither stays open.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { deployment, hostname = "127.0.0.1", proxies = TrustedProxies.none, reportError = writeError } = options;
  const { jsonLimits = convexJsonLimits, onAnswered } = options;
  observeProcess();
  const callers = new CallerResolver(options.authentication, options.adminKey);
  const bytesInFlight = new BytesInFlight(jsonLimits.maxBytesInFlight);
  const httpActions = new HttpActions(deployment, callers, bytesInFlight, proxies);
  let publicUrls: PublicUrls = { cloudUrl: "", siteUrl: "" };
  let addresses = { cloud: nowhere, site: nowhere };
  const functionApi = new FunctionApi({
    deployment,
    callers,
    redactErrors: options.redactErrors,
    jsonLimits,
    bytesInFlight,
    instanceName: options.instanceName ?? "portico",
    serverVersion: options.serverVersion ?? "unknown",
    metricsText: async () => (await deployment.metricsText()) + ((await options.metricsText?.()) ?? ""),
    openSockets: () => ({ cloud: cloud.openSockets, site: site.openSockets }),
    canonicalUrls: () => {
      const { CONVEX_CLOUD_URL: cloudUrl = publicUrls.cloudUrl, CONVEX_SITE_URL: siteUrl = publicUrls.siteUrl } =
        deployment.environmentVariables();
      return { cloudUrl, siteUrl };
    },
  });
  const { redactErrors, pingAfterSilenceMs } = options;
  const sync = new SyncServer({
    deployment,
    callers,
    redactErrors,
    jsonLimits,
    bytesInFlight,
    reportError,
    ...(pingAfterSilenceMs === undefined ? {} : { pingAfterSilenceMs }),
  });
  const cloud = new Listener(
    {
      name: "cloud",
      onAnswered,
      hostname,
      port: options.cloudPort,
      proxies,
      reportError,
      address: () => addresses.cloud,
    },
    (request, response, metadata, findings) => {
      const target = request.url ?? "/";
      return target.startsWith(`${httpActionsMount}/`)
        ? httpActions.handle(request, response, target.slice(httpActionsMount.length), metadata, findings)
        : functionApi.handle(request, response, metadata, findings);
    },
    (request, socket, head, metadata) => sync.handleUpgrade(request, socket, head, metadata),
  );
  const site = new Listener(
    { name: "site", onAnswered, hostname, port: options.sitePort, proxies, reportError, address: () => addresses.site },
    (request, response, metadata, findings) =>
      httpActions.handle(request, response, request.url ?? "/", metadata, findings),
  );
  const cloudPort = await cloud.listen().catch(async (error: unknown) => {
    await sync.close();
    throw error;
  });
  const sitePort = await site.listen().catch(async (error: unknown) => {
    await Promise.all([sync.close(), cloud.close()]);
    throw error;
  });
  const urls = { cloudUrl: urlOf(hostname, cloudPort), siteUrl: urlOf(hostname, sitePort) };
  publicUrls = options.publicUrls ?? urls;
  addresses = { cloud: addressOf(publicUrls.cloudUrl), site: addressOf(publicUrls.siteUrl) };
  return {
    ...urls,
    close: async (graceMs) => {
      functionApi.close();
      await Promise.all([sync.close(graceMs), cloud.close(graceMs), site.close(graceMs)]);
    },
  };
}

const nowhere: PortAddress = { authority: "localhost", basePath: "" };

function addressOf(url: string): PortAddress {
  const { host, pathname } = new URL(url);
  return { authority: host, basePath: pathname === "/" ? "" : pathname };
}

/** Where this machine reaches a port that it opens on an interface. */
export function urlOf(hostname: string, port: number): string {
  if (hostname === "0.0.0.0" || hostname === "::") return `http://localhost:${port}`;
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

function writeError(error: unknown, requestId: string, where = ""): void {
  console.error(`[Request ID: ${requestId}] ${where}`, error);
}
