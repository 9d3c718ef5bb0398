import type { StoredTable } from "./catalog";

/** One write: a document's text before and after it, null where there is none. */
export interface DocumentWrite {
  readonly table: StoredTable;
  readonly id: string;
  readonly before: string | null;
  readonly after: string | null;
}
