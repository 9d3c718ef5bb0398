const sampledIds = 1000;

/** Picks up to 1,000 of `total` numbered ids, spread over all of them. */
export function spreadSample(total: number): (ids: readonly string[], from: number) => readonly string[] {
  const every = Math.max(1, Math.floor(total / sampledIds));
  return (ids, from) => ids.filter((_, at) => (from + at) % every === 0);
}
