import type { OnDelete } from "./fields";
import type { Base, UniqueRule } from "./table";

export interface ReferenceFact {
  /** Field names from the row's root; `[]` stands for every element of an array. */
  readonly path: readonly string[];
  readonly table: string;
  readonly onDelete: OnDelete;
}

/** What the engine knows of a table at run time, without evaluating any domain's schemas. */
export interface TableFacts {
  readonly noun: string;
  readonly tenant: boolean;
  readonly base: Base;
  readonly audited: boolean;
  readonly secret: readonly string[];
  readonly unique: readonly UniqueRule[];
  readonly references: readonly ReferenceFact[];
  readonly indexes: Readonly<Record<string, readonly string[]>>;
}
