import * as z from "zod";
import { faultsOf } from "./validation";
import type { ProblemFault } from "../wire/errors";

/** An item of a batch that goes on without it: what it holds, or what is wrong with it, by pointers from the item on. */
export type Tried<Value> =
  | { readonly value: Value; readonly faults?: undefined }
  | { readonly value?: undefined; readonly faults: readonly ProblemFault[] };

const documented = new WeakMap<z.ZodType, z.ZodType>();

/** What a tried item has to satisfy, for the document; undefined for any other schema. */
export function itemTriedBy(type: z.ZodType): z.ZodType | undefined {
  return documented.get(type);
}

/** True of an array of tried items. */
export function holdsTriedItems(type: z.ZodType): boolean {
  return type instanceof z.ZodArray && type.element instanceof z.ZodType && documented.has(type.element);
}

/** Items of a batch of which each is valid for itself: one that is not is told of in its place, and the others are taken. */
export function triedItem<Value, Given>(item: z.ZodType<Value, Given>): z.ZodType<Tried<Value>, Given> {
  const type = z.any().transform((given): Tried<Value> => {
    const result = item.safeParse(given, { reportInput: true });
    return result.success ? { value: result.data } : { faults: result.error.issues.flatMap(faultsOf) };
  });
  documented.set(type, item);
  return type;
}
