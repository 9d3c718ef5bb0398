import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseCommandLine } from "./commandLine";
import { repositoryRoot } from "./repositoryFiles";

describe("a command line", () => {
  const shape = {
    usage: "Usage: it",
    flags: ["watch"],
    texts: ["role"],
    positionals: [1, 2],
  } as const;

  it("holds what the command takes", () => {
    expect(parseCommandLine(shape, ["a", "--watch", "--role=owner", "b"])).toEqual({
      flags: new Set(["watch"]),
      texts: new Map([["role", "owner"]]),
      positionals: ["a", "b"],
    });
    expect(parseCommandLine({ usage: "" }, [])).toEqual({ flags: new Set(), texts: new Map(), positionals: [] });
  });

  it.each([["--help"], ["-h"], ["--wach", "--help"]])("asks for help: %s", (...args) => {
    expect(parseCommandLine(shape, args)).toBe("help");
  });

  it.each([
    ["an unknown option", ["a", "--wach"], "'--wach'"],
    ["an option without its value", ["a", "--role"], "--role"],
    ["a value for a flag", ["a", "--watch=yes"], "--watch"],
    ["too many arguments", ["a", "b", "c"], 'Unexpected argument "c"'],
    ["too few arguments", [], "An argument is missing"],
  ])("refuses %s", (_what, args, message) => {
    expect(() => parseCommandLine(shape, args)).toThrow(message);
  });
});

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(path.join(repositoryRoot, "package.json"), "utf8")));
const ours = Object.entries(scripts).flatMap(([name, command]) => {
  const file = /(?:^tsx|--import tsx) (scripts\/\S+\.ts)/.exec(command)?.[1];
  return file === undefined ? [] : [[name, file] as const];
});
/** Hands what it does not know to vitest. */
const handsOn = "test";

function run(file: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file, ...args], {
    cwd: repositoryRoot,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe.each(ours)("npm run %s", (name, file) => {
  it("says how it is used", () => {
    const { status, stdout } = run(file, "--help");
    expect(stdout).toMatch(/^Usage: npm (?:run )?\w+/);
    expect(status).toBe(0);
  });

  it.skipIf(name === handsOn)("refuses an option that it does not have, and begins nothing", () => {
    const { status, stdout, stderr } = run(file, "--no-such-option");
    expect(stderr).toContain("--no-such-option");
    expect(stderr).toContain("Usage: npm ");
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });
});
