import { patchOf } from "../schema/zod";
import type { TenantTable } from "../records/documents";
import type { Changes, NewValues } from "../records/scope";
import type { TableNames } from "../../_generated/dataModel";

// What the operations of a resource know of their values and the compiler does not.

/** The input was parsed by the resource's create shape. */
export function asValues<Table extends TenantTable>(input: object): Partial<NewValues<Table>> {
  return input as Partial<NewValues<Table>>;
}

/** The input was parsed by the resource's update shape; the path parameter is no field. */
export function changesOf<Table extends TableNames>(input: object, idParameter: string): Changes<Table> {
  const { [idParameter]: _, ...fields }: Record<string, unknown> = { ...input };
  return patchOf(fields) as Changes<Table>;
}
