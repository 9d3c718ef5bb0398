import type { Caller } from "../access/caller";
import type { Assignment } from "../records/assignedRows";
import type { TenantReader, UnscopedReader } from "../records/reader";
import type { Tenant } from "../access/tenant";
import type { TableNames } from "../../_generated/dataModel";
import type * as z from "zod";

/** What a row is looked up with. */
export interface Lookup {
  readonly db: TenantReader;
  readonly unscoped: UnscopedReader;
  readonly tenant: Tenant;
  readonly caller: Caller;
}

/** Who a row is shown to, and what its view is computed from. */
export interface Showing {
  readonly tenant: Tenant;
  readonly now: number;
  readonly unscoped: Pick<UnscopedReader, "ownerStanding">;
}

/** What the pipeline must know of a resource to load and show one row of it. */
export interface ResourceShape {
  readonly table: TableNames | undefined;
  readonly noun: string;
  /** Path parameter that carries the row's id. */
  readonly idParameter: string;
  readonly document: z.ZodType;
  /** The state field and the transitions that it may make. */
  readonly states?:
    | { readonly field: string; readonly transitions: Readonly<Record<string, readonly string[]>> }
    | undefined;
  /** Known fields that a request may not set. */
  readonly readOnly: ReadonlySet<string>;
  /** Another way to find the row than by id within the tenant. */
  readonly find?:
    | ((lookup: Lookup, id: string, input: Readonly<Record<string, unknown>>) => Promise<{ _id: string } | null>)
    | undefined;
  /** How rows of the deployment itself are found, by platform administrators too, where that is not by id alone. */
  readonly named?: ((unscoped: UnscopedReader, name: string) => Promise<{ _id: string } | null>) | undefined;
  /** The ways in which its rows are assigned to teams and clients; a permission on assigned rows reaches none without. */
  readonly assigned?: readonly Assignment[] | undefined;
  /** The row as answers show it, where that is not just its fields; entity tags are computed from it. */
  show?(showing: Showing, row: { _id: string }): Promise<object>;
}
