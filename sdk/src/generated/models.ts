// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { components } from "./schema";

export type AuthorizationServer = components["schemas"]["AuthorizationServer"];
export type BatchCreateItemsBody = components["schemas"]["BatchCreateItemsBody"];
export type BatchCreateItemsResult = components["schemas"]["BatchCreateItemsResult"];
export type BatchCreateSchedulesBody = components["schemas"]["BatchCreateSchedulesBody"];
export type BatchCreateSchedulesResult = components["schemas"]["BatchCreateSchedulesResult"];
export type CancelScheduleBody = components["schemas"]["CancelScheduleBody"];
export type CreateItemBody = components["schemas"]["CreateItemBody"];
export type CreateScheduleBody = components["schemas"]["CreateScheduleBody"];
export type CreateTodoBody = components["schemas"]["CreateTodoBody"];
export type Health = components["schemas"]["Health"];
export type Item = components["schemas"]["Item"];
export type ItemPage = components["schemas"]["ItemPage"];
export type JsonWebKeySet = components["schemas"]["JsonWebKeySet"];
export type OAuthError = components["schemas"]["OAuthError"];
export type PageInfo = components["schemas"]["PageInfo"];
export type Problem = components["schemas"]["Problem"];
export type ProblemEntry = components["schemas"]["ProblemEntry"];
export type ProblemFault = components["schemas"]["ProblemFault"];
export type ProblemIndex = components["schemas"]["ProblemIndex"];
export type ProtectedResource = components["schemas"]["ProtectedResource"];
export type Schedule = components["schemas"]["Schedule"];
export type SchedulePage = components["schemas"]["SchedulePage"];
export type Todo = components["schemas"]["Todo"];
export type TodoPage = components["schemas"]["TodoPage"];
export type Token = components["schemas"]["Token"];
export type TokenRequest = components["schemas"]["TokenRequest"];
export type UpdateItemBody = components["schemas"]["UpdateItemBody"];
export type UpdateScheduleBody = components["schemas"]["UpdateScheduleBody"];
export type UpdateTodoBody = components["schemas"]["UpdateTodoBody"];
