import { v } from "convex/values";
import type { Infer } from "convex/values";

/** A secret as it is stored: `[format][key version][12 bytes IV][ciphertext ‖ tag]`, and the id that it is bound to. */
export const sealedValidator = v.object({ ciphertext: v.bytes(), bindingId: v.string() });

/** A secret as it is stored; only an action that knows its table and organization reads it. */
export type Sealed = Infer<typeof sealedValidator>;

/** A sealed field of a row, whose bytes the types of tables cannot name: zod knows none. */
export function asSealed(field: { readonly ciphertext: object; readonly bindingId: string }): Sealed {
  return field as Sealed;
}
