import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterPrefix, IndexKeyWriter } from "../values/indexKey";
import { Catalog } from "./catalog";
import { DocumentStore } from "./documentStore";
import { openStoreFile } from "./storeFile";
import type { ConvexJsonObject } from "../values/convexJson";
import type { StoredTable } from "./catalog";
import type { Connection, SqlValue } from "./sqlite";

const labels = ["a", "b", "c"] as const;
const ids = ["id0", "id1", "id2", "id3", "id4"] as const;

/** Stands for a text above the cache's limit, which would drown a counterexample. */
const tooLongToRemember = "too long to remember";

type Model = Map<string, ConvexJsonObject>;

/** The store beside a plain map of what it must hold. */
class Bench {
  readonly #file = openStoreFile(":memory:", { durable: false });
  readonly store = new DocumentStore(this.#file.connection);
  readonly #table: StoredTable;
  model: Model = new Map();
  committed: Model = new Map();

  constructor() {
    const catalog = new Catalog(this.#file.meta);
    this.#table = catalog.ensureTable("notes");
    catalog.addIndex(this.#table, { name: "by_label", fields: ["label"] });
    this.store.commit();
  }

  put(id: string, label: string, text: string): void {
    const before = this.model.get(id);
    const order = ids.findIndex((known) => known === id);
    const stored = text === tooLongToRemember ? "x".repeat(70_000) : text;
    const after = { label, text: stored, _creationTime: order, _id: id };
    const afterText = JSON.stringify(after);
    if (before === undefined) this.store.insert(this.#table, id, afterText, after);
    else
      this.store.replace(
        this.#table,
        id,
        { text: JSON.stringify(before), document: before },
        { text: afterText, document: after },
      );
    this.model.set(id, after);
  }

  remove(id: string): void {
    const before = this.model.get(id);
    if (before === undefined) return;
    this.store.remove(this.#table, id, JSON.stringify(before), before);
    this.model.delete(id);
  }

  commit(): void {
    this.store.keepAll();
    this.store.commit();
    this.committed = new Map(this.model);
  }

  rollback(): void {
    this.store.rollback();
    this.model = new Map(this.committed);
  }

  /** Everything that the store can be asked, twice, since the second time it may remember: as it and the map answer. */
  answers(): { readonly answered: readonly unknown[]; readonly expected: readonly unknown[] } {
    const answered: unknown[] = [];
    const expected: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      for (const id of ids) {
        answered.push(this.store.get(id));
        expected.push(textOf(this.model.get(id)));
      }
      for (const label of labels)
        for (const order of ["asc", "desc"] as const)
          for (const limit of [1, 2, 4, 5]) {
            answered.push(this.#scanned(label, order, limit));
            expected.push(this.#expected(label, order, limit));
          }
    }
    return { answered, expected };
  }

  #scanned(label: string, order: "asc" | "desc", limit: number): readonly string[] {
    const index = this.#table.indexes.get("by_label");
    if (index === undefined) throw new Error("The index was added above");
    const lower = new IndexKeyWriter().reset(index.number).write(label).take();
    return this.store.scan({ index, lower, upper: afterPrefix(lower) }, order, limit).map(({ text }) => text);
  }

  #expected(label: string, order: "asc" | "desc", limit: number): readonly string[] {
    const rows = ids.flatMap((id) => {
      const document = this.model.get(id);
      return document?.["label"] === label ? [document] : [];
    });
    return (order === "asc" ? rows : rows.toReversed()).slice(0, limit).map((document) => JSON.stringify(document));
  }

  close(): void {
    this.#file.close();
  }
}

function textOf(document: ConvexJsonObject | undefined): string | null {
  return document === undefined ? null : JSON.stringify(document);
}

const anyWrite = fc.oneof(
  fc.record({
    kind: fc.constant("put" as const),
    id: fc.constantFrom(...ids),
    label: fc.constantFrom(...labels),
    text: fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), fc.constant(tooLongToRemember)),
  }),
  fc.record({ kind: fc.constant("remove" as const), id: fc.constantFrom(...ids) }),
);
const anyStep = fc.oneof(
  { weight: 6, arbitrary: anyWrite },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("commit" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rollback" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("undone" as const), writes: fc.array(anyWrite, { maxLength: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("hidden" as const), writes: fc.array(anyWrite, { maxLength: 4 }) }),
  },
);

type Write = typeof anyWrite extends fc.Arbitrary<infer Each> ? Each : never;
type Step = typeof anyStep extends fc.Arbitrary<infer Each> ? Each : never;

function apply(bench: Bench, writes: readonly Write[]): void {
  for (const each of writes) {
    if (each.kind === "put") bench.put(each.id, each.label, each.text);
    else bench.remove(each.id);
  }
}

/** One step, with what the store answers after it and in the middle of it. */
function* answersOver(bench: Bench, step: Step): Generator<ReturnType<Bench["answers"]>> {
  if (step.kind === "commit") bench.commit();
  else if (step.kind === "rollback") bench.rollback();
  else if (step.kind === "put" || step.kind === "remove") apply(bench, [step]);
  else {
    const before = new Map(bench.model);
    const mark = bench.store.mark();
    apply(bench, step.writes);
    yield bench.answers();
    const after = bench.model;
    bench.model = before;
    if (step.kind === "undone") bench.store.undoTo(mark);
    else {
      const stash = bench.store.stashWrites(mark);
      yield bench.answers();
      bench.store.restoreWrites(stash);
      bench.model = after;
    }
  }
  yield bench.answers();
}

describe("the document store", () => {
  it("asks its file once for a document that is there, and once for one that is not, until it is written", () => {
    const file = openStoreFile(":memory:", { durable: false });
    let asked = 0;
    const counted: Connection = Object.create(file.connection, {
      prepare: {
        value: (sql: string) => {
          const statement = file.connection.prepare(sql);
          const counts = sql.startsWith("SELECT value FROM documents");
          return {
            run: (parameters: readonly SqlValue[]) => statement.run(parameters),
            all: (parameters: readonly SqlValue[]) => statement.all(parameters),
            get: (parameters: readonly SqlValue[]) => {
              if (counts) asked += 1;
              return statement.get(parameters);
            },
          };
        },
      },
    });
    const table = new Catalog(file.meta).ensureTable("notes");
    const store = new DocumentStore(counted);
    const document = (id: string) => ({ _id: id, _creationTime: 1 });
    store.insert(table, "there", JSON.stringify(document("there")), document("there"));
    const counts = (id: string) => {
      asked = 0;
      const answers = [store.get(id), store.get(id), store.get(id)];
      return [asked, new Set(answers).size];
    };
    expect([counts("there"), counts("nowhere")]).toEqual([
      [1, 1],
      [1, 1],
    ]);
    store.insert(table, "nowhere", JSON.stringify(document("nowhere")), document("nowhere"));
    expect(store.get("nowhere")).toBe(JSON.stringify(document("nowhere")));
    store.remove(table, "nowhere", JSON.stringify(document("nowhere")), document("nowhere"));
    expect(store.get("nowhere")).toBeNull();
    file.close();
  });

  it("answers like a map, whatever it remembers, over writes, undoing, hiding, commits and rollbacks", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
        const bench = new Bench();
        try {
          for (const step of steps)
            for (const { answered, expected } of answersOver(bench, step)) expect(answered).toEqual(expected);
        } finally {
          bench.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
