// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { FunctionReference } from "convex/server";
import type { Args, Returned, TenantArgs } from "../runtime/operationTypes";

/** Every public function behind an operation of the API, by its Convex name. */
export interface ConvexFunctions {
  "sites/agents:delete": { type: "mutation"; args: TenantArgs<"deleteAgent">; result: Returned<"deleteAgent"> };
  "sites/agents:get": { type: "query"; args: TenantArgs<"getAgent">; result: Returned<"getAgent"> };
  "sites/agents:list": { type: "query"; args: TenantArgs<"listAgents">; result: Returned<"listAgents"> };
  "sites/agents:move": { type: "mutation"; args: TenantArgs<"moveAgent">; result: Returned<"moveAgent"> };
  "sites/agents:restore": { type: "mutation"; args: TenantArgs<"restoreAgent">; result: Returned<"restoreAgent"> };
  "sites/agents:update": { type: "mutation"; args: TenantArgs<"updateAgent">; result: Returned<"updateAgent"> };
  "tenancy/me:get": { type: "query"; args: Args<"getMe">; result: Returned<"getMe"> };
  "tenancy/organizations:batchCreate": { type: "mutation"; args: Args<"batchCreateOrganizations">; result: Returned<"batchCreateOrganizations"> };
  "tenancy/organizations:create": { type: "mutation"; args: Args<"createOrganization">; result: Returned<"createOrganization"> };
  "tenancy/organizations:delete": { type: "mutation"; args: Args<"deleteOrganization">; result: Returned<"deleteOrganization"> };
  "tenancy/organizations:get": { type: "query"; args: Args<"getOrganization">; result: Returned<"getOrganization"> };
  "tenancy/organizations:list": { type: "query"; args: Args<"listOrganizations">; result: Returned<"listOrganizations"> };
  "tenancy/organizations:restore": { type: "mutation"; args: Args<"restoreOrganization">; result: Returned<"restoreOrganization"> };
  "tenancy/organizations:update": { type: "mutation"; args: Args<"updateOrganization">; result: Returned<"updateOrganization"> };
  "workspace/schedules:activate": { type: "mutation"; args: TenantArgs<"activateSchedule">; result: Returned<"activateSchedule"> };
  "workspace/schedules:batchCreate": { type: "mutation"; args: TenantArgs<"batchCreateSchedules">; result: Returned<"batchCreateSchedules"> };
  "workspace/schedules:cancel": { type: "mutation"; args: TenantArgs<"cancelSchedule">; result: Returned<"cancelSchedule"> };
  "workspace/schedules:create": { type: "mutation"; args: TenantArgs<"createSchedule">; result: Returned<"createSchedule"> };
  "workspace/schedules:delete": { type: "mutation"; args: TenantArgs<"deleteSchedule">; result: Returned<"deleteSchedule"> };
  "workspace/schedules:get": { type: "query"; args: TenantArgs<"getSchedule">; result: Returned<"getSchedule"> };
  "workspace/schedules:list": { type: "query"; args: TenantArgs<"listSchedules">; result: Returned<"listSchedules"> };
  "workspace/schedules:restore": { type: "mutation"; args: TenantArgs<"restoreSchedule">; result: Returned<"restoreSchedule"> };
  "workspace/schedules:update": { type: "mutation"; args: TenantArgs<"updateSchedule">; result: Returned<"updateSchedule"> };
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
  sites: {
    agents: {
      delete: Reference<"sites/agents:delete">;
      get: Reference<"sites/agents:get">;
      list: Reference<"sites/agents:list">;
      move: Reference<"sites/agents:move">;
      restore: Reference<"sites/agents:restore">;
      update: Reference<"sites/agents:update">;
    };
  };
  tenancy: {
    me: {
      get: Reference<"tenancy/me:get">;
    };
    organizations: {
      batchCreate: Reference<"tenancy/organizations:batchCreate">;
      create: Reference<"tenancy/organizations:create">;
      delete: Reference<"tenancy/organizations:delete">;
      get: Reference<"tenancy/organizations:get">;
      list: Reference<"tenancy/organizations:list">;
      restore: Reference<"tenancy/organizations:restore">;
      update: Reference<"tenancy/organizations:update">;
    };
  };
  workspace: {
    schedules: {
      activate: Reference<"workspace/schedules:activate">;
      batchCreate: Reference<"workspace/schedules:batchCreate">;
      cancel: Reference<"workspace/schedules:cancel">;
      create: Reference<"workspace/schedules:create">;
      delete: Reference<"workspace/schedules:delete">;
      get: Reference<"workspace/schedules:get">;
      list: Reference<"workspace/schedules:list">;
      restore: Reference<"workspace/schedules:restore">;
      update: Reference<"workspace/schedules:update">;
    };
  };
}
