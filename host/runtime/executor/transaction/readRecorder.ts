import type { StoredTable } from "../../../store/catalog";
import type { KeyRange } from "../../../store/keyRange";

/** A walk over a range that can report afterwards how much of it was read. */
export interface Scan {
  /** Null when nothing has been looked at. */
  scannedRange(): KeyRange | null;
}

/** What one execution of a live query has read, and the journal that keeps its page where it was. */
export class ReadRecorder {
  readonly #scans: Scan[] = [];
  readonly documentIds = new Set<string>();
  readonly countedTables = new Set<StoredTable>();
  #nextJournal: string | null = null;

  /** @param journal end cursor of the page that an earlier execution returned, or null on the first one */
  constructor(readonly journal: string | null) {}

  /** End cursor of this execution's page, or null when it has not paginated. */
  get nextJournal(): string | null {
    return this.#nextJournal;
  }

  /** Records the range that a scan passes over, as far as it will have come when the execution ends. */
  addScan(scan: Scan): void {
    this.#scans.push(scan);
  }

  /** Records that one document was asked for by its id, whether it exists or not. */
  addDocument(id: string): void {
    this.documentIds.add(id);
  }

  /** Records that the number of a table's documents was asked for: any insert or delete changes it. */
  addCount(table: StoredTable): void {
    this.countedTables.add(table);
  }

  /** Keeps the first page's end: a function has at most one page, and nested functions keep their own bounds. */
  recordPage(endCursor: string): void {
    this.#nextJournal ??= endCursor;
  }

  /** The index ranges that were looked at, passed-over rows included. */
  *scannedRanges(): Generator<KeyRange> {
    for (const scan of this.#scans) {
      const range = scan.scannedRange();
      if (range !== null && range.lower.compare(range.upper) < 0) yield range;
    }
  }
}
