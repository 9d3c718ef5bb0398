import { expect, test } from "vitest";
import { failureNotes, noteForFailure } from "./failureNotes.testing";

test("what was noted is shown where the test failed, once, and forgotten where it passed", () => {
  noteForFailure("POST /v1/schedules [ERROR] 'boom'");
  expect(failureNotes("passes", false)).toBe("");
  expect(failureNotes("fails without a note", true)).toBe("");
  noteForFailure("one");
  noteForFailure("two");
  expect(failureNotes("fails", true)).toBe('Logged while "fails" ran:\none\ntwo\n');
  expect(failureNotes("fails, too", true)).toBe("");
});
