import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Catalog } from "./catalog";
import { DocumentStore, wholeIndex } from "./documentStore";
import { PastState } from "./pastState";
import { openStoreFile } from "./storeFile";
import type { StoredTable } from "./catalog";

const labels = ["a", "b", "c"] as const;
const ids = ["id0", "id1", "id2", "id3", "id4", "id5"] as const;

type Write = { readonly id: (typeof ids)[number]; readonly label: string | null };

const writes = fc.array(
  fc.record({ id: fc.constantFrom(...ids), label: fc.option(fc.constantFrom(...labels), { nil: null }) }),
  { maxLength: 12 },
);

/** A store of one table, written call by call as the executor does. */
class Notes {
  readonly #file = openStoreFile(":memory:", { durable: false });
  readonly store = new DocumentStore(this.#file.connection);
  readonly table: StoredTable;

  constructor() {
    const catalog = new Catalog(this.#file.meta);
    this.table = catalog.ensureTable("notes");
    catalog.addIndex(this.table, { name: "by_label", fields: ["label"] });
    this.store.commit();
  }

  write({ id, label }: Write): void {
    const text = this.store.get(id);
    const before = text === null ? null : { text, document: { ...JSON.parse(text) } };
    const document = { label, _creationTime: ids.indexOf(id), _id: id };
    const after = { text: JSON.stringify(document), document };
    if (label === null) {
      if (before !== null) this.store.remove(this.table, id, before.text, before.document);
    } else if (before === null) this.store.insert(this.table, id, after.text, after.document);
    else this.store.replace(this.table, id, before, after);
  }

  /** Ends a call. @returns what it has written */
  endCall(): DocumentStore["callWrites"] {
    const written = [...this.store.callWrites];
    this.store.keepAll();
    return written;
  }

  /** Everything that can be asked. */
  answers(): readonly unknown[] {
    const texts = (...scan: Parameters<DocumentStore["scan"]>): readonly string[] =>
      this.store.scan(...scan).map(({ text }) => text);
    const answers: unknown[] = [this.store.count(this.table), ...ids.map((id) => this.store.get(id))];
    for (const index of this.table.indexes.values())
      for (const order of ["asc", "desc"] as const)
        for (const limit of [1, 2, 3, 10]) answers.push(texts({ index, ...wholeIndex(index) }, order, limit));
    const [lower, upper] = [Buffer.from("id1"), Buffer.from("id5")];
    for (const limit of [1, 2, 10]) answers.push(texts({ index: null, lower, upper }, "asc", limit));
    return answers;
  }

  close(): void {
    this.store.close();
  }
}

it("shows the state before any writes, and the present one again afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(writes, fc.array(writes, { maxLength: 5 }), async (earlier, calls) => {
      const notes = new Notes();
      for (const write of earlier) notes.write(write);
      notes.endCall();
      const then = notes.answers();
      const past = new PastState();
      for (const call of calls) {
        for (const write of call) notes.write(write);
        past.note(notes.endCall());
        const now = notes.answers();
        expect(await notes.store.readPast(past, async () => notes.answers())).toEqual(then);
        expect(notes.answers()).toEqual(now);
      }
      notes.close();
    }),
  );
});

it("is touched where a range has another answer now", async () => {
  await fc.assert(
    fc.asyncProperty(writes, writes, async (earlier, later) => {
      const notes = new Notes();
      for (const write of earlier) notes.write(write);
      notes.endCall();
      const ranges = [...notes.table.indexes.values()].map((index) => ({ index, ...wholeIndex(index) }));
      const answers = (): unknown[] => ranges.map((range) => notes.store.scan(range, "asc", 10));
      const then = answers();
      const past = new PastState();
      for (const write of later) notes.write(write);
      past.note(notes.endCall());
      const now = answers();
      for (const [at, { index, lower, upper }] of ranges.entries()) {
        const interval = { index: index.number, lower: lower.toString("latin1"), upper: upper.toString("latin1") };
        const isTouched = past.touches([interval], []);
        expect(isTouched || JSON.stringify(now[at]) === JSON.stringify(then[at])).toBe(true);
      }
      notes.close();
    }),
  );
});
