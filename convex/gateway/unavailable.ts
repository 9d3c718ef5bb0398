/**
 * How deployments word a call that they cannot run now and of which they stored nothing: write conflicts that outlast
 * Convex's retries, its concurrency limits, a full disk of the host. An action sees only the message of a refused call.
 */
const storeFull = /the disk is full: nothing of this was stored/i;
const refusals = [
  /changed while this mutation was being run/i,
  /too many concurrent requests/i,
  /the system is currently overloaded|system overloaded/i,
  storeFull,
];

/** True if `error` says that the same call may well succeed in a moment. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Error && refusals.some((refusal) => refusal.test(error.message));
}

/** True if `error` says that nothing can be stored at present, though reading goes on. */
export function isStoreFull(error: unknown): boolean {
  return error instanceof Error && storeFull.test(error.message);
}
