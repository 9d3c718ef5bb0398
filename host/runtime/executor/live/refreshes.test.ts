import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { LiveQueries } from "./queries";
import { LiveRefreshes } from "./refreshes";
import { ReadRecorder } from "../transaction/readRecorder";
import type { RunLiveQuery } from "./queries";
import type { RefreshRequest } from "../../rpc/calls";
import { resultSlots } from "../../rpc/results";

/** A query that waits for the event loop, in which requests come in. */
const slow: RunLiveQuery = async ({ argsText }) => {
  await setTimeout(2);
  const result = { status: "success", text: argsText, dataText: "", logText: "", journal: null } as const;
  return { result, reads: new ReadRecorder(null), hasStoreFailed: false };
};

function refreshOf(set: string, queries: number): RefreshRequest {
  const add = Array.from({ length: queries }, (_, queryId) => ({
    queryId,
    path: "a:b",
    argsText: `${queryId}`,
    journal: null,
  }));
  return { set, reset: true, allowInternal: false, add, remove: [] };
}

/** Runs slices until nothing waits. @returns sequence and status of each result, in order */
async function run(
  refreshes: LiveRefreshes,
  meanwhile: (slice: number) => void = () => undefined,
  query = slow,
): Promise<string[]> {
  const seen: string[] = [];
  for (let slice = 0; !refreshes.isIdle; slice++) {
    const running = refreshes.runSlice(1, query);
    meanwhile(slice);
    const results = await running;
    for (let at = 0; at < results.length; at += resultSlots) seen.push(`${results[at]} ${results[at + 1]}`);
  }
  return seen;
}

function newRefreshes(): LiveRefreshes {
  return new LiveRefreshes(
    new LiveQueries(),
    () => 1n,
    () => undefined,
  );
}

it("answers a refresh whole when another set is dropped while one of its queries waits", async () => {
  const refreshes = newRefreshes();
  refreshes.add("1", refreshOf("mine", 6), "");
  const seen = await run(refreshes, (slice) => {
    if (slice === 1) refreshes.drop("2", "another");
  });
  expect(seen.filter((result) => result === "1 item")).toHaveLength(6);
  expect(seen.filter((result) => result.endsWith("success")).sort()).toEqual(["1 success", "2 success"]);
});

it("ends a refresh once when its own set is dropped while one of its queries waits", async () => {
  const refreshes = newRefreshes();
  refreshes.add("1", refreshOf("mine", 200), "");
  const seen = await run(refreshes, (slice) => {
    if (slice === 2) refreshes.drop("2", "mine");
  });
  expect(seen.filter((result) => result.endsWith("success"))).toEqual(["1 success", "2 success"]);
  expect(seen.filter((result) => result === "1 item").length).toBeLessThan(200);
});

it("goes on with who came meanwhile, each in turn", async () => {
  const refreshes = newRefreshes();
  refreshes.add("1", refreshOf("mine", 20), "");
  const seen = await run(refreshes, (slice) => {
    if (slice === 1) refreshes.add("2", refreshOf("other", 1), '{"kind":"admin"}');
  });
  expect(seen.indexOf("2 success")).toBeLessThan(seen.indexOf("1 success"));
  expect(seen.filter((result) => result.endsWith("item"))).toHaveLength(21);
});

it("asks a query again that the store failed for, after the next write of anything", async () => {
  const liveQueries = new LiveQueries();
  const refreshes = new LiveRefreshes(
    liveQueries,
    () => 1n,
    () => undefined,
  );
  const query =
    (hasStoreFailed: boolean): RunLiveQuery =>
    ({ argsText: text }) => {
      const status = hasStoreFailed ? "error" : "success";
      const result = { status, text, dataText: "", logText: "", journal: null } as const;
      return Promise.resolve({ result, reads: new ReadRecorder(null), hasStoreFailed });
    };
  const noChange = { set: "mine", reset: false, allowInternal: false, add: [], remove: [] };
  refreshes.add("1", refreshOf("mine", 1), "");
  expect(await run(refreshes, undefined, query(true))).toEqual(["1 item", "1 success"]);
  expect(liveQueries.takeInvalidated()).toEqual([]);
  // What it would have read is not known, so any write will do.
  liveQueries.applyWrites([], false);
  expect(liveQueries.takeInvalidated()).toEqual(["mine"]);

  refreshes.add("2", noChange, "");
  expect(await run(refreshes, undefined, query(true))).toEqual(["2 success"]);
  liveQueries.applyWrites([], false);
  expect(liveQueries.takeInvalidated()).toEqual(["mine"]);

  refreshes.add("3", noChange, "");
  expect(await run(refreshes, undefined, query(false))).toEqual(["3 item", "3 success"]);
  // It has been read now, and what it read is not written.
  liveQueries.applyWrites([], false);
  expect(liveQueries.takeInvalidated()).toEqual([]);
});
