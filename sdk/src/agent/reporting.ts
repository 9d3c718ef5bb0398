import { reasonOf } from "../runtime/pace";
import { randomUuid } from "../runtime/trace";
import type { AgentState, Outbox } from "./agentState";
import type { CheckInReport } from "./options";

// The API's limits for `errors`.
const mostErrorsPerReport = 50;
const longestErrorCharacters = 1_000;
const mostNotes = 500;
/** The API remembers an idempotency key for 24 hours. */
const idempotencyMs = 23 * 3_600_000;

/** Notes a trouble; beyond what is kept the oldest go. */
export function addNote(state: AgentState, text: string): void {
  // Half a character, which a cut leaves, is no text of the API.
  const whole = text.slice(0, longestErrorCharacters).replace(/\p{Surrogate}/gu, "\ufffd");
  state.notes.push(whole || "unknown trouble");
  const surplus = Math.max(0, state.notes.length - mostNotes);
  state.notes.splice(0, surplus);
  state.droppedNotes += surplus;
}

/** Counts a check-in that has failed, so that an outage of a week is one line of the report. */
export function noteFailure(state: AgentState, error: unknown, nowMs: number): void {
  const { sinceMs = nowMs, failures = 0 } = state.outage ?? {};
  state.outage = { sinceMs, failures: failures + 1, reason: reasonOf(error) };
}

/** Moves what was noted into the report; beyond what one may carry, the rest waits for the next. */
export function composed(state: AgentState, report: CheckInReport, nowMs: number): Outbox {
  const { outage } = state;
  if (outage) {
    const times = outage.failures === 1 ? "" : ` ${outage.failures} times, at last`;
    addNote(state, `${timeText(outage.sinceMs)} check-in failed${times}: ${outage.reason}`);
    state.outage = undefined;
  }
  // Read here: the note of the outage may have been one too many.
  if (state.droppedNotes > 0) {
    state.notes.unshift(`${state.droppedNotes} older troubles were left out.`);
    state.droppedNotes = 0;
  }
  const errors = state.notes.splice(0, mostErrorsPerReport);
  const body = { ...report, ...(errors.length > 0 ? { errors } : {}) };
  return { idempotencyKey: randomUuid(), body, composedAtMs: nowMs };
}

/** Under which key a report is sent again: its own for as long as the API remembers it, then another. */
export function sentAgain(outbox: Outbox, nowMs: number): Outbox {
  const isRemembered = Math.abs(nowMs - outbox.composedAtMs) < idempotencyMs;
  return isRemembered ? outbox : { ...outbox, idempotencyKey: randomUuid(), composedAtMs: nowMs };
}

/**
 * Milliseconds until the next check-in after a success: the interval that the server asks for, up to a tenth earlier, so that devices
 * which started together drift apart and none is ever overdue.
 */
export function nextCheckInMs(intervalSeconds: number, random: () => number = Math.random): number {
  return intervalSeconds * 1_000 * (1 - random() / 10);
}

/** Milliseconds until a check-in that has more to tell: within a tenth of the interval, spread so that a fleet does not come at once. */
export function catchUpMs(intervalSeconds: number, random: () => number = Math.random): number {
  return intervalSeconds * 100 * random();
}

function timeText(atMs: number): string {
  // A clock may be anywhere; what is no date is said as it is.
  return Number.isFinite(new Date(atMs).getTime()) ? new Date(atMs).toISOString() : String(atMs);
}
