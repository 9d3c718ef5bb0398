import { untypedReader } from "../records/untypedDatabase";
import { isTable, namingFieldOf } from "../schema/rowNames";
import { tableMetadata } from "../schema/tableMetadata";
import { replacedAt, rowNamePaths, valuesAt } from "../schema/zod";
import { invalidField } from "../wire/errors";
import type { Input } from "./call";
import type { Operation } from "./declaration";
import type { Fields } from "../schema/table";
import type { ReferencePath } from "../schema/zod";
import type { QueryCtx } from "../../_generated/server";

/**
 * Rows that a request names otherwise than by their ids are named by id from here on. What names no row stays for the next
 * phase to refuse, but for a filter, by which nothing would be listed as if there were nothing.
 * @throws {ProblemError} 400 `unknown` for a query parameter that names no row
 */
export async function withRowIds(
  ctx: QueryCtx,
  { body, query }: Operation["declaration"],
  sent: Input,
): Promise<Input> {
  let input: unknown = sent;
  const db = untypedReader(ctx);
  for (const fields of [body, query]) {
    for (const { path, table } of fields ? namesIn(fields) : []) {
      const naming = namingFieldOf(table);
      if (!naming || !isTable(table)) continue;
      const ids = new Map<unknown, string>();
      for (const [name, pointer] of valuesAt(input, path)) {
        if (typeof name !== "string" || ids.has(name)) continue;
        const [row] = await db
          .query(table)
          .withIndex(naming.index, (q) => q.eq(naming.field, name))
          .take(1);
        const id = ctx.db.normalizeId(table, name);
        if (row) ids.set(name, row._id);
        else if (fields === query && !(id && (await ctx.db.get(table, id))))
          throw invalidField(pointer, "unknown", `No ${tableMetadata[table].noun} has this id or ${naming.field}.`);
      }
      if (ids.size > 0) input = replacedAt(input, path, (name) => ids.get(name) ?? name);
    }
  }
  return asInput(input);
}

const namesOfFields = new WeakMap<object, readonly ReferencePath[]>();

/** Where a body or a query names rows; walked once, since every request asks and few schemas name any. */
function namesIn(fields: Fields): readonly ReferencePath[] {
  let names = namesOfFields.get(fields);
  if (!names) {
    names = rowNamePaths(fields);
    namesOfFields.set(fields, names);
  }
  return names;
}

/** A parsed input some of whose texts were replaced, which leaves it an object. */
function asInput(input: unknown): Input {
  return input as Input;
}
