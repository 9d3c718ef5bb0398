import { describe, expect, it } from "vitest";
import { parseCronSchedule } from "./cronSchedule";
import type { ConvexJson } from "../../../values/convexJson";

function next(schedule: ConvexJson, after: string): string {
  return new Date(parseCronSchedule("name", schedule).nextRunMs(Date.parse(after))).toISOString();
}

const cron = (expression: string): ConvexJson => ({ type: "cron", cron: expression });

describe("cron schedules", () => {
  it.each<[ConvexJson, string, string]>([
    [{ type: "interval", minutes: 5 }, "2026-01-01T00:00:00Z", "2026-01-01T00:05:00.000Z"],
    [{ type: "hourly", minuteUTC: 30 }, "2026-01-01T00:30:00Z", "2026-01-01T01:30:00.000Z"],
    [{ type: "daily", hourUTC: 3, minuteUTC: 0 }, "2026-01-01T02:59:59.999Z", "2026-01-01T03:00:00.000Z"],
    [
      { type: "weekly", dayOfWeek: "monday", hourUTC: 9, minuteUTC: 15 },
      "2026-01-01T00:00:00Z",
      "2026-01-05T09:15:00.000Z",
    ],
    [{ type: "monthly", day: 31, hourUTC: 0, minuteUTC: 0 }, "2026-02-01T00:00:00Z", "2026-03-31T00:00:00.000Z"],
    [cron("*/20 8-9 * * 1-5"), "2026-01-02T09:40:00Z", "2026-01-05T08:00:00.000Z"],
    [cron("0 0 29 2 *"), "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    [cron("0 0 13 * fri"), "2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000Z"],
    [cron("0 0 * jan,mar 7"), "2026-01-26T00:00:00Z", "2026-03-01T00:00:00.000Z"],
  ])("%j after %s is %s", (schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected);
  });

  it("gives crons without a minute a stable one", () => {
    const minute = next({ type: "hourly" }, "2026-01-01T00:00:00Z").slice(14, 16);
    expect(next({ type: "hourly" }, "2027-05-05T05:00:00Z").slice(14, 16)).toBe(minute);
  });

  it.each(["* * * *", "60 * * * *", "* 24 * * *", "5-1 * * * *", "*/0 * * * *", "a * * * *", "* * 0 * *", "- * * * *"])(
    "refuses %j",
    (expression) => {
      expect(() => parseCronSchedule("name", cron(expression))).toThrow(/^crons\.ts: "name"/);
    },
  );

  it("refuses a day that never comes", () => {
    expect(() => next(cron("0 0 30 2 *"), "2026-01-01T00:00:00Z")).toThrow("never runs");
  });
});
