import { BundleError } from "../../../bundle/entryPoints";
import { isJsonObject, textField } from "../../../json";
import type { ConvexJson, ConvexJsonObject } from "../../../values/convexJson";

const msPerMinute = 60_000;
const msPerDay = 86_400_000;
/** Long enough for 29 February on a given weekday. */
const searchDays = 366 * 29;
const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Answers with the first run strictly after a time, milliseconds since the epoch; schedules are in UTC. */
export interface CronSchedule {
  readonly isInterval: boolean;
  nextRunMs(afterMs: number): number;
}

/**
 * Reads the schedule of one entry of `cronJobs()`.
 *
 * @param name decides the minute of hourly, daily, weekly and monthly crons that do not name one
 * @throws {BundleError} when the schedule is malformed or never comes
 */
export function parseCronSchedule(name: string, json: ConvexJson | undefined): CronSchedule {
  if (!isJsonObject(json)) throw new BundleError(`crons.ts: "${name}" has no schedule.`);
  if (json["type"] === "interval") return intervalSchedule(json);
  const expression = expressionOf(name, json);
  const fields = parseExpression(name, expression);
  return {
    isInterval: false,
    nextRunMs(afterMs) {
      const next = nextMatch(fields, afterMs);
      if (next === null) throw new BundleError(`crons.ts: "${name}" never runs: ${expression}`);
      return next;
    },
  };
}

function intervalSchedule(json: ConvexJsonObject): CronSchedule {
  const seconds = Number(json["seconds"] ?? 0) + 60 * Number(json["minutes"] ?? 0) + 3600 * Number(json["hours"] ?? 0);
  return { isInterval: true, nextRunMs: (afterMs) => afterMs + seconds * 1000 };
}

function expressionOf(name: string, json: ConvexJsonObject): string {
  const minute = Number(json["minuteUTC"] ?? stableMinute(name));
  const hour = Number(json["hourUTC"] ?? 0);
  switch (json["type"]) {
    case "hourly":
      return `${minute} * * * *`;
    case "daily":
      return `${minute} ${hour} * * *`;
    case "weekly":
      return `${minute} ${hour} * * ${textField(json, "dayOfWeek").slice(0, 3)}`;
    case "monthly":
      return `${minute} ${hour} ${Number(json["day"])} * *`;
    default:
      return textField(json, "cron");
  }
}

/** Spreads crons without a minute over the hour, always to the same minute for the same name. */
function stableMinute(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600;
  return hash % 60;
}

interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** With both day fields restricted, a day matches when either does (crontab(5)). */
  readonly eitherDay: boolean;
}

function parseExpression(name: string, expression: string): CronFields {
  const [minute, hour, day, month, weekday, ...rest] = expression.trim().toLowerCase().split(/\s+/);
  if (
    minute === undefined ||
    hour === undefined ||
    day === undefined ||
    month === undefined ||
    weekday === undefined ||
    rest.length > 0
  )
    throw new BundleError(`crons.ts: "${name}" needs five fields, got: ${expression}`);
  const field = (text: string, first: number, last: number, names: readonly string[] = []): ReadonlySet<number> =>
    parseField(name, text, first, last, names);
  const weekdays = field(weekday, 0, 7, weekdayNames);
  return {
    minutes: field(minute, 0, 59),
    hours: field(hour, 0, 23),
    days: field(day, 1, 31),
    months: field(month, 1, 12, ["", ...monthNames]),
    weekdays: weekdays.has(7) ? new Set([...weekdays, 0]) : weekdays,
    eitherDay: !day.startsWith("*") && !weekday.startsWith("*"),
  };
}

function parseField(
  name: string,
  text: string,
  first: number,
  last: number,
  names: readonly string[],
): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", stepText] = part.split("/");
    const [fromText = "", toText] = range === "*" ? [String(first), String(last)] : range.split("-");
    const from = names.includes(fromText) ? names.indexOf(fromText) : Number(fromText);
    const openEnd = stepText === undefined ? from : last;
    const to = toText === undefined ? openEnd : names.includes(toText) ? names.indexOf(toText) : Number(toText);
    const step = stepText === undefined ? 1 : Number(stepText);
    const isValid = [from, to, step].every(Number.isInteger) && from >= first && to <= last && from <= to && step >= 1;
    if (!isValid || fromText === "") throw new BundleError(`crons.ts: "${name}" has an invalid field: ${text}`);
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function nextMatch(fields: CronFields, afterMs: number): number | null {
  const firstMs = (Math.floor(afterMs / msPerMinute) + 1) * msPerMinute;
  const firstDayMs = Math.floor(firstMs / msPerDay) * msPerDay;
  for (let day = 0; day < searchDays; day++) {
    const dayMs = firstDayMs + day * msPerDay;
    if (!matchesDay(fields, new Date(dayMs))) continue;
    const runMs = earliestOfDay(fields, dayMs, firstMs);
    if (runMs !== Infinity) return runMs;
  }
  return null;
}

/** The first matching minute of a day at or after `firstMs`, or Infinity. */
function earliestOfDay({ hours, minutes }: CronFields, dayMs: number, firstMs: number): number {
  let earliest = Infinity;
  for (const hour of hours)
    for (const minute of minutes) {
      const runMs = dayMs + (hour * 60 + minute) * msPerMinute;
      if (runMs >= firstMs) earliest = Math.min(earliest, runMs);
    }
  return earliest;
}

function matchesDay(fields: CronFields, date: Date): boolean {
  if (!fields.months.has(date.getUTCMonth() + 1)) return false;
  const byDay = fields.days.has(date.getUTCDate());
  const byWeekday = fields.weekdays.has(date.getUTCDay());
  return fields.eitherDay ? byDay || byWeekday : byDay && byWeekday;
}
