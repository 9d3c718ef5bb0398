import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{convex,openapi,host,sdk,examples,bench,scripts}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/fixtures/**"],
    // Processes rather than threads: the SQLite driver is native code and tests kill hosts that they start.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // What is waited for comes when it comes; only its absence is a failure.
    expect: { poll: { timeout: 15_000 } },
    // A test that waits for real time, or a forgotten `.only`, is an error and not a habit.
    allowOnly: false,
    passWithNoTests: false,
  },
});
