import { Buffer } from "node:buffer";
import { parseJsonObject } from "../json";
import { IndexKeyWriter } from "../values/indexKey";
import type { StoredIndex, StoredTable } from "./catalog";
import type { DocumentWrite } from "./documentWrite";
import type { KeyRange, ScanOrder, ScannedDocument } from "./keyRange";

/** Ids have no index of their own; index numbers start at 1. */
const byIdIndex = 0;
/** Of one index, of rows that have not changed: about what a few pages hold. */
const maxKeptKeys = 2048;

/** Part of a read set: keys of an index, or ids under 0, as latin1 text whose order is byte order. */
export interface ReadInterval {
  readonly index: number;
  readonly lower: string;
  readonly upper: string;
}

interface PastRow extends ScannedDocument {
  readonly key: string;
}

/**
 * Remembers the text that each document had before the writes noted here. Overlaid on the store, it shows the state at
 * the moment it was created, so that long work can read one state while others write. It takes memory for each document
 * written meanwhile and none for the rest.
 */
export class PastState {
  readonly #writer = new IndexKeyWriter();
  /** By id; null for what did not exist. */
  readonly #texts = new Map<string, string | null>();
  /** Changed rows as they were, sorted, by index number. */
  readonly #rows = new Map<number, PastRow[]>();
  /** Every key that came, went or changed, sorted, by index number. */
  readonly #touched = new Map<number, string[]>();
  /** Keys of rows that have not changed, by index number and id. */
  readonly #unchangedKeys = new Map<number, Map<string, string>>();
  /** By table number: how many documents it had more than it has now. */
  readonly #missing = new Map<number, number>();
  #changedTables = false;

  /** True while nothing has been written since: reading the past and the present comes to the same. */
  get isPresent(): boolean {
    return this.#texts.size === 0 && !this.#changedTables;
  }

  /** Takes note of writes that have just happened, in their order. */
  note(writes: readonly DocumentWrite[]): void {
    for (const write of writes) this.#note(write);
  }

  /** Notes that tables were created since: reads of a table that did not exist cannot be checked. */
  noteNewTables(): void {
    this.#changedTables = true;
  }

  /** The document's text then, null when it did not exist, undefined when it is as it was. */
  text(id: string): string | null | undefined {
    return this.#texts.get(id);
  }

  /** How many documents the table had then, from how many it has. */
  count({ number }: StoredTable, now: number): number {
    return now + (this.#missing.get(number) ?? 0);
  }

  /**
   * Up to `limit` documents of a range as they were.
   * @param scan reads the range as it is now
   */
  scan(
    range: KeyRange,
    order: ScanOrder,
    limit: number,
    scan: (range: KeyRange, order: ScanOrder, limit: number) => readonly ScannedDocument[],
  ): readonly ScannedDocument[] {
    const past = this.#rowsIn(range);
    const unchanged: ScannedDocument[] = [];
    for (let rest = range; ;) {
      const rows = scan(rest, order, limit);
      for (const row of rows) if (!this.#texts.has(row.id)) unchanged.push(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < limit || unchanged.length >= limit) break;
      const at = Buffer.from(this.#keyOf(range.index, last), "latin1");
      rest = order === "asc" ? { ...range, lower: Buffer.concat([at, Buffer.of(0)]) } : { ...range, upper: at };
    }
    if (order === "desc") past.reverse();
    return this.#merge(range.index, order, past, unchanged, limit);
  }

  /** Whether what was read then may be different now. */
  touches(intervals: readonly ReadInterval[], countedTables: readonly number[]): boolean {
    if (this.#changedTables) return true;
    return (
      countedTables.some((table) => this.#missing.has(table)) ||
      intervals.some(({ index, lower, upper }) => {
        const keys = this.#touched.get(index);
        if (keys === undefined) return false;
        const key = keys[firstAtOrAfter(keys, lower, (each) => each)];
        return key !== undefined && key < upper;
      })
    );
  }

  #note({ table, id, before, after }: DocumentWrite): void {
    const isFirst = !this.#texts.has(id);
    if (isFirst) this.#texts.set(id, before);
    this.#touch(byIdIndex, id);
    if ((before === null) !== (after === null)) {
      const change = before === null ? -1 : 1;
      this.#missing.set(table.number, (this.#missing.get(table.number) ?? 0) + change);
    }
    if (isFirst && before !== null) this.#keep(byIdIndex, { key: id, id, text: before });
    for (const index of table.indexes.values()) {
      if (before !== null) {
        const key = this.#keyOf(index, { id, text: before });
        this.#touch(index.number, key);
        if (isFirst) this.#keep(index.number, { key, id, text: before });
      }
      if (after !== null) this.#touch(index.number, this.#keyOf(index, { id, text: after }));
    }
  }

  #touch(index: number, key: string): void {
    let keys = this.#touched.get(index);
    if (keys === undefined) this.#touched.set(index, (keys = []));
    const at = firstAtOrAfter(keys, key, (each) => each);
    if (keys[at] !== key) keys.splice(at, 0, key);
  }

  #keep(index: number, row: PastRow): void {
    let rows = this.#rows.get(index);
    if (rows === undefined) this.#rows.set(index, (rows = []));
    rows.splice(
      firstAtOrAfter(rows, row.key, ({ key }) => key),
      0,
      row,
    );
  }

  /**
   * Merges two sorted lists up to a limit. Computes keys only for the rows that are compared, since a key takes parsing
   * the row.
   */
  #merge(
    index: StoredIndex | null,
    order: ScanOrder,
    past: readonly PastRow[],
    unchanged: readonly ScannedDocument[],
    limit: number,
  ): readonly ScannedDocument[] {
    const merged: ScannedDocument[] = [];
    let taken = 0;
    for (const row of past) {
      const comesFirst = (other: ScannedDocument): boolean =>
        order === "asc" ? this.#unchangedKeyOf(index, other) < row.key : this.#unchangedKeyOf(index, other) > row.key;
      const at = firstWhereNot(unchanged, taken, comesFirst);
      merged.push(...unchanged.slice(taken, at), row);
      taken = at;
      if (merged.length >= limit) return merged.slice(0, limit);
    }
    return [...merged, ...unchanged.slice(taken)].slice(0, limit);
  }

  #rowsIn({ index, lower, upper }: KeyRange): PastRow[] {
    const rows = this.#rows.get(index?.number ?? byIdIndex);
    if (rows === undefined) return [];
    const at = (bound: Buffer): number => firstAtOrAfter(rows, bound.toString("latin1"), ({ key }) => key);
    return rows.slice(at(lower), at(upper));
  }

  #keyOf(index: StoredIndex | null, { id, text }: ScannedDocument): string {
    return index === null ? id : index.keyOf(this.#writer, parseJsonObject(text), id).toString("latin1");
  }

  /** The key of a row that has not changed, which many queries of one state compare again and again. */
  #unchangedKeyOf(index: StoredIndex | null, row: ScannedDocument): string {
    if (index === null) return row.id;
    let keys = this.#unchangedKeys.get(index.number);
    if (keys === undefined) this.#unchangedKeys.set(index.number, (keys = new Map()));
    const known = keys.get(row.id);
    if (known !== undefined) return known;
    const key = this.#keyOf(index, row);
    if (keys.size < maxKeptKeys) keys.set(row.id, key);
    return key;
  }
}

/** Where `key` is, or would have to be inserted, in a sorted list. */
function firstAtOrAfter<T>(sorted: readonly T[], key: string, keyOf: (element: T) => string): number {
  return firstWhereNot(sorted, 0, (element) => keyOf(element) < key);
}

/** The first place from `low` on whose element no longer `comesFirst`, in a list where those that do stand before the others. */
function firstWhereNot<T>(sorted: readonly T[], low: number, comesFirst: (element: T) => boolean): number {
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = sorted[middle];
    if (element !== undefined && comesFirst(element)) low = middle + 1;
    else high = middle;
  }
  return low;
}
