import { isJsonObject, parseJson, valueAtPath } from "../values/convexJson";
import type { ConvexJsonObject } from "../values/convexJson";
import { tableNumberOf } from "../values/documentId";
import type { IndexKeyWriter } from "../values/indexKey";
import type { Buffer } from "node:buffer";
import type { MetaTable } from "./storeFile";

const FIRST_USER_TABLE_NUMBER = 10_001;

/** The jobs of `ctx.scheduler`, readable through `ctx.db.system`. */
export const SCHEDULED_FUNCTIONS_TABLE = "_scheduled_functions";
/** The host's own record of each cron: its specification and its next run. */
export const CRONS_TABLE = "_cron_jobs";
/** Stored files, readable through `ctx.db.system`; its number is fixed, since ids are made before documents. */
export const STORAGE_TABLE = "_storage";
export const STORAGE_TABLE_NUMBER = 512;
const SYSTEM_TABLES: readonly SystemTable[] = [
  { name: STORAGE_TABLE, number: STORAGE_TABLE_NUMBER, indexes: [] },
  {
    name: SCHEDULED_FUNCTIONS_TABLE,
    number: 513,
    indexes: [{ name: "_by_state_and_time", fields: ["state.kind", "scheduledTime"] }],
  },
  { name: CRONS_TABLE, number: 514, indexes: [{ name: "_by_next_run", fields: ["nextRunMs"] }] },
];

/** System tables that functions cannot read, not even through `ctx.db.system`. */
export function isHiddenTable(name: string): boolean {
  return name === CRONS_TABLE;
}

interface SystemTable {
  readonly name: string;
  readonly number: number;
  readonly indexes: readonly IndexDefinition[];
}

export interface IndexDefinition {
  readonly name: string;
  readonly fields: readonly string[];
}

/** One index with entries in the store. `by_id` has none: the documents table is in id order already. */
export class StoredIndex {
  /** Field paths, ending with the `_creationTime` tie breaker; the id follows implicitly. */
  readonly paths: readonly (readonly string[])[];

  constructor(
    readonly number: number,
    readonly tableName: string,
    readonly definition: IndexDefinition,
  ) {
    const fields = definition.fields.includes("_creationTime")
      ? definition.fields
      : [...definition.fields, "_creationTime"];
    this.paths = fields.map((field) => field.split("."));
  }

  /** The entry's key: index number, each field in order, then the document id. */
  keyOf(writer: IndexKeyWriter, document: ConvexJsonObject, id: string): Buffer {
    writer.reset(this.number);
    for (const path of this.paths) writer.write(valueAtPath(document, path));
    return writer.writeString(id).take();
  }
}

/** A table: its number in ids and its indexes. */
export interface StoredTable {
  readonly name: string;
  readonly number: number;
  readonly byCreationTime: StoredIndex;
  readonly indexes: Map<string, StoredIndex>;
}

/** Table and index numbers of the store, mirrored in memory and persisted in the meta table. */
export class Catalog {
  readonly #meta: MetaTable;
  readonly #byName = new Map<string, StoredTable>();
  readonly #byNumber = new Map<number, StoredTable>();
  #nextIndexNumber = 1;

  constructor(meta: MetaTable) {
    this.#meta = meta;
    this.reload();
  }

  /** Reads the catalog from the store again, after a rolled back change. */
  reload(): void {
    const meta = this.#meta;
    this.#byName.clear();
    this.#byNumber.clear();
    const indexes = meta.entries("index").map(([number, text]) => readIndex(Number(number), text));
    for (const index of indexes) this.#nextIndexNumber = Math.max(this.#nextIndexNumber, index.number + 1);
    for (const [name, number] of meta.entries("table")) {
      const own = indexes.filter((index) => index.tableName === name);
      const byCreationTime = own.find((index) => index.definition.name === "by_creation_time");
      if (byCreationTime === undefined) throw new Error(`Table ${name} has no by_creation_time index`);
      this.#remember({
        name,
        number: Number(number),
        byCreationTime,
        indexes: new Map(own.map((index) => [index.definition.name, index])),
      });
    }
    for (const system of SYSTEM_TABLES) {
      if (this.#byName.has(system.name)) continue;
      const table = this.#create(system.name, system.number);
      for (const definition of system.indexes) this.addIndex(table, definition);
    }
  }

  get size(): number {
    return this.#byName.size;
  }

  table(name: string): StoredTable | undefined {
    return this.#byName.get(name);
  }

  tableByNumber(number: number): StoredTable | undefined {
    return this.#byNumber.get(number);
  }

  tables(): Iterable<StoredTable> {
    return this.#byName.values();
  }

  /** The table that an id belongs to, or undefined when the text is no id of this deployment. */
  tableOfId(id: string): StoredTable | undefined {
    const number = tableNumberOf(id);
    return number === null ? undefined : this.#byNumber.get(number);
  }

  /** The table of that name, created with the smallest free number when it does not exist yet. */
  ensureTable(name: string): StoredTable {
    const existing = this.#byName.get(name);
    if (existing !== undefined) return existing;
    let number = FIRST_USER_TABLE_NUMBER;
    while (this.#byNumber.has(number)) number++;
    return this.#create(name, number);
  }

  /** Registers an index without entries; the caller backfills it. */
  addIndex(table: StoredTable, definition: IndexDefinition): StoredIndex {
    const index = new StoredIndex(this.#nextIndexNumber++, table.name, definition);
    this.#meta.set(
      `index:${index.number}`,
      JSON.stringify({ table: table.name, name: definition.name, fields: definition.fields }),
    );
    table.indexes.set(definition.name, index);
    return index;
  }

  /** Forgets an index; the caller deletes its entries. */
  removeIndex(table: StoredTable, index: StoredIndex): void {
    this.#meta.delete(`index:${index.number}`);
    table.indexes.delete(index.definition.name);
  }

  #create(name: string, number: number): StoredTable {
    this.#meta.set(`table:${name}`, String(number));
    const byCreationTime = new StoredIndex(this.#nextIndexNumber++, name, { name: "by_creation_time", fields: [] });
    this.#meta.set(
      `index:${byCreationTime.number}`,
      JSON.stringify({ table: name, name: "by_creation_time", fields: [] }),
    );
    const table = { name, number, byCreationTime, indexes: new Map([["by_creation_time", byCreationTime]]) };
    this.#remember(table);
    return table;
  }

  #remember(table: StoredTable): void {
    this.#byName.set(table.name, table);
    this.#byNumber.set(table.number, table);
  }
}

function readIndex(number: number, text: string): StoredIndex {
  const value = parseJson(text);
  if (!isJsonObject(value) || typeof value["table"] !== "string" || typeof value["name"] !== "string")
    throw new Error(`Index ${number} is not readable`);
  const fields = Array.isArray(value["fields"]) ? value["fields"].map(String) : [];
  return new StoredIndex(number, value["table"], { name: value["name"], fields });
}
