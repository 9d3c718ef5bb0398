import { randomBytes } from "node:crypto";
import path from "node:path";
import { inspect } from "node:util";
import { RefusalLog } from "../../host/auth/refusalLog";
import { TokenVerifier } from "../../host/auth/tokenVerifier";
import { installationCache } from "../../host/bundle/buildCache";
import { cachedBundles } from "../../host/bundle/cachedBundles";
import { openDevelopmentIssuer } from "../../host/development/issuer";
import { loadOrCreateSigningKey, publicKeySetUri } from "../../host/development/keys";
import { loadOrCreatePrivateFile } from "../../host/development/privateFile";
import { startSignIn } from "../../host/development/signIn";
import { openDeployment } from "../../host/runtime/openDeployment";
import { ListenError } from "../../host/server/listener";
import { startServer } from "../../host/server/startServer";
import { acceptancePages } from "./acceptancePages";
import { databaseName, makeDataDirectory } from "./dataDirectory";
import { demoUsers, writeDemoData } from "./demo";
import { operatorOf } from "./operatorCall";
import { loopbackWarnings } from "./loopbackOrigins";
import { encryptionVariables } from "./masterKey";
import { RequestLog } from "./requestLog";
import { assertRateLimits } from "./rateLimitNames";
import { explainedGone, explainedInUse, forgetServing, noteServing } from "./servedBy";
import { localUrls, servingLocally } from "./serving";
import { passedVariables } from "./settings";
import type { DevelopmentIssuer } from "../../host/development/issuer";
import type { RunningSignIn } from "../../host/development/signIn";
import type { RunningServer } from "../../host/server/startServer";
import type { DeploymentOptions, LogEntry, ReloadableDeployment } from "../../host/runtime/openDeployment";
import type { PublicUrls } from "../../host/server/startServer";
import type { DemoData } from "./demo";
import type { LogEvent } from "./logWriter";
import type { InstallationSettings } from "./settings";

/** A served installation: where it answers, and the way to stop it. */
export interface RunningPortico {
  /** Where this machine reaches the ports. */
  readonly cloudUrl: string;
  readonly siteUrl: string;
  /** Where clients do. */
  readonly publicUrls: PublicUrls;
  /** Where people sign in locally, in development only. */
  readonly signInUrl: string | undefined;
  readonly deployment: ReloadableDeployment;
  readonly issuer: DevelopmentIssuer;
  /** Keys and tokens of the demo organizations; undefined when this data directory was not seeded. */
  readonly demo: DemoData | undefined;
  /** There is no organization, so nobody can do anything yet. */
  readonly isEmpty: boolean;
  /** Takes no more requests, waits for running ones and for actions up to `graceMs`, and closes the file. */
  close(graceMs?: number): Promise<void>;
}

/** How this start differs from that of `npm start`. */
interface StartOptions extends Pick<DeploymentOptions, "bundle"> {
  /** What is handed on to the functions; the process' own variables when absent. */
  readonly passed?: NodeJS.ProcessEnv;
  /** Told of every request over HTTP; without it they are only counted. */
  readonly onRequest?: (event: LogEvent) => void;
}

/** Every operation fits many times; REST has the same limits in its gateway. */
const jsonLimits = {
  maxValues: 65_536,
  maxAnonymousValues: 1024,
  maxAnonymousBytes: 64 * 1024,
  maxBytesInFlight: 48 * 1024 * 1024,
};

const bundle = cachedBundles(installationCache);
const functionsDirectory = path.join(import.meta.dirname, "../../convex");

/**
 * Starts the product on this machine: keys and database in the data directory, the functions of `convex/`, both ports,
 * and the demo data on the first start.
 * @throws {Error} with one line for limits that are none, a port in use, a provider that is not right, a locked, newer or damaged file, or functions that do not load.
 */
export async function startPortico(
  settings: InstallationSettings,
  onLog: (entry: LogEntry) => void,
  { passed = process.env, onRequest, ...options }: StartOptions = {},
): Promise<RunningPortico> {
  const { dataDirectory, cloudPort, sitePort, serving = servingLocally(settings), loopbackOrigins = [] } = settings;
  const { hostname, publicUrls, proxies } = serving;
  const { cloudUrl, siteUrl } = localUrls(hostname, settings);
  for (const line of loopbackWarnings(loopbackOrigins)) onLog({ path: "", line: `[WARN] ${line}` });
  assertRateLimits(passed["RATE_LIMITS"]);
  await makeDataDirectory(dataDirectory);
  const issuer = await openDevelopmentIssuer(dataDirectory);
  const signingKey = await loadOrCreateSigningKey(path.join(dataDirectory, "signing-key.json"));
  // Kept with the data, since unsubscribe links of old e-mails follow from it.
  const emailTokenKey = await loadOrCreatePrivateFile(path.join(dataDirectory, "email-token-key"), async () =>
    randomBytes(32).toString("base64"),
  );
  const gateway = {
    type: "customJwt",
    issuer: publicUrls.siteUrl,
    jwks: publicKeySetUri(signingKey),
    algorithm: "ES256",
    applicationID: "portico",
    tenantClaim: "org_id",
  };
  const deployment = await openDeployment({
    functionsDirectory,
    bundle,
    file: path.join(dataDirectory, databaseName),
    ...publicUrls,
    deploymentName: "portico",
    environmentVariables: {
      EMAIL_TOKEN_KEY: emailTokenKey,
      // Links of e-mails lead somewhere in development, too.
      ...(settings.signInPort === undefined ? {} : { SITE_URL: `http://127.0.0.1:${settings.signInPort}` }),
      ...passedFrom(passed),
      AUTH_PROVIDERS: authProvidersText(passed["AUTH_PROVIDERS"], [
        gateway,
        { ...issuer.provider, tenantClaim: "org_id" },
      ]),
      PORTICO_SIGNING_KEY: JSON.stringify(signingKey),
      ...(await encryptionVariables(dataDirectory, passed)),
      ...(loopbackOrigins.length === 0 ? {} : { PORTICO_ALLOW_LOOPBACK_ORIGINS: loopbackOrigins.join(",") }),
      ...(settings.signInPort === undefined ? {} : { PORTICO_SIGN_IN_URL: `http://127.0.0.1:${settings.signInPort}` }),
    },
    egress: { allowedOrigins: new Set(loopbackOrigins) },
    onLog,
    ...options,
  }).catch(async (error: unknown) => {
    throw await explainedInUse(error, dataDirectory);
  });
  const requests = new RequestLog(onRequest);
  const refusals = new RefusalLog((text) => onLog({ path: "", line: `[INFO] ${text}` }));
  let server: RunningServer | undefined;
  try {
    const running = await startServer({
      deployment,
      cloudPort,
      sitePort,
      hostname,
      publicUrls,
      proxies,
      redactErrors: settings.redactErrors,
      jsonLimits,
      ...(settings.adminKey === undefined ? {} : { adminKey: settings.adminKey }),
      reportError: (error, requestId, where = "") =>
        onLog({ path: where, line: `[ERROR] [Request ID: ${requestId}] ${inspect(error)}` }),
      onAnswered: (event) => requests.note(event),
      metricsText: () => requests.metricsText(),
      authentication: new TokenVerifier({
        providers: () => deployment.authProviders(),
        onRefused: (error) => refusals.note(error),
      }),
    }).catch((error: unknown) => {
      throw error instanceof ListenError ? new Error(portAdvice(error, settings), { cause: error }) : error;
    });
    server = running;
    await noteServing(dataDirectory, { cloudUrl, siteUrl });
    const call = operatorOf(deployment);
    const { demo, trouble } =
      settings.seed === "demo" ? await writeDemoData({ call, issuer, dataDirectory, cloudUrl, siteUrl }) : {};
    if (trouble !== undefined) onLog({ path: "", line: `[WARN] ${trouble}` });
    const isEmpty = demo === undefined && (await call("query", "tenancy/operator:hasOrganization", {})) === false;
    const signIn = await startSignInOf(settings, issuer, demo, siteUrl);
    return {
      cloudUrl,
      siteUrl,
      publicUrls,
      signInUrl: signIn?.url,
      deployment,
      issuer,
      demo,
      isEmpty,
      close: async (graceMs) => {
        const startedAtMs = performance.now();
        await Promise.all([running.close(graceMs), signIn?.close()]);
        const left = graceMs === undefined ? undefined : Math.max(0, graceMs - (performance.now() - startedAtMs));
        await forgetServing(dataDirectory);
        await deployment.close(left);
      },
    };
  } catch (error) {
    await server?.close(0);
    if (server !== undefined) await forgetServing(dataDirectory);
    await deployment.close();
    throw await explainedGone(error, dataDirectory);
  }
}

function portAdvice({ message, at, port }: ListenError, { sitePort }: InstallationSettings): string {
  if (at === "hostname") return `${message} Choose another PORTICO_HOST.`;
  return `${message} Choose another ${port === sitePort ? "PORTICO_SITE_PORT" : "PORTICO_PORT"}.`;
}

/** The local sign-in with the demo's users to choose from, where the settings have a port for it. */
function startSignInOf(
  { signInPort }: InstallationSettings,
  issuer: DevelopmentIssuer,
  demo: DemoData | undefined,
  siteUrl: string,
): Promise<RunningSignIn> | undefined {
  if (signInPort === undefined) return undefined;
  const users = demoUsers(demo);
  return startSignIn({ issuer, port: signInPort, users, pages: acceptancePages({ issuer, users, siteUrl }) });
}

/** The deployment's own issuer and the development's, and those that the operator has named. */
function authProvidersText(named: string | undefined, own: readonly object[]): string {
  if (named === undefined || named === "") return JSON.stringify(own);
  let list: unknown;
  try {
    list = JSON.parse(named);
  } catch {
    throw new Error("AUTH_PROVIDERS is not JSON; set it to a list of providers.");
  }
  if (!Array.isArray(list)) throw new Error("AUTH_PROVIDERS is no list; put its provider in brackets.");
  // Behind the operator's, so that a refusal counts their entries and not these.
  return JSON.stringify([...list, ...own]);
}

function passedFrom(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    passedVariables.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}
