import { describe, expect, it } from "vitest";
import { calendarOf, daysAfter, daysBetween } from "./calendar";
import { noteTries } from "../../scripts/lib/tries.testing";

const zones = Intl.supportedValuesOf("timeZone");
const hour = 3_600_000;

/** The first quarter of an hour of which a calendar in the zone shows the date, or a later one. */
function searched(date: string, format: Intl.DateTimeFormat): number {
  let moment = Date.parse(`${date}T00:00:00Z`) - 15 * hour;
  while (format.format(moment) < date) moment += hour / 4;
  return moment;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
}

describe("days of a time zone", () => {
  it("begin where a search finds them, in every zone and month, and follow each other without gap", () => {
    const months = Array.from({ length: 13 }, (_, month) =>
      daysAfter(`2026-${String((month % 12) + 1).padStart(2, "0")}-01`, month === 12 ? 365 : 0),
    );
    const differing: string[] = [];
    for (const zone of zones) {
      const calendar = calendarOf(zone);
      const format = formatOf(zone);
      for (const date of months) {
        const start = calendar.startOf(date);
        if (start !== searched(date, format)) differing.push(`${zone} ${date}`);
        const [last, first] = [calendar.dayAt(start - 1), calendar.dayAt(start)];
        if (last.end !== start || first.start !== start || first.date !== date) differing.push(`${zone} ${date} days`);
        if (calendar.monthAt(start).start !== start || calendar.monthAt(start - 1).end !== start)
          differing.push(`${zone} ${date} months`);
      }
    }
    noteTries(zones.length * months.length);
    expect(differing).toEqual([]);
    expect(zones.length).toBeGreaterThan(400);
  });

  it("come in twelve months to the year in every zone, where clocks change too: no moment twice, none left out", () => {
    const differing: string[] = [];
    for (const zone of zones) {
      const { startOf, dayAt, monthAt } = calendarOf(zone);
      const end = startOf("2027-01-01");
      const months: number[] = [];
      for (let moment = startOf("2026-01-01"); moment < end; moment = monthAt(moment).end) {
        const month = monthAt(moment);
        if (month.start !== moment) differing.push(`${zone} ${moment}`);
        months.push(month.end - moment);
        // Of a month in which clocks change every hour belongs to the day that a bill of that day covers.
        if ((month.end - moment) % (24 * hour) === 0) continue;
        for (let at = moment; at < month.end; at += hour) {
          const day = dayAt(at);
          if (at < day.start || at >= day.end || startOf(day.date) !== day.start) differing.push(`${zone} at ${at}`);
        }
      }
      if (months.length !== 12 || months.reduce((sum, ms) => sum + ms, 0) !== end - startOf("2026-01-01"))
        differing.push(`${zone} has ${months.length} months`);
    }
    noteTries(zones.length * 12);
    expect(differing).toEqual([]);
  });

  it("are as long as clocks make them", () => {
    const lengthOf = (zone: string, date: string) => {
      const calendar = calendarOf(zone);
      return (calendar.startOf(daysAfter(date, 1)) - calendar.startOf(date)) / hour;
    };
    expect(lengthOf("Europe/Zurich", "2026-03-29")).toBe(23);
    expect(lengthOf("Europe/Zurich", "2026-10-25")).toBe(25);
    expect(lengthOf("Australia/Lord_Howe", "2026-04-05")).toBe(24.5);
    // Midnight itself is skipped, or comes twice.
    expect(lengthOf("Africa/Cairo", "2026-04-24")).toBe(23);
    expect(lengthOf("America/Havana", "2026-03-08")).toBe(23);
    expect(lengthOf("America/Havana", "2026-11-01")).toBe(25);
    // Samoa went to the other side of the date line, and had no 30th.
    expect(lengthOf("Pacific/Apia", "2011-12-30")).toBe(0);
    expect(lengthOf("Pacific/Apia", "2011-12-29")).toBe(24);
  });

  it("are left once more where clocks go back over midnight, and still follow each other", () => {
    const calendar = calendarOf("America/St_Johns");
    // At a minute past midnight of 7 November 2010 it was 23:01 again.
    const start = calendar.startOf("2010-11-07");
    for (const minutes of [0, 1, 30, 61]) {
      const day = calendar.dayAt(start + minutes * 60_000);
      expect([minutes, day.date]).toEqual([minutes, "2010-11-07"]);
    }
    expect(calendar.dayAt(start - 1)).toMatchObject({ date: "2010-11-06", end: start });
  });

  it("are counted by the calendar alone", () => {
    expect(daysBetween("2026-02-01", "2026-03-01")).toBe(28);
    expect(daysAfter("2028-02-28", 1)).toBe("2028-02-29");
    expect(daysAfter("2026-01-01", -1)).toBe("2025-12-31");
  });
});
