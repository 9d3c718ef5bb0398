import path from "node:path";
import { logLevels } from "./logWriter";
import { readLoopbackOrigins } from "./loopbackOrigins";
import { readServing } from "./serving";
import { settingFault } from "./settingFault";
import type { LogLevel } from "./logWriter";
import type { Ports, Serving } from "./serving";

/** How one installation runs; every value has a default that works on a fresh machine. */
export interface Settings {
  readonly dataDirectory: string;
  /** Function API (queries, mutations, actions). */
  readonly cloudPort: number;
  /** REST API, tokens and documentation. */
  readonly sitePort: number;
  /** To whom the ports answer. */
  readonly serving: Serving;
  /** Origins of this machine that functions may send requests to; in development only. */
  readonly loopbackOrigins: readonly string[];
  readonly seed: "demo" | "none";
  /** The local sign-in of `npm run dev`; without one, as in every other start, there is none. */
  readonly signInPort?: number;
  /** Opens admin routes and internal functions, for the official CLI and for backups; without one neither answers. */
  readonly adminKey?: string;
  /** Keeps what functions throw and log from clients of the function API without the admin key. */
  readonly redactErrors: boolean;
  readonly logFormat: "text" | "json";
  /** What is less is not logged. */
  readonly logLevel: LogLevel;
  /** How long running requests and actions may go on after a signal to stop. */
  readonly stopSeconds: number;
  /** Loads `convex/` again whenever a file of it changes. */
  readonly watch: boolean;
}

/** The settings needed to start the product, on this machine alone without `serving`; the others are the command's own. */
export type InstallationSettings = Omit<
  Settings,
  "watch" | "logFormat" | "logLevel" | "stopSeconds" | "serving" | "loopbackOrigins"
> &
  Partial<Pick<Settings, "serving" | "loopbackOrigins">>;

const shortestAdminKey = 16;

/** Variables of the process that are handed on to the functions, when they are set. */
export const passedVariables = [
  "CLERK_WEBHOOK_SECRET",
  "CORS_ALLOWED_ORIGINS",
  "EMAIL_FROM",
  "EMAIL_TOKEN_KEY",
  "ENABLE_MOCK_PROVIDER",
  "PLATFORM_ADMIN_SUBJECTS",
  "RATE_LIMITS",
  "RESEND_API_KEY",
  "RESEND_API_URL",
  "RESEND_WEBHOOK_SECRET",
  "SITE_URL",
  "STRIPE_WEBHOOK_SECRET",
] as const;

/**
 * Reads the `PORTICO_*` variables.
 * @throws {Error} with one line that names the variable, what it takes, and an example.
 */
export function readSettings(environment: NodeJS.ProcessEnv, { watch = false } = {}): Settings {
  const ports = {
    cloudPort: portOf("PORTICO_PORT", environment["PORTICO_PORT"], 3210),
    sitePort: portOf("PORTICO_SITE_PORT", environment["PORTICO_SITE_PORT"], 3211),
  };
  const serving = readServing(environment, ports);
  return {
    dataDirectory: dataDirectoryOf(environment["PORTICO_DATA_DIR"]),
    ...ports,
    serving,
    loopbackOrigins: readLoopbackOrigins(environment, serving),
    seed: seedOf(environment["PORTICO_SEED"]),
    ...signInPortOf(environment["PORTICO_SIGN_IN_PORT"], ports, watch),
    ...adminKeyOf(environment["PORTICO_ADMIN_KEY"]),
    redactErrors: redactErrorsOf(environment["PORTICO_REDACT_ERRORS"], watch),
    logFormat: logFormatOf(environment["PORTICO_LOG"]),
    logLevel: logLevelOf(environment["PORTICO_LOG_LEVEL"]),
    stopSeconds: stopSecondsOf(environment["PORTICO_STOP_SECONDS"]),
    watch,
  };
}

function dataDirectoryOf(value: string | undefined): string {
  if (value === undefined || value === "") return path.resolve(".portico");
  // A name of spaces, and one that no file system takes.
  if (value.trim() !== "" && !value.includes("\0")) return path.resolve(value);
  throw settingFault({ name: "PORTICO_DATA_DIR", rule: "a directory", example: "/var/lib/portico", value });
}

function portOf(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined || value === "") return fallback;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw settingFault({ name, rule: "a port from 1 to 65535", example: String(fallback), value });
}

/** Whoever reaches it can be anybody, so nothing but `npm run dev` opens it. */
function signInPortOf(
  value: string | undefined,
  { cloudPort, sitePort }: Ports,
  isDevelopment: boolean,
): { signInPort?: number } {
  const signInPort = portOf("PORTICO_SIGN_IN_PORT", value, 3212);
  if (!isDevelopment) return {};
  const taken = signInPort === cloudPort ? "PORTICO_PORT" : signInPort === sitePort ? "PORTICO_SITE_PORT" : undefined;
  if (taken === undefined) return { signInPort };
  throw new Error(
    `${taken} and PORTICO_SIGN_IN_PORT are both ${signInPort}; each needs a port of its own. An example: PORTICO_SIGN_IN_PORT=3212`,
  );
}

function adminKeyOf(value: string | undefined): { adminKey?: string } {
  if (value === undefined || value === "") return {};
  if (value.length < shortestAdminKey || /\s/.test(value))
    throw settingFault({
      name: "PORTICO_ADMIN_KEY",
      rule: `at least ${shortestAdminKey} characters without spaces`,
      example: '"$(openssl rand -hex 32)"',
    });
  return { adminKey: value };
}

function logFormatOf(value: string | undefined): Settings["logFormat"] {
  if (value === undefined || value === "" || value === "text") return "text";
  if (value === "json") return "json";
  throw settingFault({ name: "PORTICO_LOG", rule: "text or json", example: "json", value });
}

function logLevelOf(value: string | undefined): LogLevel {
  if (value === undefined || value === "") return "info";
  const level = logLevels.find((known) => known === value);
  if (level !== undefined) return level;
  throw settingFault({ name: "PORTICO_LOG_LEVEL", rule: `one of ${logLevels.join(", ")}`, example: "warn", value });
}

function redactErrorsOf(value: string | undefined, isDevelopment: boolean): boolean {
  if (value === undefined || value === "") return !isDevelopment;
  if (value === "true") return true;
  if (value === "false") return false;
  throw settingFault({ name: "PORTICO_REDACT_ERRORS", rule: "true or false", example: "false", value });
}

function stopSecondsOf(value: string | undefined): number {
  if (value === undefined || value === "") return 10;
  const seconds = value.trim() === "" ? Number.NaN : Number(value);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 3600) return seconds;
  throw settingFault({
    name: "PORTICO_STOP_SECONDS",
    rule: "a number of seconds from 0 to 3600",
    example: "10",
    value,
  });
}

function seedOf(value: string | undefined): Settings["seed"] {
  if (value === undefined || value === "" || value === "demo") return "demo";
  if (value === "none") return "none";
  throw settingFault({ name: "PORTICO_SEED", rule: "demo or none", example: "none", value });
}
