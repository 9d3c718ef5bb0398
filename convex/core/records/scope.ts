import type { RequestOrigin } from "./audit";
import type { Caller } from "../access/caller";
import type { Tenant } from "../access/tenant";
import type { tableMetadata } from "../schema/tableMetadata";
import type { Doc, TableNames } from "../../_generated/dataModel";
import type { WithoutSystemFields } from "convex/server";

type EngineOwned = "organizationId" | "createdAt" | "createdBy" | "updatedAt" | "deletedAt";
/** What a row of the table holds beside its system fields. */
export type Values<Table extends TableNames> = WithoutSystemFields<Doc<Table>>;
/** What the engine fills of a table's rows: of one without base fields, only the tenant. */
type Filled<Table extends TableNames> = (typeof tableMetadata)[Table]["base"] extends ""
  ? "organizationId"
  : EngineOwned;
/** What a caller of `insert` provides; the engine fills the tenant, the author and the times. */
export type NewValues<Table extends TableNames> = Omit<Values<Table>, Filled<Table> & keyof Values<Table>> &
  Partial<Pick<Values<Table>, "createdBy" & keyof Values<Table>>>;
/** Changed fields; undefined clears an optional one. */
export type Changes<Table extends TableNames> = Partial<{ [F in keyof Values<Table>]: Values<Table>[F] | undefined }>;

/** Everything the engine's writes need to know of the call they belong to. */
export interface Scope {
  readonly caller: Caller;
  readonly tenant: Tenant | undefined;
  readonly origin: RequestOrigin;
  readonly now: number;
  /** What the running operation works on. */
  readonly noun: string;
  /** Its audit action for rows of `noun`, `<noun>.<verb>`; rows of other tables are audited as `<noun>.<create|update|…>`. */
  readonly action: string;
  /** False when another record tells of the operation: its writes leave no audit rows. */
  readonly isAudited: boolean;
}
