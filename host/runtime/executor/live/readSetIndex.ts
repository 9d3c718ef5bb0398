import type { Buffer } from "node:buffer";
import type { DocumentWrite } from "../../../store/documentWrite";
import type { ReadInterval } from "../../../store/pastState";
import { parseJsonObject } from "../../../json";
import { IndexKeyWriter } from "../../../values/indexKey";
import { IntervalTree } from "./intervalTree";
import type { ReadRecorder } from "../transaction/readRecorder";

/** Ids have no index of their own; index numbers start at 1. */
const byIdIndex = 0;

/** What one reader has read, in the form in which it is looked up. */
export interface ReadSet {
  readonly intervals: readonly ReadInterval[];
  readonly countedTables: readonly number[];
}

/** Turns recorded reads into intervals over byte strings. */
export function readSetOf(reads: ReadRecorder): ReadSet {
  const intervals = Array.from(reads.scannedRanges(), ({ index, lower, upper }) => ({
    index: index?.number ?? byIdIndex,
    lower: byteString(lower),
    upper: byteString(upper),
  }));
  for (const id of reads.documentIds) intervals.push({ index: byIdIndex, lower: id, upper: `${id}\0` });
  return { intervals, countedTables: Array.from(reads.countedTables, (table) => table.number) };
}

/** Indexes everything that live queries have read, so that a write finds the readers of what it changes. */
export class ReadSetIndex<Reader> {
  readonly #trees = new Map<number, IntervalTree<Reader>>();
  readonly #counts = new Map<number, Set<Reader>>();
  readonly #keyWriter = new IndexKeyWriter();

  /** Lets a reader be found by every key range that it read and every table that it counted. */
  add({ intervals, countedTables }: ReadSet, reader: Reader): void {
    for (const { index, lower, upper } of intervals) {
      let tree = this.#trees.get(index);
      if (tree === undefined) this.#trees.set(index, (tree = new IntervalTree()));
      tree.add(lower, upper, reader);
    }
    for (const table of countedTables) {
      let readers = this.#counts.get(table);
      if (readers === undefined) this.#counts.set(table, (readers = new Set()));
      readers.add(reader);
    }
  }

  /** Takes back {@link add} of the same reads and reader. */
  delete({ intervals, countedTables }: ReadSet, reader: Reader): void {
    for (const { index, lower, upper } of intervals) {
      const tree = this.#trees.get(index);
      tree?.delete(lower, upper, reader);
      if (tree?.isEmpty === true) this.#trees.delete(index);
    }
    for (const table of countedTables) {
      const readers = this.#counts.get(table);
      readers?.delete(reader);
      if (readers?.size === 0) this.#counts.delete(table);
    }
  }

  /** Adds to `found` every reader of the document, or of an index position that it left or moved to. */
  collectReaders({ table, id, before, after }: DocumentWrite, found: Set<Reader>): void {
    const collect = (reader: Reader): void => void found.add(reader);
    this.#trees.get(byIdIndex)?.visitContaining(id, collect);
    if (before === null || after === null) this.#counts.get(table.number)?.forEach(collect);
    let documents: ReturnType<typeof parseJsonObject>[] | null = null;
    for (const index of table.indexes.values()) {
      const tree = this.#trees.get(index.number);
      if (tree === undefined) continue;
      documents ??= [before, after].filter((text) => text !== null).map(parseJsonObject);
      let previousKey = "";
      for (const document of documents) {
        const key = byteString(index.keyOf(this.#keyWriter, document, id));
        if (key !== previousKey) tree.visitContaining(key, collect);
        previousKey = key;
      }
    }
  }
}

/** Latin1 keeps each byte as one character, so that comparing strings compares bytes. */
function byteString(key: Buffer): string {
  return key.toString("latin1");
}
