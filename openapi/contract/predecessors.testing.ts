/** What a backend that this one follows declares of a table, beside what is here. */
export interface Predecessor {
  /** What the fields of the table are called here, or why there is none. */
  readonly fields: Readonly<Record<string, string | { readonly gone: string }>>;
  /** For each named index, by its fields, the fields of the index here that answers what it answers, and why they differ. */
  readonly indexes: Readonly<
    Record<string, { readonly of: readonly string[]; readonly here: readonly string[]; readonly why?: string }>
  >;
  /** Fields that no two rows share, and how that is held here. */
  readonly unique?: readonly (readonly string[])[];
  /** Fields that no two rows share since one operation alone makes rows, which finds the one that is there by an index over these. */
  readonly upserted?: readonly string[];
}

// Why indexes differ.
export const tenantFirst = "every index of an organization's rows begins with it, so that no read can leave it";
export const byTime = "lists go by time, which the index holds behind its field";
export const tenantIs = "a tenant is an organization here: `organizationId`";
export const trash = "rows in the trash stand apart in the index, so that no list filters them out afterwards";
