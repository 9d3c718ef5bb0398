import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCrashRounds } from "./crashRounds";
import type { CrashSubject, Victim } from "./crashRounds";
import { scratchDirectory } from "./testDeployment";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? "4");
const longestRoundMs = 10_000;

let scratch: ReturnType<typeof scratchDirectory>;

beforeEach(() => {
  scratch = scratchDirectory();
});

afterEach(() => {
  scratch.remove();
});

it(
  "keeps every acknowledged write exactly once when the process is killed again and again",
  async () => {
    const result = await runCrashRounds(fixtureOn(join(scratch.path, "store.sqlite3")), rounds);
    console.log(`${result.rounds} kills, ${result.acknowledged} writes acknowledged, ${result.lost} lost`);
    expect(result).toEqual({ rounds, acknowledged: expect.any(Number), lost: 0, duplicated: 0 });
    // A run in which nothing was written would prove nothing.
    expect(result.acknowledged).toBeGreaterThan(rounds * 16);
  },
  rounds * longestRoundMs,
);

function fixtureOn(file: string): CrashSubject {
  return {
    start: () => startFixture(file),
    write: async (url, marker) => {
      const response = await fetch(`${url}/writes`, { method: "POST", headers: { "idempotency-key": marker } });
      if (response.status !== 204) throw new Error(`The write was answered with ${response.status}`);
    },
    markers: async (url) => {
      const { agents, logs }: { agents: readonly string[]; logs: readonly string[] } = JSON.parse(
        await (await fetch(`${url}/writes`)).text(),
      );
      // Both rows of a write stand or fall together.
      expect([...logs].sort()).toEqual([...agents].sort());
      return agents;
    },
  };
}

async function startFixture(file: string): Promise<Victim> {
  const program = join(import.meta.dirname, "serveFixture.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program, file], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  for await (const url of createInterface({ input: child.stdout })) {
    return {
      url,
      kill: async () => {
        child.kill("SIGKILL");
        await exited;
      },
    };
  }
  throw new Error("The host ended before it served.");
}
