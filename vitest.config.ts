import { defineConfig } from "vitest/config";
import { SlowFirst } from "./scripts/lib/slowFirst.testing";

export default defineConfig({
  test: {
    include: ["{convex,openapi,host,sdk,examples,bench,scripts}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/fixtures/**"],
    // Processes rather than threads: the SQLite driver is native code and tests kill hosts that they start.
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    // What is waited for comes when it comes; only its absence is a failure. The limits end what hangs, and a machine ten times as
    // busy as usual stays within them; tests do not set narrower ones.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    globalSetup: ["scripts/lib/sharedBundles.testing.ts"],
    setupFiles: ["scripts/lib/propertyBudget.testing.ts"],
    // A test that waits for real time, or a forgotten `.only`, is an error and not a habit.
    allowOnly: false,
    passWithNoTests: false,
  },
});
