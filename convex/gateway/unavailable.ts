/**
 * How deployments word a call that they cannot run now and of which they stored nothing: write conflicts that outlast
 * Convex's retries, its concurrency limits, a full disk of the host. An action sees only the message of a refused call.
 */
const refusals = [
  /changed while this mutation was being run/i,
  /too many concurrent requests/i,
  /the system is currently overloaded|system overloaded/i,
  /the disk is full: nothing of this was stored/i,
];

/** True if `error` says that the same call may well succeed in a moment. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Error && refusals.some((refusal) => refusal.test(error.message));
}
