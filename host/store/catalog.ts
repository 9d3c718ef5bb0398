import { isJsonObject, parseJson } from "../json";
import { valueAtPath } from "../values/convexJson";
import type { ConvexJsonObject } from "../values/convexJson";
import { tableNumberOf } from "../values/documentId";
import type { IndexKeyWriter } from "../values/indexKey";
import type { Buffer } from "node:buffer";
import type { MetaTable } from "./storeFile";

const firstUserTableNumber = 10_001;

/** The jobs of `ctx.scheduler`, readable through `ctx.db.system`. */
export const scheduledFunctionsTableName = "_scheduled_functions";
/** The host's own record of each cron: its specification and its next run. */
export const cronsTableName = "_cron_jobs";
/** Outcomes of mutations that a client may send again after it lost its connection. */
export const sessionRequestsTableName = "_session_requests";
/** Stored files, readable through `ctx.db.system`. */
export const storageTableName = "_storage";
const systemTables: readonly SystemTable[] = [
  { name: storageTableName, number: 512, indexes: [] },
  {
    name: scheduledFunctionsTableName,
    number: 513,
    indexes: [
      { name: "_by_state_and_time", fields: ["state.kind", "scheduledTime"] },
      { name: "_by_completed_time", fields: ["completedTime"] },
    ],
  },
  { name: cronsTableName, number: 514, indexes: [{ name: "_by_next_run", fields: ["nextRunMs"] }] },
  { name: sessionRequestsTableName, number: 520, indexes: [{ name: "_by_key", fields: ["key"] }] },
];

/** System tables that functions cannot read, not even through `ctx.db.system`. */
export function isHiddenTable(name: string): boolean {
  return name === cronsTableName || name === sessionRequestsTableName;
}

interface SystemTable {
  readonly name: string;
  readonly number: number;
  readonly indexes: readonly IndexDefinition[];
}

/** An index as the schema declares it; the catalog adds `_creationTime` where it does not end with it. */
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
    /** The table's qualified name. */
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
  /** As its component calls it. */
  readonly name: string;
  /** The component that owns it; empty for the app. */
  readonly componentPath: string;
  /** Unique in the file: the name with the component's path and a slash before it. */
  readonly qualifiedName: string;
  readonly number: number;
  readonly byCreationTime: StoredIndex;
  readonly indexes: Map<string, StoredIndex>;
}

/** What the catalogs of all components share: numbers are unique in the file, so an id leads to one table. */
interface StoreTables {
  readonly byQualifiedName: Map<string, StoredTable>;
  readonly byNumber: Map<number, StoredTable>;
  nextIndexNumber: number;
  /** Counts changes of tables and indexes. */
  changes: number;
}

/**
 * Table and index numbers of the store, mirrored in memory and persisted in the meta table. Each component sees its own
 * tables only; the one that is constructed is the app's.
 */
export class Catalog {
  readonly #meta: MetaTable;
  readonly #store: StoreTables;
  readonly #prefix: string;

  constructor(
    meta: MetaTable,
    readonly componentPath = "",
    store?: StoreTables,
  ) {
    this.#meta = meta;
    this.#store = store ?? { byQualifiedName: new Map(), byNumber: new Map(), nextIndexNumber: 1, changes: 0 };
    this.#prefix = componentPath === "" ? "" : `${componentPath}/`;
    if (store === undefined) this.reload();
  }

  /** The catalog of a component. The caller creates its system tables: see {@link missingSystemIndexes}. */
  ofComponent(componentPath: string): Catalog {
    return new Catalog(this.#meta, componentPath, this.#store);
  }

  /** Reads the catalogs of all components from the store again, after a rolled back change. */
  reload(): void {
    const meta = this.#meta;
    const { byQualifiedName, byNumber } = this.#store;
    byQualifiedName.clear();
    byNumber.clear();
    this.#store.changes++;
    const indexesOf = new Map<string, StoredIndex[]>();
    for (const [number, text] of meta.entries("index")) {
      const index = readIndex(Number(number), text);
      this.#store.nextIndexNumber = Math.max(this.#store.nextIndexNumber, index.number + 1);
      const siblings = indexesOf.get(index.tableName);
      if (siblings === undefined) indexesOf.set(index.tableName, [index]);
      else siblings.push(index);
    }
    for (const [qualifiedName, number] of meta.entries("table")) {
      const own = indexesOf.get(qualifiedName) ?? [];
      const byCreationTime = own.find((index) => index.definition.name === "by_creation_time");
      if (byCreationTime === undefined) throw new Error(`Table ${qualifiedName} has no by_creation_time index`);
      const nameAt = qualifiedName.lastIndexOf("/") + 1;
      this.#remember({
        name: qualifiedName.slice(nameAt),
        componentPath: qualifiedName.slice(0, Math.max(0, nameAt - 1)),
        qualifiedName,
        number: Number(number),
        byCreationTime,
        indexes: new Map(own.map((index) => [index.definition.name, index])),
      });
    }
    for (const system of systemTables) {
      if (byQualifiedName.has(system.name)) continue;
      const table = this.#create(system.name, system.number);
      for (const definition of system.indexes) this.addIndex(table, definition);
    }
  }

  /** Another number after every change of tables or indexes, for what is derived from them. */
  get version(): number {
    return this.#store.changes;
  }

  /** The number of tables in the store, those of components included. */
  get size(): number {
    return this.#store.byNumber.size;
  }

  /** The table of this component with this name; undefined while there is none. */
  table(name: string): StoredTable | undefined {
    return this.#store.byQualifiedName.get(this.#prefix + name);
  }

  /** The table that an id's number names; undefined when no table or another component's has it. */
  tableByNumber(number: number): StoredTable | undefined {
    const table = this.#store.byNumber.get(number);
    return table?.componentPath === this.componentPath ? table : undefined;
  }

  /** This component's tables. */
  *tables(): Generator<StoredTable> {
    for (const table of this.#store.byNumber.values()) if (table.componentPath === this.componentPath) yield table;
  }

  /** The tables of the app and of every component. */
  allTables(): Iterable<StoredTable> {
    return this.#store.byNumber.values();
  }

  /** The table that an id belongs to, or undefined when the text is no id of this component. */
  tableOfId(id: string): StoredTable | undefined {
    const number = tableNumberOf(id);
    return number === null ? undefined : this.tableByNumber(number);
  }

  /** The table that an id belongs to, whichever component owns it. */
  anyTableOfId(id: string): StoredTable | undefined {
    const number = tableNumberOf(id);
    return number === null ? undefined : this.#store.byNumber.get(number);
  }

  /** The table of that name, created with the smallest free number when it does not exist yet. */
  ensureTable(name: string): StoredTable {
    const existing = this.table(name);
    if (existing !== undefined) return existing;
    let number = firstUserTableNumber;
    while (this.#store.byNumber.has(number)) number++;
    return this.#create(name, number);
  }

  /**
   * Indexes of system tables that a new component, or a store of an earlier version, lacks; the caller backfills them.
   * Creates the tables inside the caller's store transaction.
   */
  missingSystemIndexes(): readonly (readonly [StoredTable, IndexDefinition])[] {
    return systemTables.flatMap((system) => {
      const table = this.ensureTable(system.name);
      return system.indexes
        .filter(({ name }) => !table.indexes.has(name))
        .map((definition) => [table, definition] as const);
    });
  }

  /** Registers an index without entries; the caller backfills it. */
  addIndex(table: StoredTable, definition: IndexDefinition): StoredIndex {
    const index = new StoredIndex(this.#store.nextIndexNumber++, table.qualifiedName, definition);
    this.#writeIndex(index);
    table.indexes.set(definition.name, index);
    this.#store.changes++;
    return index;
  }

  /** Forgets an index; the caller deletes its entries. */
  removeIndex(table: StoredTable, index: StoredIndex): void {
    this.#meta.delete(`index:${index.number}`);
    table.indexes.delete(index.definition.name);
    this.#store.changes++;
  }

  #create(name: string, number: number): StoredTable {
    const qualifiedName = this.#prefix + name;
    this.#meta.set(`table:${qualifiedName}`, String(number));
    const definition = { name: "by_creation_time", fields: [] };
    const byCreationTime = new StoredIndex(this.#store.nextIndexNumber++, qualifiedName, definition);
    this.#writeIndex(byCreationTime);
    const { componentPath } = this;
    const indexes = new Map([[definition.name, byCreationTime]]);
    const table = { name, componentPath, qualifiedName, number, byCreationTime, indexes };
    this.#remember(table);
    return table;
  }

  #writeIndex({ number, tableName, definition: { name, fields } }: StoredIndex): void {
    this.#meta.set(`index:${number}`, JSON.stringify({ table: tableName, name, fields }));
  }

  #remember(table: StoredTable): void {
    this.#store.byQualifiedName.set(table.qualifiedName, table);
    this.#store.byNumber.set(table.number, table);
    this.#store.changes++;
  }
}

function readIndex(number: number, text: string): StoredIndex {
  const value = parseJson(text);
  if (!isJsonObject(value) || typeof value["table"] !== "string" || typeof value["name"] !== "string")
    throw new Error(`Index ${number} is not readable`);
  const fields = Array.isArray(value["fields"]) ? value["fields"].map(String) : [];
  return new StoredIndex(number, value["table"], { name: value["name"], fields });
}
