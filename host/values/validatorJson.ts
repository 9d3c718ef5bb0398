import type { ConvexJson } from "./convexJson";

/** The JSON that `exportArgs`, `exportReturns` and `schema.export()` write for a validator. */
export type ValidatorJson =
  | { readonly type: "null" | "number" | "bigint" | "commitTs" | "boolean" | "string" | "bytes" | "any" }
  | { readonly type: "literal"; readonly value: ConvexJson }
  | { readonly type: "id"; readonly tableName: string }
  | { readonly type: "array"; readonly value: ValidatorJson }
  | { readonly type: "record"; readonly keys: ValidatorJson; readonly values: { readonly fieldType: ValidatorJson } }
  | { readonly type: "object"; readonly value: { readonly [field: string]: ObjectFieldJson } }
  | { readonly type: "union"; readonly value: readonly ValidatorJson[] };

/** A function's validators as it declares them; `any` where it declares none for its arguments. */
export interface FunctionValidators {
  readonly args: ValidatorJson;
  readonly returns: ValidatorJson | null;
}

/** A field of an object validator. */
export interface ObjectFieldJson {
  readonly fieldType: ValidatorJson;
  readonly optional: boolean;
}
