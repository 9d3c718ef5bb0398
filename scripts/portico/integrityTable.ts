import { textTable } from "../lib/textTable";
import type { IntegrityReport } from "../../host/store/integrityCheck";

/** An integrity report for people: one row a table, the stored files, and every problem on a line of its own. */
export function integrityTable({ tables, storedFiles, storedBytes, problems, problemCount }: IntegrityReport): string {
  const rows = tables
    .filter(({ documents, indexEntries }) => documents > 0 || indexEntries > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, documents, indexEntries }) => [name, String(documents), String(indexEntries)]);
  const table = textTable([["table", "documents", "index entries"], ...rows]);
  const unlisted = problemCount > problems.length ? [`… and ${problemCount - problems.length} more`] : [];
  return [
    table,
    "",
    `${storedFiles} stored files, ${storedBytes} bytes`,
    problemCount === 0 ? "No problems." : `${problemCount} problems:`,
    ...problems,
    ...unlisted,
    "",
  ].join("\n");
}
