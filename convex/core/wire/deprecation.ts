/** A day in UTC: `2026-11-01`. */
export type Day = `${number}-${number}-${number}`;

/** That an operation will go. `docs/conventions.md` says what clients may count on. */
export interface Deprecation {
  /** The day on which this was announced. */
  readonly since: Day;
  /** The day from which on it may be gone; at least `minimumNoticeDays` later. */
  readonly until: Day;
  /** The operation that takes its place, by its `operationId`. */
  readonly successor?: string;
}

/** How long an operation goes on answering once its end was announced. */
export const minimumNoticeDays = 180;

/** Where clients read what a deprecation means. */
const policyPath = "/v1/docs/conventions.md";

/** What every answer of such an operation says: RFC 9745 when it was deprecated, RFC 8594 when it may be gone. */
export function deprecationHeaders({ since, until }: Deprecation, siteUrl: string): Record<string, string> {
  return {
    deprecation: `@${timeOf(since) / 1000}`,
    sunset: new Date(timeOf(until)).toUTCString(),
    link: `<${siteUrl}${policyPath}>; rel="deprecation"; type="text/markdown"`,
  };
}

/** The first millisecond of a day; NaN for what is none. */
export function timeOf(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}
