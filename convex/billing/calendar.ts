import { dayMs } from "../core/wire/durations";

/** A span of time, its end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Days of one time zone as spans of time: each begins where the one before ends, also where clocks are changed. */
export interface Calendar {
  /** When a day begins: its first midnight, or where clocks skip that, the first moment after. */
  startOf(date: string): number;
  /** The day that a moment belongs to. */
  dayAt(timestampMs: number): Span & { readonly date: string };
  /** The month that a moment belongs to. */
  monthAt(timestampMs: number): Span;
}

/** The calendar of an IANA time zone. What it has computed it keeps, so that many moments of one day cost little. */
export function calendarOf(timeZone: string): Calendar {
  const wallClock = wallClockOf(timeZone);
  const starts = new Map<string, number>();
  const startOf = (date: string): number => {
    const known = starts.get(date);
    if (known !== undefined) return known;
    const start = midnightOf(date, wallClock);
    starts.set(date, start);
    return start;
  };
  const dateAt = (timestampMs: number): string => {
    let date = dateOf(wallClock(timestampMs));
    // Where clocks go back over midnight, a day has begun although its date was left once more.
    while (startOf(daysAfter(date, 1)) <= timestampMs) date = daysAfter(date, 1);
    return date;
  };
  return {
    startOf,
    dayAt(timestampMs) {
      const date = dateAt(timestampMs);
      return { date, start: startOf(date), end: startOf(daysAfter(date, 1)) };
    },
    monthAt(timestampMs) {
      const first = `${dateAt(timestampMs).slice(0, 7)}-01`;
      return { start: startOf(first), end: startOf(`${daysAfter(first, 31).slice(0, 7)}-01`) };
    },
  };
}

/** The date so many days after another. */
export function daysAfter(date: string, days: number): string {
  return dateOf(midnightInUtc(date) + days * dayMs);
}

/** How many days there are from one date to another. */
export function daysBetween(date: string, later: string): number {
  return (midnightInUtc(later) - midnightInUtc(date)) / dayMs;
}

function midnightInUtc(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function dateOf(wallClockMs: number): string {
  return new Date(wallClockMs).toISOString().slice(0, 10);
}

/** What clocks show at a moment, as the time at which clocks in UTC show it. */
type WallClock = (timestampMs: number) => number;

function wallClockOf(timeZone: string): WallClock {
  if (timeZone === "UTC") return (timestampMs) => timestampMs;
  const two = "2-digit";
  const parts = { year: "numeric", month: two, day: two, hour: two, minute: two, second: two } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...parts });
  return (timestampMs) => {
    const numbers = format.format(timestampMs).match(/\d+/g) ?? [];
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) + (timestampMs % 1000);
  };
}

function midnightOf(date: string, wallClock: WallClock): number {
  const shown = midnightInUtc(date);
  const offsetAt = (timestampMs: number) => wallClock(timestampMs) - timestampMs;
  // A day before and a day after, whatever the zone, its clocks have not shown this midnight yet, and have.
  const [before, after] = [shown - offsetAt(shown - dayMs), shown - offsetAt(shown + dayMs)];
  const midnights = [before, after].filter((timestampMs) => wallClock(timestampMs) === shown);
  if (midnights.length > 0) return Math.min(...midnights);
  // Clocks skip it between the two: the first moment at which they show more.
  let [low, high] = [Math.min(before, after) - 1, Math.max(before, after)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallClock(middle) < shown) low = middle;
    else high = middle;
  }
  return high;
}
