// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { FunctionReference } from "convex/server";
import type { Args, Returned, TenantArgs } from "../runtime/operationTypes";

/** Every public function behind an operation of the API, by its Convex name. */
export interface ConvexFunctions {
  "workspace/items:batchCreate": { type: "mutation"; args: TenantArgs<"batchCreateItems">; result: Returned<"batchCreateItems"> };
  "workspace/items:create": { type: "mutation"; args: TenantArgs<"createItem">; result: Returned<"createItem"> };
  "workspace/items:delete": { type: "mutation"; args: TenantArgs<"deleteItem">; result: Returned<"deleteItem"> };
  "workspace/items:get": { type: "query"; args: TenantArgs<"getItem">; result: Returned<"getItem"> };
  "workspace/items:list": { type: "query"; args: TenantArgs<"listItems">; result: Returned<"listItems"> };
  "workspace/items:restore": { type: "mutation"; args: TenantArgs<"restoreItem">; result: Returned<"restoreItem"> };
  "workspace/items:update": { type: "mutation"; args: TenantArgs<"updateItem">; result: Returned<"updateItem"> };
  "workspace/schedules:activate": { type: "mutation"; args: TenantArgs<"activateSchedule">; result: Returned<"activateSchedule"> };
  "workspace/schedules:batchCreate": { type: "mutation"; args: TenantArgs<"batchCreateSchedules">; result: Returned<"batchCreateSchedules"> };
  "workspace/schedules:cancel": { type: "mutation"; args: TenantArgs<"cancelSchedule">; result: Returned<"cancelSchedule"> };
  "workspace/schedules:complete": { type: "mutation"; args: TenantArgs<"completeSchedule">; result: Returned<"completeSchedule"> };
  "workspace/schedules:create": { type: "mutation"; args: TenantArgs<"createSchedule">; result: Returned<"createSchedule"> };
  "workspace/schedules:delete": { type: "mutation"; args: TenantArgs<"deleteSchedule">; result: Returned<"deleteSchedule"> };
  "workspace/schedules:get": { type: "query"; args: TenantArgs<"getSchedule">; result: Returned<"getSchedule"> };
  "workspace/schedules:list": { type: "query"; args: TenantArgs<"listSchedules">; result: Returned<"listSchedules"> };
  "workspace/schedules:restore": { type: "mutation"; args: TenantArgs<"restoreSchedule">; result: Returned<"restoreSchedule"> };
  "workspace/schedules:update": { type: "mutation"; args: TenantArgs<"updateSchedule">; result: Returned<"updateSchedule"> };
  "workspace/todos:create": { type: "mutation"; args: TenantArgs<"createTodo">; result: Returned<"createTodo"> };
  "workspace/todos:delete": { type: "mutation"; args: TenantArgs<"deleteTodo">; result: Returned<"deleteTodo"> };
  "workspace/todos:get": { type: "query"; args: TenantArgs<"getTodo">; result: Returned<"getTodo"> };
  "workspace/todos:list": { type: "query"; args: TenantArgs<"listTodos">; result: Returned<"listTodos"> };
  "workspace/todos:toggle": { type: "mutation"; args: TenantArgs<"toggleTodo">; result: Returned<"toggleTodo"> };
  "workspace/todos:update": { type: "mutation"; args: TenantArgs<"updateTodo">; result: Returned<"updateTodo"> };
}

/** The reference of one function. */
export type Reference<Name extends keyof ConvexFunctions> = FunctionReference<
  ConvexFunctions[Name]["type"],
  "public",
  ConvexFunctions[Name]["args"],
  ConvexFunctions[Name]["result"]
>;

/** The shape of the deployment's generated `api`. */
export interface Api {
  workspace: {
    items: {
      batchCreate: Reference<"workspace/items:batchCreate">;
      create: Reference<"workspace/items:create">;
      delete: Reference<"workspace/items:delete">;
      get: Reference<"workspace/items:get">;
      list: Reference<"workspace/items:list">;
      restore: Reference<"workspace/items:restore">;
      update: Reference<"workspace/items:update">;
    };
    schedules: {
      activate: Reference<"workspace/schedules:activate">;
      batchCreate: Reference<"workspace/schedules:batchCreate">;
      cancel: Reference<"workspace/schedules:cancel">;
      complete: Reference<"workspace/schedules:complete">;
      create: Reference<"workspace/schedules:create">;
      delete: Reference<"workspace/schedules:delete">;
      get: Reference<"workspace/schedules:get">;
      list: Reference<"workspace/schedules:list">;
      restore: Reference<"workspace/schedules:restore">;
      update: Reference<"workspace/schedules:update">;
    };
    todos: {
      create: Reference<"workspace/todos:create">;
      delete: Reference<"workspace/todos:delete">;
      get: Reference<"workspace/todos:get">;
      list: Reference<"workspace/todos:list">;
      toggle: Reference<"workspace/todos:toggle">;
      update: Reference<"workspace/todos:update">;
    };
  };
}
