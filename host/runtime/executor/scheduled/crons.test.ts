import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStoreFile } from "../../../store/storeFile";
import { scratchDirectory } from "../../../testing/testDeployment.testing";
import type { CallContext } from "../../functions/frames";
import { mainThreadAction } from "../../functions/registry";
import { noMetadata } from "../../rpc/calls";
import { applyCrons, dueCrons, endCron, nextCronTimeMs, rescheduleCron } from "./crons";
import type { CronDefinition } from "./crons";
import { openHost } from "../openHost";
import { Transaction } from "../transaction/transaction";
import type { ExecutionHost } from "../transaction/transaction";

const startMs = Date.parse("2026-01-01T00:00:00Z");
const minuteMs = 60_000;

let scratch: ReturnType<typeof scratchDirectory>;
let host: ExecutionHost;
const logged: string[] = [];

beforeEach(() => {
  logged.length = 0;
  scratch = scratchDirectory();
  const file = openStoreFile(join(scratch.path, "store.sqlite3"), { durable: false });
  const opened = openHost(
    file,
    { systemVariables: {}, deploymentName: "test", filesDirectory: join(scratch.path, "files") },
    (_path, line) => logged.push(line),
  );
  host = {
    ...opened.host,
    functions: new Map([
      [
        "jobs:run",
        mainThreadAction({ path: "jobs:run", isPublic: false, validators: { args: { type: "any" }, returns: null } }),
      ],
    ]),
  };
});

afterEach(() => {
  host.store.close();
  scratch.remove();
});

function apply(definitions: readonly CronDefinition[], nowMs: number): void {
  const call: CallContext = {
    caller: { kind: "admin" },
    metadata: noMetadata,
    scheduledFunctionId: null,
    nowMs,
    logLines: [],
  };
  applyCrons(new Transaction(host, call, BigInt(nowMs) * 1_000_000n), definitions);
}

function everyMinutes(minutes: number, args = {}): CronDefinition {
  return { name: "tidy", path: "jobs:run", args, schedule: { type: "interval", minutes } };
}

/** Ids of the crons that are due, marked as running as the scheduler does with actions. */
function start(nowMs: number): readonly string[] {
  const due = dueCrons(host, nowMs, 10);
  for (const { id } of due) rescheduleCron(host, id, nowMs, true);
  return due.map(({ id }) => id);
}

describe("a cron", () => {
  it("runs at once when it is new, and one run at a time: overrun runs are skipped, not queued", () => {
    apply([everyMinutes(1)], startMs);
    const [id = ""] = start(startMs);
    expect(start(startMs + minuteMs)).toEqual([]);
    expect(start(startMs + 3 * minuteMs + 1)).toEqual([]);
    expect(logged).toEqual(Array(2).fill('[WARN] Cron "tidy" is still running, so this run is skipped.'));
    endCron(host, id);
    expect(nextCronTimeMs(host)).toBe(startMs + 4 * minuteMs);
    expect(start(startMs + 4 * minuteMs)).toEqual([id]);
  });

  it("is known by its name: the same again changes nothing, another schedule begins anew, none removes it", () => {
    apply([everyMinutes(5)], startMs);
    start(startMs);
    apply([everyMinutes(5)], startMs + minuteMs);
    expect(nextCronTimeMs(host)).toBe(startMs + 5 * minuteMs);
    apply([everyMinutes(7)], startMs + 2 * minuteMs);
    expect(nextCronTimeMs(host)).toBe(startMs + 2 * minuteMs);
    apply([], startMs + 3 * minuteMs);
    expect(nextCronTimeMs(host)).toBeNull();
  });

  it("must name a mutation or an action", () => {
    expect(() => apply([{ ...everyMinutes(1), path: "jobs:missing" }], startMs)).toThrow("no mutation or action");
  });
});
