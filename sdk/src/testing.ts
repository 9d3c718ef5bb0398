// For tests of programs that use the SDK, and of deployments.
export { type ScriptedAnswer, ScriptedApi, type ScriptedRefusal, type ScriptedRequest } from "./testing/scriptedApi";
export type { AnswerOf, OperationName, RowOf } from "./testing/operationNames";
export { checkTenants, type TenantFault, type TenantReport } from "./testing/checkTenants";
