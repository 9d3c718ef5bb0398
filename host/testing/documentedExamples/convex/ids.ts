import type { GenericId } from "convex/values";

// What the official code generation writes into _generated/dataModel.
export type Id<TableName extends string> = GenericId<TableName>;
