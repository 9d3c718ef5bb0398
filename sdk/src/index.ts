export { Portico, type PorticoOptions } from "./client";
export * from "./common";
export type {
  ConvexArgs,
  ConvexCallOptions,
  ConvexDoor,
  ConvexFunction,
  ConvexFunctionName,
  ConvexResult,
} from "./runtime/convexDoor";
export type { ConvexFunctions } from "./generated/convexFunctions";
