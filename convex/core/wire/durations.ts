// Spans of time that more than one module counts in.

export const secondMs = 1000;
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** A use less than this after the noted one is not noted. */
export const lastUsedIntervalMs = 60 * secondMs;
