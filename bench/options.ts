import { parseArgs } from "node:util";

/** What the command line may change. */
export interface Options {
  /** Names of the sections to run, all of them when empty. */
  readonly sections: readonly string[];
  /** Length of one measurement. */
  readonly seconds: number;
  /** How often both servers take their turn per measurement. */
  readonly rounds: number;
  /** Schedules or tasks in the store. */
  readonly rows: number;
  readonly connections: readonly number[];
  /** Requests to measure, all of them when empty. */
  readonly requests: readonly string[];
  /** Where CPU profiles of the product's process are written. */
  readonly profileDirectory: string | undefined;
  /** Whether growth and start-up are also measured at a million rows. */
  readonly million: boolean;
  /** Whether the figures go to `bench/results.json`, and from there into the README. */
  readonly save: boolean;
  /** How often each server is killed under its writers. */
  readonly kills: number;
  /** How many writes are under way when a server is killed. */
  readonly writers: number;
  /** How many workers claim jobs. */
  readonly workers: number;
}

/**
 * Reads the command line of `npm run bench`.
 * @throws {Error} with one line that names the option.
 */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "1" },
      rounds: { type: "string", default: "2" },
      rows: { type: "string", default: "100000" },
      connections: { type: "string", default: "1,16,64" },
      requests: { type: "string", default: "" },
      profile: { type: "string" },
      million: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      kills: { type: "string", default: "20" },
      writers: { type: "string", default: "64" },
      workers: { type: "string", default: "64" },
    },
  });
  if (values.save && values.requests !== "") throw new Error("--save keeps whole sections, so not with --requests.");
  return {
    sections: positionals,
    seconds: positive("seconds", values.seconds),
    rounds: positive("rounds", values.rounds),
    rows: positive("rows", values.rows),
    connections: values.connections.split(",").map((text) => positive("connections", text)),
    requests: values.requests === "" ? [] : values.requests.split(","),
    profileDirectory: values.profile,
    million: values.million,
    save: values.save,
    kills: positive("kills", values.kills),
    writers: positive("writers", values.writers),
    workers: positive("workers", values.workers),
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} takes a positive number, not "${text}".`);
}
