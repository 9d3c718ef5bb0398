// What both entries export beside their client.
export {
  AbortedError,
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  CredentialError,
  type FieldProblem,
  GoneError,
  isProblem,
  type MethodName,
  NotFoundError,
  PermissionError,
  PorticoError,
  PreconditionFailedError,
  type ProblemCode,
  type ProblemOf,
  RateLimitError,
  ServerError,
  TenantMismatchError,
  TimeoutError,
  UnprocessableError,
} from "./errors";
export { type Deprecation, deprecations } from "./extras/deprecations";
export { type BatchOptions, type BatchOutcome, type BatchResult, inBatches } from "./extras/inBatches";
export { pacing, type PacingOptions } from "./extras/pacing";
export { type ConflictOptions, retryOnConflict } from "./extras/retryOnConflict";
export { type OpenTelemetry, openTelemetry, type TelemetrySpan } from "./extras/telemetry";
export type { Credential, RawRequest, Settings } from "./restClient";
export type { Call, CallResult } from "./runtime/call";
export type { TokenProvider } from "./runtime/credential";
export type {
  Bytes,
  ChangeOptions,
  Exchange,
  FetchOptions,
  Hook,
  HttpRequest,
  Logger,
  ReadOptions,
  RequestOptions,
} from "./runtime/engine";
export type { ListCall, Page } from "./runtime/listCall";
export type * from "./generated/models";
export type { OperationProblems } from "./generated/problems";
export type * from "./generated/resources";
export { type ApiKeyScope, scopePresets } from "./generated/scopes";
