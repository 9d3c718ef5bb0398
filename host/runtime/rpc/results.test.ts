import { expect, it } from "vitest";
import {
  hostErrorAt,
  isItemAt,
  liveResultAt,
  logTextOf,
  outcomeAt,
  pushError,
  pushHostError,
  pushItem,
  pushSuccess,
  resultSlots,
} from "./results";

const item = { status: "error", text: "message", dataText: "1", logText: logTextOf([]), journal: "j" } as const;

function batch(): readonly string[] {
  const results: string[] = [];
  pushSuccess(results, "1", "null", logTextOf(["a", "b"]), 7n);
  pushError(results, "2", "message", '{"a":1}', logTextOf([]));
  pushError(results, "3", "message", "", logTextOf(["c"]));
  pushHostError(results, "4", "full", "DiskFull");
  pushItem(results, "5", 9, item);
  pushItem(results, "5", 10, { ...item, status: "success", text: "3" });
  return results;
}

it("brings back how each call ended", () => {
  const results = batch();
  expect(results).toHaveLength(6 * resultSlots);
  expect(outcomeAt(results, 0)).toEqual({ status: "success", valueText: "null", logLines: ["a", "b"], timestamp: 7n });
  expect(outcomeAt(results, resultSlots)).toEqual({
    status: "error",
    errorMessage: "message",
    errorDataText: '{"a":1}',
    logLines: [],
  });
  expect(outcomeAt(results, 2 * resultSlots)).toEqual({ status: "error", errorMessage: "message", logLines: ["c"] });
  expect(hostErrorAt(results, 3 * resultSlots)).toEqual({ message: "full", code: "DiskFull" });
});

it("tells items, and what the host could not run, from results", () => {
  const results = batch();
  const starts = Array.from({ length: 6 }, (_, index) => index * resultSlots);
  expect(starts.map((at) => isItemAt(results, at))).toEqual([false, false, false, false, true, true]);
  expect(starts.map((at) => hostErrorAt(results, at) !== null)).toEqual([false, false, false, true, false, false]);
});

it("brings back the results of live queries", () => {
  const results = batch();
  expect(liveResultAt(results, 4 * resultSlots)).toEqual({
    queryId: 9,
    outcome: { status: "error", errorMessage: "message", errorDataText: "1", logLines: [] },
    journal: "j",
  });
  expect(liveResultAt(results, 5 * resultSlots)).toEqual({
    queryId: 10,
    outcome: { status: "success", valueText: "3", logLines: [], timestamp: 0n },
    journal: "j",
  });
});
