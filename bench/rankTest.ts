/** How far two samples of times lie apart. */
export interface Separation {
  readonly medianRatio: number;
  /** Standard deviations that the rank sum lies from where samples of one distribution have it (Mann and Whitney). */
  readonly deviations: number;
}

/**
 * Compares two samples by their medians and by ranks, which outliers of a busy machine do not move.
 * @throws {Error} when a sample is empty
 */
export function separationOf(left: readonly number[], right: readonly number[]): Separation {
  if (left.length === 0 || right.length === 0) throw new Error("A sample is empty.");
  const product = left.length * right.length;
  const expected = product / 2;
  const deviation = Math.sqrt((product * (left.length + right.length + 1)) / 12);
  return {
    medianRatio: medianOf(left) / medianOf(right),
    deviations: (pairsWon(left, right) - expected) / deviation,
  };
}

/** Of all pairs of a value of each sample, those in which `left` has the greater one; equal ones count half. */
function pairsWon(left: readonly number[], right: readonly number[]): number {
  let won = 0;
  for (const one of left) for (const other of right) won += one > other ? 1 : one === other ? 0.5 : 0;
  return won;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
