/** More than a cache of documents that were read lately may hold. */
const sampledIds = 10_000;

/** Picks up to 10,000 of `total` numbered ids, spread over all of them. */
export function spreadSample(total: number): (ids: readonly string[], from: number) => readonly string[] {
  const every = Math.max(1, Math.floor(total / sampledIds));
  return (ids, from) => ids.filter((_, at) => (from + at) % every === 0);
}
