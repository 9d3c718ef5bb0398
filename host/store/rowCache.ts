import type { KeyRange, ScanOrder, ScannedDocument } from "./keyRange";

/** Half of the cache's capacity for texts, in UTF-16 code units. */
const generationLength = 4 << 20;
const maxTextLength = 64 << 10;
const maxLookups = 4096;
/** A read of at most this many rows counts as a lookup, such as that of a unique key. */
const maxLookupRows = 4;
const maxBoundsBytes = 2048;
/** Ids kept of the pages that live queries read again: those of 5,000 pages. */
const maxPageIds = 1 << 18;

interface PagesOfIndex {
  readonly ids: Map<string, readonly string[]>;
  count: number;
}

/**
 * Caches recent reads: texts of documents, and the documents that small index ranges, and pages of live queries, led to. The store is the file's only
 * reader and writer and reports every write to the cache, so the cache answers what SQLite would. Callers, tenants and
 * members are found here on all but their first request.
 */
export class RowCache {
  /** By id; null for one that no document has, since the time of a second look would else tell whether somebody's row is there. */
  #texts = new Map<string, string | null>();
  /** Texts that have not been read since the last generation filled up. */
  #olderTexts = new Map<string, string | null>();
  #length = 0;
  /** Ids in range order, by index number and range. */
  readonly #lookups = new Map<number, Map<string, readonly string[]>>();
  #lookupCount = 0;
  /** Ids of pages in range order, by index number and range. */
  readonly #pages = new Map<number, PagesOfIndex>();
  #pageIdCount = 0;

  /** A document's text, or null that there is none, if that is known; one of the older generation is kept for another. */
  text(id: string): string | null | undefined {
    const text = this.#texts.get(id);
    if (text !== undefined) return text;
    const older = this.#olderTexts.get(id);
    if (older !== undefined) this.keep(id, older);
    return older;
  }

  /** Remembers a document's text unless it is too long, or that there is none; a full generation becomes the older one. */
  keep(id: string, text: string | null): void {
    if (text !== null && text.length > maxTextLength) {
      this.forget(id);
      return;
    }
    const known = this.#texts.get(id);
    this.#length += lengthOf(id, text) - (known === undefined ? 0 : lengthOf(id, known));
    this.#texts.set(id, text);
    if (this.#length <= generationLength) return;
    this.#olderTexts = this.#texts;
    this.#texts = new Map();
    this.#length = 0;
  }

  /** Drops what is known of a document, because it was written or erased. */
  forget(id: string): void {
    this.#texts.delete(id);
    this.#olderTexts.delete(id);
  }

  /** The rows of a small range, when it and every document in it are known. */
  lookup(range: KeyRange, order: ScanOrder, limit: number): readonly ScannedDocument[] | undefined {
    if (range.index === null || limit > maxLookupRows || !isShort(range)) return undefined;
    const ids = this.#lookups.get(range.index.number)?.get(lookupKey(range, order, limit));
    if (ids === undefined) return undefined;
    const rows: ScannedDocument[] = [];
    for (const id of ids) {
      const text = this.text(id);
      if (text === undefined || text === null) return undefined;
      rows.push({ id, text });
    }
    return rows;
  }

  /** Remembers which documents a small range of an index led to, for {@link lookup}. */
  keepLookup(range: KeyRange, order: ScanOrder, limit: number, rows: readonly ScannedDocument[]): void {
    if (range.index === null || limit > maxLookupRows || !isShort(range)) return;
    for (const { id, text } of rows) this.keep(id, text);
    if (this.#lookupCount >= maxLookups) {
      this.#lookups.clear();
      this.#lookupCount = 0;
    }
    const ofIndex = this.#lookups.get(range.index.number) ?? new Map<string, readonly string[]>();
    this.#lookups.set(range.index.number, ofIndex);
    this.#lookupCount -= ofIndex.size;
    ofIndex.set(
      lookupKey(range, order, limit),
      rows.map(({ id }) => id),
    );
    this.#lookupCount += ofIndex.size;
  }

  /** The ids of a page that was read before, while its index has not changed. */
  pageIds(range: KeyRange, order: ScanOrder, limit: number): readonly string[] | undefined {
    if (range.index === null || !isShort(range)) return undefined;
    return this.#pages.get(range.index.number)?.ids.get(lookupKey(range, order, limit));
  }

  /** Remembers which documents a page of an index led to, for {@link pageIds}. */
  keepPageIds(range: KeyRange, order: ScanOrder, limit: number, ids: readonly string[]): void {
    if (range.index === null || !isShort(range)) return;
    if (this.#pageIdCount > maxPageIds) this.#clearPages();
    const ofIndex = this.#pages.get(range.index.number) ?? { ids: new Map(), count: 0 };
    this.#pages.set(range.index.number, ofIndex);
    ofIndex.ids.set(lookupKey(range, order, limit), ids);
    // An empty page takes memory too.
    ofIndex.count += ids.length + 1;
    this.#pageIdCount += ids.length + 1;
  }

  #clearPages(): void {
    this.#pages.clear();
    this.#pageIdCount = 0;
  }

  /** Drops what is known of an index, because an entry was added, removed or moved. */
  forgetLookups(indexNumber: number): void {
    this.#pageIdCount -= this.#pages.get(indexNumber)?.count ?? 0;
    this.#pages.delete(indexNumber);
    const ofIndex = this.#lookups.get(indexNumber);
    if (ofIndex === undefined) return;
    this.#lookupCount -= ofIndex.size;
    this.#lookups.delete(indexNumber);
  }

  /** Drops everything, after a rollback has made any of it doubtful. */
  clear(): void {
    this.#texts.clear();
    this.#olderTexts.clear();
    this.#length = 0;
    this.#lookups.clear();
    this.#lookupCount = 0;
    this.#clearPages();
  }
}

/** Where there is no text, the id is all that is kept. */
function lengthOf(id: string, text: string | null): number {
  return text?.length ?? id.length;
}

/** Ranges are counted, not measured: those of callers who name something long are not kept. */
function isShort({ lower, upper }: KeyRange): boolean {
  return lower.length + upper.length <= maxBoundsBytes;
}

/** The bounds as text; the length of the first keeps them apart. */
function lookupKey({ lower, upper }: KeyRange, order: ScanOrder, limit: number): string {
  return `${order}${limit}:${lower.length}:${lower.toString("latin1")}${upper.toString("latin1")}`;
}
