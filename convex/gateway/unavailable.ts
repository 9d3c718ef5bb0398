/**
 * How deployments word that they cannot take a call now and have stored nothing of it: conflicts that outlasted Convex's own
 * retries, its limits on calls at once, a full disk of the host. An action sees no more of a refused call than its message.
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
