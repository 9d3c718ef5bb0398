import path from "node:path";
import { inspect } from "node:util";
import { RefusalLog } from "../../host/auth/refusalLog";
import { TokenVerifier } from "../../host/auth/tokenVerifier";
import { openDevelopmentIssuer } from "../../host/development/issuer";
import { loadOrCreateSigningKey, publicKeySetUri } from "../../host/development/keys";
import { startSignIn } from "../../host/development/signIn";
import { openDeployment } from "../../host/runtime/openDeployment";
import { startServer } from "../../host/server/startServer";
import { databaseName, makeDataDirectory } from "./dataDirectory";
import { demoUsers, writeDemoData } from "./demo";
import { operatorOf } from "./operatorCall";
import { passedVariables } from "./settings";
import type { DevelopmentIssuer } from "../../host/development/issuer";
import type { RunningSignIn } from "../../host/development/signIn";
import type { RunningServer } from "../../host/server/startServer";
import type { DeploymentOptions, LogEntry, ReloadableDeployment } from "../../host/runtime/openDeployment";
import type { DemoData } from "./demo";
import type { InstallationSettings } from "./settings";

/** A served installation: where it answers, and the way to stop it. */
export interface RunningPortico {
  readonly cloudUrl: string;
  readonly siteUrl: string;
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

/** Every operation fits many times; REST has the same limits in its gateway. */
const jsonLimits = {
  maxValues: 65_536,
  maxAnonymousValues: 1024,
  maxAnonymousBytes: 64 * 1024,
  maxBytesInFlight: 48 * 1024 * 1024,
};

const functionsDirectory = path.join(import.meta.dirname, "../../convex");

/**
 * Starts the product on this machine: keys and database in the data directory, the functions of `convex/`, both ports,
 * and the demo data on the first start. `passed` holds what variables of the process are handed on to the functions.
 * @throws {Error} with one line for a port in use, a provider that is not right, a locked, newer or damaged file, or functions that do not load.
 */
export async function startPortico(
  settings: InstallationSettings,
  onLog: (entry: LogEntry) => void,
  {
    passed = process.env,
    ...options
  }: Pick<DeploymentOptions, "bundle"> & { readonly passed?: NodeJS.ProcessEnv } = {},
): Promise<RunningPortico> {
  const { dataDirectory, cloudPort, sitePort } = settings;
  const [cloudUrl, siteUrl] = [`http://127.0.0.1:${cloudPort}`, `http://127.0.0.1:${sitePort}`];
  await makeDataDirectory(dataDirectory);
  const issuer = await openDevelopmentIssuer(dataDirectory);
  const signingKey = await loadOrCreateSigningKey(path.join(dataDirectory, "signing-key.json"));
  const gateway = {
    type: "customJwt",
    issuer: siteUrl,
    jwks: publicKeySetUri(signingKey),
    algorithm: "ES256",
    applicationID: "portico",
    tenantClaim: "org_id",
  };
  const deployment = await openDeployment({
    functionsDirectory,
    file: path.join(dataDirectory, databaseName),
    cloudUrl,
    siteUrl,
    deploymentName: "portico",
    environmentVariables: {
      ...passedFrom(passed),
      AUTH_PROVIDERS: authProvidersText(passed["AUTH_PROVIDERS"], [
        gateway,
        { ...issuer.provider, tenantClaim: "org_id" },
      ]),
      PORTICO_SIGNING_KEY: JSON.stringify(signingKey),
      ...(settings.signInPort === undefined ? {} : { PORTICO_SIGN_IN_URL: `http://127.0.0.1:${settings.signInPort}` }),
    },
    onLog,
    ...options,
  });
  const refusals = new RefusalLog((text) => onLog({ path: "", line: `[INFO] ${text}` }));
  let server: RunningServer | undefined;
  try {
    const running = await startServer({
      deployment,
      cloudPort,
      sitePort,
      redactErrors: settings.redactErrors,
      jsonLimits,
      trustProxy: false,
      ...(settings.adminKey === undefined ? {} : { adminKey: settings.adminKey }),
      reportError: (error, requestId) =>
        onLog({ path: "", line: `[ERROR] [Request ID: ${requestId}] ${inspect(error)}` }),
      authentication: new TokenVerifier({
        providers: () => deployment.authProviders(),
        onRefused: (error) => refusals.note(error),
      }),
    });
    server = running;
    const call = operatorOf(deployment);
    const { demo, trouble } =
      settings.seed === "demo" ? await writeDemoData({ call, issuer, dataDirectory, cloudUrl, siteUrl }) : {};
    if (trouble !== undefined) onLog({ path: "", line: `[WARN] ${trouble}` });
    const isEmpty = demo === undefined && (await call("query", "tenancy/operator:hasOrganization", {})) === false;
    const signIn = await startSignInOf(settings, issuer, demo);
    return {
      cloudUrl,
      siteUrl,
      signInUrl: signIn?.url,
      deployment,
      issuer,
      demo,
      isEmpty,
      close: async (graceMs) => {
        const startedAtMs = performance.now();
        await Promise.all([running.close(graceMs), signIn?.close()]);
        const left = graceMs === undefined ? undefined : Math.max(0, graceMs - (performance.now() - startedAtMs));
        await deployment.close(left);
      },
    };
  } catch (error) {
    await server?.close(0);
    await deployment.close();
    throw error;
  }
}

/** The local sign-in with the demo's users to choose from, where the settings have a port for it. */
function startSignInOf(
  { signInPort }: InstallationSettings,
  issuer: DevelopmentIssuer,
  demo: DemoData | undefined,
): Promise<RunningSignIn> | undefined {
  if (signInPort === undefined) return undefined;
  return startSignIn({ issuer, port: signInPort, users: demoUsers(demo) });
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
