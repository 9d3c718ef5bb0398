/** How far a project's type cost may exceed the recorded one before somebody has to explain it. */
const maxGrowth = 1.2;

/** Reads the instantiation count from what the compiler prints with `--extendedDiagnostics`; undefined without one. */
export function instantiationCount(output: string): number | undefined {
  const count = /^Instantiations:\s+(\d+)/m.exec(output)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** The compiler's findings alone, without the statistics below them. */
export function withoutStatistics(output: string): string {
  return output.replace(/^[A-Z][A-Za-z /]*:\s+[\d.]+[Ks]?$\n?/gm, "").trim();
}

/** What a project's types cost, and for how many operations of the API. */
export interface TypeCost {
  readonly instantiations: number;
  readonly operations: number;
}

/**
 * Compares a project's type instantiations for an operation with the recorded ones: an API that grows by operations as they are costs
 * no more for each.
 *
 * @returns What to do about it, or undefined when the cost is within 1.2 times the record.
 */
export function budgetProblem(project: string, cost: TypeCost, recorded: TypeCost | undefined): string | undefined {
  if (recorded === undefined) {
    return `${project} has no recorded type cost: run \`npm run typecheck -- --record\` and commit the file.`;
  }
  const [now, before] = [cost, recorded].map(({ instantiations, operations }) =>
    Math.round(instantiations / operations),
  );
  if (now === undefined || before === undefined || now <= before * maxGrowth) return undefined;
  return (
    `${project} costs ${now} type instantiations an operation, over ${maxGrowth} × the recorded ${before}. Find the type that ` +
    "multiplies; if the growth is earned, run `npm run typecheck -- --record` and say why in the commit."
  );
}
