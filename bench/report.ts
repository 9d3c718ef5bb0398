const progressAfterMs = 2000;

type Cell = string | number;
export type Row = Readonly<Record<string, Cell>>;

/** One section's figures; rows share their columns. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  /** What a reader must know to read the figures. */
  readonly notes?: readonly string[];
}

/** Prints a section as a plain table with aligned columns. */
export function printSection({ title, rows, notes = [] }: Section): void {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((column) =>
    Math.max(column.length, ...rows.map((row) => String(row[column] ?? "").length)),
  );
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, at) =>
        typeof cell === "number" ? String(cell).padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd();
  console.log(`\n${title}\n${line(columns)}\n${widths.map((width) => "-".repeat(width)).join("  ")}`);
  for (const row of rows) console.log(line(columns.map((column) => row[column] ?? "")));
  for (const note of notes) console.log(note);
}

/** Says what is going on when `run` takes more than two seconds. */
export async function withProgress<T>(what: string, run: () => Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  const timer = setInterval(() => {
    process.stderr.write(`  ${what} … ${Math.round((performance.now() - startedAtMs) / 1000)} s\n`);
  }, progressAfterMs);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}

/** `value` with as many digits as its size deserves. */
export function rounded(value: number): number {
  if (Math.abs(value) >= 100) return Math.round(value);
  return Number(value.toPrecision(3));
}
