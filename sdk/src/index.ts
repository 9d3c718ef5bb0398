export { Portico, type PorticoOptions } from "./client";
export * from "./common";
export type {
  ConvexArgs,
  ConvexCallOptions,
  ConvexDoor,
  ConvexFunction,
  ConvexFunctionName,
  ConvexListName,
  ConvexResult,
  ConvexRow,
  PaginateOptions,
} from "./runtime/convexDoor";
export type { SubscribeOptions } from "./runtime/liveQueries";
export type { ConvexFunctions } from "./generated/convexFunctions";
