import type { IntegrityReport } from "../../host/store/integrityCheck";

/** An integrity report for people: one row a table, the stored files, and every problem on a line of its own. */
export function integrityTable({ tables, storedFiles, storedBytes, problems, problemCount }: IntegrityReport): string {
  const rows = tables
    .filter(({ documents, indexEntries }) => documents > 0 || indexEntries > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, documents, indexEntries }) => [name, String(documents), String(indexEntries)]);
  const lines = aligned([["table", "documents", "index entries"], ...rows]);
  const unlisted = problemCount > problems.length ? [`… and ${problemCount - problems.length} more`] : [];
  return [
    ...lines,
    "",
    `${storedFiles} stored files, ${storedBytes} bytes`,
    problemCount === 0 ? "No problems." : `${problemCount} problems:`,
    ...problems,
    ...unlisted,
    "",
  ].join("\n");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}
