import path from "node:path";
import { logLevels } from "./logWriter";
import { readServing } from "./serving";
import type { LogLevel } from "./logWriter";
import type { Serving } from "./serving";

/** How one installation runs; every value has a default that works on a fresh machine. */
export interface Settings {
  readonly dataDirectory: string;
  /** Function API (queries, mutations, actions). */
  readonly cloudPort: number;
  /** REST API, tokens and documentation. */
  readonly sitePort: number;
  /** To whom the ports answer. */
  readonly serving: Serving;
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
export type InstallationSettings = Omit<Settings, "watch" | "logFormat" | "logLevel" | "stopSeconds" | "serving"> &
  Partial<Pick<Settings, "serving">>;

const shortestAdminKey = 16;

/** Variables of the process that are handed on to the functions, when they are set. */
export const passedVariables = [
  "CLERK_WEBHOOK_SECRET",
  "CORS_ALLOWED_ORIGINS",
  "EMAIL_FROM",
  "EMAIL_TOKEN_KEY",
  "PLATFORM_ADMIN_SUBJECTS",
  "RESEND_API_KEY",
  "RESEND_API_URL",
  "RESEND_WEBHOOK_SECRET",
  "SITE_URL",
] as const;

/**
 * Reads the `PORTICO_*` variables.
 * @throws {Error} with one line that names the variable and what it takes.
 */
export function readSettings(environment: NodeJS.ProcessEnv, { watch = false } = {}): Settings {
  const ports = {
    cloudPort: portOf("PORTICO_PORT", environment["PORTICO_PORT"], 3210),
    sitePort: portOf("PORTICO_SITE_PORT", environment["PORTICO_SITE_PORT"], 3211),
  };
  return {
    dataDirectory: path.resolve(environment["PORTICO_DATA_DIR"] ?? ".portico"),
    ...ports,
    serving: readServing(environment, ports),
    seed: seedOf(environment["PORTICO_SEED"]),
    ...signInPortOf(environment["PORTICO_SIGN_IN_PORT"], watch),
    ...adminKeyOf(environment["PORTICO_ADMIN_KEY"]),
    redactErrors: redactErrorsOf(environment["PORTICO_REDACT_ERRORS"], watch),
    logFormat: logFormatOf(environment["PORTICO_LOG"]),
    logLevel: logLevelOf(environment["PORTICO_LOG_LEVEL"]),
    stopSeconds: stopSecondsOf(environment["PORTICO_STOP_SECONDS"]),
    watch,
  };
}

function portOf(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined || value === "") return fallback;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} must be a port from 1 to 65535, not "${value}".`);
}

/** Whoever reaches it can be anybody, so nothing but `npm run dev` opens it. */
function signInPortOf(value: string | undefined, isDevelopment: boolean): { signInPort?: number } {
  const signInPort = portOf("PORTICO_SIGN_IN_PORT", value, 3212);
  return isDevelopment ? { signInPort } : {};
}

function adminKeyOf(value: string | undefined): { adminKey?: string } {
  if (value === undefined || value === "") return {};
  if (value.length < shortestAdminKey || /\s/.test(value))
    throw new Error(`PORTICO_ADMIN_KEY must have at least ${shortestAdminKey} characters and no spaces.`);
  return { adminKey: value };
}

function logFormatOf(value: string | undefined): Settings["logFormat"] {
  if (value === undefined || value === "" || value === "text") return "text";
  if (value === "json") return "json";
  throw new Error(`PORTICO_LOG must be "text" or "json", not "${value}".`);
}

function logLevelOf(value: string | undefined): LogLevel {
  if (value === undefined || value === "") return "info";
  const level = logLevels.find((known) => known === value);
  if (level === undefined) throw new Error(`PORTICO_LOG_LEVEL must be one of ${logLevels.join(", ")}, not "${value}".`);
  return level;
}

function redactErrorsOf(value: string | undefined, isDevelopment: boolean): boolean {
  if (value === undefined || value === "") return !isDevelopment;
  if (value === "true") return true;
  if (value === "false") return false;
  throw new Error(`PORTICO_REDACT_ERRORS must be "true" or "false", not "${value}".`);
}

function stopSecondsOf(value: string | undefined): number {
  if (value === undefined || value === "") return 10;
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 3600) return seconds;
  throw new Error(`PORTICO_STOP_SECONDS must be a number of seconds from 0 to 3600, not "${value}".`);
}

function seedOf(value: string | undefined): Settings["seed"] {
  if (value === undefined || value === "" || value === "demo") return "demo";
  if (value === "none") return "none";
  throw new Error(`PORTICO_SEED must be "demo" or "none", not "${value}".`);
}
