/** Where a sync goes on, as the cursor of its job has it. */
export interface SyncPosition {
  /** Which of the tables that it reads, from 0 up. */
  readonly table: number;
  /** Where in that, as its adapter says; absent at the beginning. */
  readonly from?: string | undefined;
  /** Why tables that were read are not all done. */
  readonly problems: readonly string[];
  /** Whether the provider has said that the key is of the account that is synced. */
  readonly isProven?: boolean | undefined;
  /** The place at which it waited for its provider, if it has not got further since. */
  readonly waitedAt?: string | undefined;
}

/** The position of a cursor, or the beginning. */
export function positionIn(cursor: string | undefined): SyncPosition {
  const left: unknown = cursor === undefined ? undefined : JSON.parse(cursor);
  return isPosition(left) ? left : { table: 0, problems: [] };
}

function isPosition(value: unknown): value is SyncPosition {
  return typeof value === "object" && value !== null && "table" in value && "problems" in value;
}
