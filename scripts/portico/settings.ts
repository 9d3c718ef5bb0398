import path from "node:path";

/** How one installation runs; every value has a default that works on a fresh machine. */
export interface Settings {
  readonly dataDirectory: string;
  /** Function API (queries, mutations, actions). */
  readonly cloudPort: number;
  /** REST API, tokens and documentation. */
  readonly sitePort: number;
  readonly seed: "demo" | "none";
  /** Loads `convex/` again whenever a file of it changes. */
  readonly watch: boolean;
}

/** Variables of the process that are handed on to the functions, when they are set. */
export const passedVariables = ["CORS_ALLOWED_ORIGINS", "PLATFORM_ADMIN_SUBJECTS"] as const;

/**
 * Reads the `PORTICO_*` variables.
 * @throws Error with one line that names the variable and what it takes.
 */
export function readSettings(environment: NodeJS.ProcessEnv, argv: readonly string[]): Settings {
  return {
    dataDirectory: path.resolve(environment["PORTICO_DATA_DIR"] ?? ".portico"),
    cloudPort: portOf("PORTICO_PORT", environment["PORTICO_PORT"], 3210),
    sitePort: portOf("PORTICO_SITE_PORT", environment["PORTICO_SITE_PORT"], 3211),
    seed: seedOf(environment["PORTICO_SEED"]),
    watch: argv.includes("--watch"),
  };
}

function portOf(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined || value === "") return fallback;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} must be a port from 1 to 65535, not "${value}".`);
}

function seedOf(value: string | undefined): Settings["seed"] {
  if (value === undefined || value === "" || value === "demo") return "demo";
  if (value === "none") return "none";
  throw new Error(`PORTICO_SEED must be "demo" or "none", not "${value}".`);
}
