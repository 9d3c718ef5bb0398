import type { Buffer } from "node:buffer";
import type { StoredIndex } from "./catalog";

/** Whether a range is read from its lower bound upwards or from its upper bound downwards. */
export type ScanOrder = "asc" | "desc";

/** One scanned document: its id and its text as stored. */
export interface ScannedDocument {
  readonly id: string;
  readonly text: string;
}

/** Half-open key range of one index, or of a table's ids when `index` is null. */
export interface KeyRange {
  readonly index: StoredIndex | null;
  readonly lower: Buffer;
  readonly upper: Buffer;
}
