export { Portico, type PorticoOptions, type RawRequest } from "./client";
export {
  AbortedError,
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  type FieldProblem,
  GoneError,
  isProblem,
  NotFoundError,
  PermissionError,
  PorticoError,
  PreconditionFailedError,
  type ProblemCode,
  RateLimitError,
  ServerError,
  TenantMismatchError,
  TimeoutError,
  UnprocessableError,
} from "./errors";
export type { Call, CallResult } from "./runtime/call";
export type { TokenProvider } from "./runtime/credential";
export type {
  ConvexArgs,
  ConvexCallOptions,
  ConvexDoor,
  ConvexFunction,
  ConvexFunctionName,
  ConvexResult,
} from "./runtime/convexDoor";
export type { Deprecation, Exchange, Hook, HttpRequest, Logger, RequestOptions } from "./runtime/engine";
export type { ListCall, Page } from "./runtime/listCall";
export type { ConvexFunctions } from "./generated/convexFunctions";
export type * from "./generated/models";
export type * from "./generated/resources";
