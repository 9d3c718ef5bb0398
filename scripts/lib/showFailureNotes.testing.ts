import { afterEach } from "vitest";
import { takeNotes } from "./failureNotes.testing";

// Runs in every test file: what the servers of a test logged as errors is shown where it fails, since a 500 tells a client nothing.
afterEach(({ task }) => {
  const notes = takeNotes();
  if (task.result?.state === "fail" && notes.length > 0)
    process.stderr.write(`Logged while "${task.name}" ran:\n${notes.join("\n")}\n`);
});
