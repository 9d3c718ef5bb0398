import { patchOf } from "../schema/zod";
import type { Permission } from "../access/permissions";
import type { TenantTable } from "../records/documents";
import type { Changes, NewValues } from "../records/scope";
import type { Doc } from "../../_generated/dataModel";

// What the operations of a resource know of their values and the compiler does not.

/** Every permission of an exported operation stands in the catalogue; the registry test holds that. */
export function permissionOf(noun: string, action: string): Permission {
  return `${noun}:${action}` as Permission;
}

/** The pipeline loaded the row of the resource that the operation is declared `on`. */
export function rowOf<Table extends TenantTable>(ctx: { readonly row: unknown }): Doc<Table> {
  return ctx.row as Doc<Table>;
}

/** The input was parsed by the resource's create shape. */
export function asValues<Table extends TenantTable>(input: object): Partial<NewValues<Table>> {
  return input as Partial<NewValues<Table>>;
}

/** The input was parsed by the resource's update shape; the path parameter is no field. */
export function changesOf<Table extends TenantTable>(input: object, idParameter: string): Changes<Table> {
  const { [idParameter]: _, ...fields }: Record<string, unknown> = { ...input };
  return patchOf(fields) as Changes<Table>;
}
