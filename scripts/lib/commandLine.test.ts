import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { parseCommandLine } from "./commandLine";
import { Commands } from "./commands.testing";
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
  const file = /(?:^tsx|run\.js) (scripts\/\S+\.ts)/.exec(command)?.[1];
  return file === undefined ? [] : [[name, file] as const];
});

function start(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", ...args], {
    cwd: repositoryRoot,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("every command", () => {
  let commands: Commands;
  beforeAll(() => {
    commands = new Commands();
  });
  afterAll(() => commands.close());

  it("says how it is used", async () => {
    for (const [name, file] of ours) {
      const { exitCode, stdout, stderr } = await commands.run(file, ["--help"]);
      const usage = expect.stringMatching(/^Usage: npm (?:run )?\w+/);
      expect([name, { exitCode, stdout, stderr }]).toEqual([name, { exitCode: 0, stdout: usage, stderr: "" }]);
    }
  });

  it("refuses an option that it does not have, and begins nothing", async () => {
    // `npm test` hands what it does not know to vitest.
    for (const [name, file] of ours.filter(([command]) => command !== "test")) {
      const { exitCode, stdout, stderr } = await commands.run(file, ["--no-such-option"]);
      const refusal = expect.stringMatching(/--no-such-option[^]*Usage: npm /);
      expect([name, { exitCode, stdout, stderr }]).toEqual([name, { exitCode: 1, stdout: "", stderr: refusal }]);
    }
  });

  it("does so in a process of its own", () => {
    expect(start("scripts/verify.ts", "--help")).toMatchObject({ status: 0, stderr: "" });
    expect(start("scripts/token.ts", "--no-such-option")).toMatchObject({ status: 1, stdout: "" });
  });
});
