import { parseArgs } from "node:util";

/** What a command takes; nothing more is accepted. */
interface CommandLineShape<Flag extends string, Text extends string> {
  /** One or more lines, the first of which begins with `Usage:`. */
  readonly usage: string;
  /** Options without a value, such as `--watch`. */
  readonly flags?: readonly Flag[];
  /** Options with a value, such as `--role owner`. */
  readonly texts?: readonly Text[];
  /** How few and how many further arguments there may be. Default none. */
  readonly positionals?: readonly [min: number, max: number];
}

interface CommandLine<Flag extends string, Text extends string> {
  readonly flags: ReadonlySet<Flag>;
  readonly texts: ReadonlyMap<Text, string>;
  readonly positionals: readonly string[];
}

/**
 * Reads the command line of this process. `--help` prints the usage and ends the process. Anything the command does not
 * take does the same with exit code 1.
 */
export function commandLine<Flag extends string = never, Text extends string = never>(
  shape: CommandLineShape<Flag, Text>,
): CommandLine<Flag, Text> {
  try {
    const line = parseCommandLine(shape, process.argv.slice(2));
    if (line !== "help") return line;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${shape.usage}\n`);
    process.exit(1);
  }
  process.stdout.write(`${shape.usage}\n`);
  process.exit(0);
}

/**
 * Reads arguments by a command's shape.
 *
 * @returns `help` when that is asked for, whatever else is
 * @throws {Error} with one line that says what the command does not take
 */
export function parseCommandLine<Flag extends string = never, Text extends string = never>(
  { flags = [], texts = [], positionals: [min, max] = [0, 0] }: CommandLineShape<Flag, Text>,
  args: readonly string[],
): CommandLine<Flag, Text> | "help" {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...Object.fromEntries(flags.map((name) => [name, { type: "boolean" } as const])),
      ...Object.fromEntries(texts.map((name) => [name, { type: "string" } as const])),
    },
  });
  const surplus = positionals[max];
  if (surplus !== undefined) throw new Error(`Unexpected argument "${surplus}".`);
  if (positionals.length < min) throw new Error("An argument is missing.");
  return {
    flags: new Set(flags.filter((name) => values[name] === true)),
    texts: new Map(
      texts.flatMap((name) => {
        const text = values[name];
        return typeof text === "string" ? [[name, text] as const] : [];
      }),
    ),
    positionals,
  };
}
