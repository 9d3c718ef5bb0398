/** What `npm test` takes. */
interface TestOptions {
  /** The major version of Node.js to run on instead of this one. */
  readonly node: string | null;
  /** What vitest is given: paths, `-t name`. */
  readonly vitestArguments: readonly string[];
}

/** What depends on Node.js itself: the host, the SDK, and the gateway with the contract that holds it. */
const nodeDependentTests: readonly string[] = ["host/", "sdk/", "convex/gateway/", "openapi/contract/"];

/**
 * Reads the command line of `npm test`: `--node <major>` is its own, everything else is vitest's. On another Node.js
 * the tests are those that depend on it, unless paths or other filters say otherwise.
 *
 * @throws {Error} with one line when `--node` names no version
 */
export function readTestOptions(args: readonly string[]): TestOptions {
  const at = args.findIndex((argument) => argument === "--node" || argument.startsWith("--node="));
  const option = args[at];
  if (option === undefined) return { node: null, vitestArguments: args };
  const isJoined = option.startsWith("--node=");
  const major = isJoined ? option.slice("--node=".length) : (args[at + 1] ?? "");
  if (!/^\d+$/.test(major))
    throw new Error(`--node takes a major version of Node.js, as in --node 24, not "${major}".`);
  const rest = args.toSpliced(at, isJoined ? 1 : 2);
  return { node: major, vitestArguments: rest.length === 0 ? nodeDependentTests : rest };
}
