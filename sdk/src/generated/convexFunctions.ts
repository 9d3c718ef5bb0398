// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { FunctionReference } from "convex/server";
import type { Args, ListArgs, Returned, ReturnedPage, TenantArgs, TenantListArgs } from "../runtime/operationTypes";

/** Every public function behind an operation of the API, by its Convex name. */
export interface ConvexFunctions {
  "access/apiKeys:create": { type: "action"; args: TenantArgs<"createApiKey">; result: Returned<"createApiKey"> };
  "access/apiKeys:get": { type: "query"; args: TenantArgs<"getApiKey">; result: Returned<"getApiKey"> };
  "access/apiKeys:list": { type: "query"; args: TenantListArgs<"listApiKeys">; result: ReturnedPage<"listApiKeys"> };
  "access/apiKeys:revoke": { type: "mutation"; args: TenantArgs<"revokeApiKey">; result: Returned<"revokeApiKey"> };
  "access/apiKeys:rotate": { type: "action"; args: TenantArgs<"rotateApiKey">; result: Returned<"rotateApiKey"> };
  "access/apiKeys:update": { type: "mutation"; args: TenantArgs<"updateApiKey">; result: Returned<"updateApiKey"> };
  "access/permissions:list": { type: "query"; args: TenantArgs<"listPermissions">; result: Returned<"listPermissions"> };
  "access/roles:create": { type: "mutation"; args: TenantArgs<"createRole">; result: Returned<"createRole"> };
  "access/roles:delete": { type: "mutation"; args: TenantArgs<"deleteRole">; result: Returned<"deleteRole"> };
  "access/roles:get": { type: "query"; args: TenantArgs<"getRole">; result: Returned<"getRole"> };
  "access/roles:list": { type: "query"; args: TenantListArgs<"listRoles">; result: ReturnedPage<"listRoles"> };
  "access/roles:restore": { type: "mutation"; args: TenantArgs<"restoreRole">; result: Returned<"restoreRole"> };
  "access/roles:update": { type: "mutation"; args: TenantArgs<"updateRole">; result: Returned<"updateRole"> };
  "observability/auditLogs:get": { type: "query"; args: TenantArgs<"getAuditLog">; result: Returned<"getAuditLog"> };
  "observability/auditLogs:getRecordHistory": { type: "query"; args: TenantListArgs<"getRecordHistory">; result: ReturnedPage<"getRecordHistory"> };
  "observability/auditLogs:list": { type: "query"; args: TenantListArgs<"listAuditLogs">; result: ReturnedPage<"listAuditLogs"> };
  "sites/agentApiLogs:get": { type: "query"; args: TenantArgs<"getAgentApiLog">; result: Returned<"getAgentApiLog"> };
  "sites/agentApiLogs:list": { type: "query"; args: TenantListArgs<"listAgentApiLogs">; result: ReturnedPage<"listAgentApiLogs"> };
  "sites/agentEnrollmentTokens:create": { type: "action"; args: TenantArgs<"createAgentEnrollmentToken">; result: Returned<"createAgentEnrollmentToken"> };
  "sites/agentEnrollmentTokens:list": { type: "query"; args: TenantListArgs<"listAgentEnrollmentTokens">; result: ReturnedPage<"listAgentEnrollmentTokens"> };
  "sites/agentEnrollmentTokens:revoke": { type: "mutation"; args: TenantArgs<"revokeAgentEnrollmentToken">; result: Returned<"revokeAgentEnrollmentToken"> };
  "sites/agents:checkIn": { type: "mutation"; args: TenantArgs<"checkInAgent">; result: Returned<"checkInAgent"> };
  "sites/agents:delete": { type: "mutation"; args: TenantArgs<"deleteAgent">; result: Returned<"deleteAgent"> };
  "sites/agents:get": { type: "query"; args: TenantArgs<"getAgent">; result: Returned<"getAgent"> };
  "sites/agents:getSelf": { type: "query"; args: TenantArgs<"getAgentSelf">; result: Returned<"getAgentSelf"> };
  "sites/agents:list": { type: "query"; args: TenantListArgs<"listAgents">; result: ReturnedPage<"listAgents"> };
  "sites/agents:restore": { type: "mutation"; args: TenantArgs<"restoreAgent">; result: Returned<"restoreAgent"> };
  "sites/agents:revoke": { type: "mutation"; args: TenantArgs<"revokeAgent">; result: Returned<"revokeAgent"> };
  "sites/agents:rotateKey": { type: "action"; args: TenantArgs<"rotateAgentKey">; result: Returned<"rotateAgentKey"> };
  "sites/agents:update": { type: "mutation"; args: TenantArgs<"updateAgent">; result: Returned<"updateAgent"> };
  "sites/sites:batchCreate": { type: "mutation"; args: TenantArgs<"batchCreateSites">; result: Returned<"batchCreateSites"> };
  "sites/sites:create": { type: "mutation"; args: TenantArgs<"createSite">; result: Returned<"createSite"> };
  "sites/sites:delete": { type: "mutation"; args: TenantArgs<"deleteSite">; result: Returned<"deleteSite"> };
  "sites/sites:get": { type: "query"; args: TenantArgs<"getSite">; result: Returned<"getSite"> };
  "sites/sites:getView": { type: "query"; args: TenantArgs<"getSiteView">; result: Returned<"getSiteView"> };
  "sites/sites:list": { type: "query"; args: TenantListArgs<"listSites">; result: ReturnedPage<"listSites"> };
  "sites/sites:listView": { type: "query"; args: TenantListArgs<"listSitesView">; result: ReturnedPage<"listSitesView"> };
  "sites/sites:restore": { type: "mutation"; args: TenantArgs<"restoreSite">; result: Returned<"restoreSite"> };
  "sites/sites:update": { type: "mutation"; args: TenantArgs<"updateSite">; result: Returned<"updateSite"> };
  "tenancy/me:delete": { type: "mutation"; args: Args<"deleteCurrentUser">; result: Returned<"deleteCurrentUser"> };
  "tenancy/me:get": { type: "query"; args: Args<"getCurrentUser">; result: Returned<"getCurrentUser"> };
  "tenancy/me:getPermissions": { type: "query"; args: TenantArgs<"getMyPermissions">; result: Returned<"getMyPermissions"> };
  "tenancy/me:getProfile": { type: "query"; args: Args<"getMyProfile">; result: Returned<"getMyProfile"> };
  "tenancy/me:getSettings": { type: "query"; args: Args<"getMySettings">; result: Returned<"getMySettings"> };
  "tenancy/me:switchOrganization": { type: "mutation"; args: Args<"switchOrganization">; result: Returned<"switchOrganization"> };
  "tenancy/me:sync": { type: "mutation"; args: Args<"syncCurrentUser">; result: Returned<"syncCurrentUser"> };
  "tenancy/me:update": { type: "mutation"; args: Args<"updateCurrentUser">; result: Returned<"updateCurrentUser"> };
  "tenancy/me:updateSettings": { type: "mutation"; args: Args<"updateMySettings">; result: Returned<"updateMySettings"> };
  "tenancy/me:upsertProfile": { type: "mutation"; args: Args<"upsertMyProfile">; result: Returned<"upsertMyProfile"> };
  "tenancy/memberships:ban": { type: "mutation"; args: TenantArgs<"banMember">; result: Returned<"banMember"> };
  "tenancy/memberships:get": { type: "query"; args: TenantArgs<"getMembership">; result: Returned<"getMembership"> };
  "tenancy/memberships:leave": { type: "mutation"; args: TenantArgs<"leaveOrganization">; result: Returned<"leaveOrganization"> };
  "tenancy/memberships:list": { type: "query"; args: TenantListArgs<"listMemberships">; result: ReturnedPage<"listMemberships"> };
  "tenancy/memberships:remove": { type: "mutation"; args: TenantArgs<"removeMembership">; result: Returned<"removeMembership"> };
  "tenancy/memberships:unban": { type: "mutation"; args: TenantArgs<"unbanMember">; result: Returned<"unbanMember"> };
  "tenancy/memberships:update": { type: "mutation"; args: TenantArgs<"updateMembership">; result: Returned<"updateMembership"> };
  "tenancy/memberships:updateMine": { type: "mutation"; args: TenantArgs<"updateMyMembership">; result: Returned<"updateMyMembership"> };
  "tenancy/organizations:create": { type: "mutation"; args: Args<"createOrganization">; result: Returned<"createOrganization"> };
  "tenancy/organizations:delete": { type: "mutation"; args: TenantArgs<"deleteOrganization">; result: Returned<"deleteOrganization"> };
  "tenancy/organizations:get": { type: "query"; args: TenantArgs<"getOrganization">; result: Returned<"getOrganization"> };
  "tenancy/organizations:getBySlug": { type: "query"; args: TenantArgs<"getOrganizationBySlug">; result: Returned<"getOrganizationBySlug"> };
  "tenancy/organizations:list": { type: "query"; args: ListArgs<"listOrganizations">; result: ReturnedPage<"listOrganizations"> };
  "tenancy/organizations:restore": { type: "mutation"; args: TenantArgs<"restoreOrganization">; result: Returned<"restoreOrganization"> };
  "tenancy/organizations:update": { type: "mutation"; args: TenantArgs<"updateOrganization">; result: Returned<"updateOrganization"> };
  "tenancy/users:create": { type: "mutation"; args: TenantArgs<"createUser">; result: Returned<"createUser"> };
  "tenancy/users:get": { type: "query"; args: TenantArgs<"getUser">; result: Returned<"getUser"> };
  "tenancy/users:getProfile": { type: "query"; args: TenantArgs<"getUserProfile">; result: Returned<"getUserProfile"> };
  "tenancy/users:list": { type: "query"; args: TenantListArgs<"listUsers">; result: ReturnedPage<"listUsers"> };
  "workspace/items:batchCreate": { type: "mutation"; args: TenantArgs<"batchCreateItems">; result: Returned<"batchCreateItems"> };
  "workspace/items:create": { type: "mutation"; args: TenantArgs<"createItem">; result: Returned<"createItem"> };
  "workspace/items:delete": { type: "mutation"; args: TenantArgs<"deleteItem">; result: Returned<"deleteItem"> };
  "workspace/items:get": { type: "query"; args: TenantArgs<"getItem">; result: Returned<"getItem"> };
  "workspace/items:list": { type: "query"; args: TenantListArgs<"listItems">; result: ReturnedPage<"listItems"> };
  "workspace/items:restore": { type: "mutation"; args: TenantArgs<"restoreItem">; result: Returned<"restoreItem"> };
  "workspace/items:update": { type: "mutation"; args: TenantArgs<"updateItem">; result: Returned<"updateItem"> };
  "workspace/schedules:activate": { type: "mutation"; args: TenantArgs<"activateSchedule">; result: Returned<"activateSchedule"> };
  "workspace/schedules:batchCreate": { type: "mutation"; args: TenantArgs<"batchCreateSchedules">; result: Returned<"batchCreateSchedules"> };
  "workspace/schedules:cancel": { type: "mutation"; args: TenantArgs<"cancelSchedule">; result: Returned<"cancelSchedule"> };
  "workspace/schedules:complete": { type: "mutation"; args: TenantArgs<"completeSchedule">; result: Returned<"completeSchedule"> };
  "workspace/schedules:create": { type: "mutation"; args: TenantArgs<"createSchedule">; result: Returned<"createSchedule"> };
  "workspace/schedules:delete": { type: "mutation"; args: TenantArgs<"deleteSchedule">; result: Returned<"deleteSchedule"> };
  "workspace/schedules:get": { type: "query"; args: TenantArgs<"getSchedule">; result: Returned<"getSchedule"> };
  "workspace/schedules:list": { type: "query"; args: TenantListArgs<"listSchedules">; result: ReturnedPage<"listSchedules"> };
  "workspace/schedules:restore": { type: "mutation"; args: TenantArgs<"restoreSchedule">; result: Returned<"restoreSchedule"> };
  "workspace/schedules:update": { type: "mutation"; args: TenantArgs<"updateSchedule">; result: Returned<"updateSchedule"> };
  "workspace/todos:create": { type: "mutation"; args: TenantArgs<"createTodo">; result: Returned<"createTodo"> };
  "workspace/todos:delete": { type: "mutation"; args: TenantArgs<"deleteTodo">; result: Returned<"deleteTodo"> };
  "workspace/todos:get": { type: "query"; args: TenantArgs<"getTodo">; result: Returned<"getTodo"> };
  "workspace/todos:list": { type: "query"; args: TenantListArgs<"listTodos">; result: ReturnedPage<"listTodos"> };
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
  access: {
    apiKeys: {
      create: Reference<"access/apiKeys:create">;
      get: Reference<"access/apiKeys:get">;
      list: Reference<"access/apiKeys:list">;
      revoke: Reference<"access/apiKeys:revoke">;
      rotate: Reference<"access/apiKeys:rotate">;
      update: Reference<"access/apiKeys:update">;
    };
    permissions: {
      list: Reference<"access/permissions:list">;
    };
    roles: {
      create: Reference<"access/roles:create">;
      delete: Reference<"access/roles:delete">;
      get: Reference<"access/roles:get">;
      list: Reference<"access/roles:list">;
      restore: Reference<"access/roles:restore">;
      update: Reference<"access/roles:update">;
    };
  };
  observability: {
    auditLogs: {
      get: Reference<"observability/auditLogs:get">;
      getRecordHistory: Reference<"observability/auditLogs:getRecordHistory">;
      list: Reference<"observability/auditLogs:list">;
    };
  };
  sites: {
    agentApiLogs: {
      get: Reference<"sites/agentApiLogs:get">;
      list: Reference<"sites/agentApiLogs:list">;
    };
    agentEnrollmentTokens: {
      create: Reference<"sites/agentEnrollmentTokens:create">;
      list: Reference<"sites/agentEnrollmentTokens:list">;
      revoke: Reference<"sites/agentEnrollmentTokens:revoke">;
    };
    agents: {
      checkIn: Reference<"sites/agents:checkIn">;
      delete: Reference<"sites/agents:delete">;
      get: Reference<"sites/agents:get">;
      getSelf: Reference<"sites/agents:getSelf">;
      list: Reference<"sites/agents:list">;
      restore: Reference<"sites/agents:restore">;
      revoke: Reference<"sites/agents:revoke">;
      rotateKey: Reference<"sites/agents:rotateKey">;
      update: Reference<"sites/agents:update">;
    };
    sites: {
      batchCreate: Reference<"sites/sites:batchCreate">;
      create: Reference<"sites/sites:create">;
      delete: Reference<"sites/sites:delete">;
      get: Reference<"sites/sites:get">;
      getView: Reference<"sites/sites:getView">;
      list: Reference<"sites/sites:list">;
      listView: Reference<"sites/sites:listView">;
      restore: Reference<"sites/sites:restore">;
      update: Reference<"sites/sites:update">;
    };
  };
  tenancy: {
    me: {
      delete: Reference<"tenancy/me:delete">;
      get: Reference<"tenancy/me:get">;
      getPermissions: Reference<"tenancy/me:getPermissions">;
      getProfile: Reference<"tenancy/me:getProfile">;
      getSettings: Reference<"tenancy/me:getSettings">;
      switchOrganization: Reference<"tenancy/me:switchOrganization">;
      sync: Reference<"tenancy/me:sync">;
      update: Reference<"tenancy/me:update">;
      updateSettings: Reference<"tenancy/me:updateSettings">;
      upsertProfile: Reference<"tenancy/me:upsertProfile">;
    };
    memberships: {
      ban: Reference<"tenancy/memberships:ban">;
      get: Reference<"tenancy/memberships:get">;
      leave: Reference<"tenancy/memberships:leave">;
      list: Reference<"tenancy/memberships:list">;
      remove: Reference<"tenancy/memberships:remove">;
      unban: Reference<"tenancy/memberships:unban">;
      update: Reference<"tenancy/memberships:update">;
      updateMine: Reference<"tenancy/memberships:updateMine">;
    };
    organizations: {
      create: Reference<"tenancy/organizations:create">;
      delete: Reference<"tenancy/organizations:delete">;
      get: Reference<"tenancy/organizations:get">;
      getBySlug: Reference<"tenancy/organizations:getBySlug">;
      list: Reference<"tenancy/organizations:list">;
      restore: Reference<"tenancy/organizations:restore">;
      update: Reference<"tenancy/organizations:update">;
    };
    users: {
      create: Reference<"tenancy/users:create">;
      get: Reference<"tenancy/users:get">;
      getProfile: Reference<"tenancy/users:getProfile">;
      list: Reference<"tenancy/users:list">;
    };
  };
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
