import { afterEach } from "vitest";
import { failureNotes } from "./failureNotes.testing";

// Runs in every test file: what the servers of a test logged as errors is shown where it fails, since a 500 tells a client nothing.
afterEach(({ task }) => {
  process.stderr.write(failureNotes(task.name, task.result?.state === "fail"));
});
