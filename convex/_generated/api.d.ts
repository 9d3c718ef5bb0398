/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import type * as access_tables from "../access/tables.js";
import type * as core_actingMember from "../core/actingMember.js";
import type * as core_audit from "../core/audit.js";
import type * as core_caller from "../core/caller.js";
import type * as core_cascades from "../core/cascades.js";
import type * as core_crud from "../core/crud.js";
import type * as core_database from "../core/database.js";
import type * as core_documents from "../core/documents.js";
import type * as core_errors from "../core/errors.js";
import type * as core_etag from "../core/etag.js";
import type * as core_existingRow from "../core/existingRow.js";
import type * as core_facts from "../core/facts.js";
import type * as core_fields from "../core/fields.js";
import type * as core_followUps from "../core/followUps.js";
import type * as core_idempotency from "../core/idempotency.js";
import type * as core_list from "../core/list.js";
import type * as core_operation from "../core/operation.js";
import type * as core_permissionCatalogue from "../core/permissionCatalogue.js";
import type * as core_pipeline from "../core/pipeline.js";
import type * as core_problems from "../core/problems.js";
import type * as core_register from "../core/register.js";
import type * as core_resource from "../core/resource.js";
import type * as core_resourceShape from "../core/resourceShape.js";
import type * as core_restDoor from "../core/restDoor.js";
import type * as core_rights from "../core/rights.js";
import type * as core_schemas from "../core/schemas.js";
import type * as core_secrets from "../core/secrets.js";
import type * as core_slugs from "../core/slugs.js";
import type * as core_system from "../core/system.js";
import type * as core_table from "../core/table.js";
import type * as core_tableFacts from "../core/tableFacts.js";
import type * as core_tenant from "../core/tenant.js";
import type * as core_validation from "../core/validation.js";
import type * as crons from "../crons.js";
import type * as gateway_app from "../gateway/app.js";
import type * as gateway_credentials from "../gateway/credentials.js";
import type * as gateway_dispatch from "../gateway/dispatch.js";
import type * as gateway_platformRoutes from "../gateway/platformRoutes.js";
import type * as gateway_requests from "../gateway/requests.js";
import type * as gateway_responses from "../gateway/responses.js";
import type * as gateway_routeTable from "../gateway/routeTable.js";
import type * as gateway_routes from "../gateway/routes.js";
import type * as http from "../http.js";
import type * as observability_tables from "../observability/tables.js";
import type * as platform_tables from "../platform/tables.js";
import type * as sites_agentApiLogs from "../sites/agentApiLogs.js";
import type * as sites_agentEnrollmentTokens from "../sites/agentEnrollmentTokens.js";
import type * as sites_agentLog from "../sites/agentLog.js";
import type * as sites_agentResource from "../sites/agentResource.js";
import type * as sites_agentRules from "../sites/agentRules.js";
import type * as sites_agents from "../sites/agents.js";
import type * as sites_enrollment from "../sites/enrollment.js";
import type * as sites_enrollmentRules from "../sites/enrollmentRules.js";
import type * as sites_offlineAgents from "../sites/offlineAgents.js";
import type * as sites_rest from "../sites/rest.js";
import type * as sites_siteCascade from "../sites/siteCascade.js";
import type * as sites_siteCounts from "../sites/siteCounts.js";
import type * as sites_siteResource from "../sites/siteResource.js";
import type * as sites_sites from "../sites/sites.js";
import type * as sites_tables from "../sites/tables.js";
import type * as tenancy_tables from "../tenancy/tables.js";
import type * as workspace_items from "../workspace/items.js";
import type * as workspace_rest from "../workspace/rest.js";
import type * as workspace_schedules from "../workspace/schedules.js";
import type * as workspace_tables from "../workspace/tables.js";
import type * as workspace_todos from "../workspace/todos.js";

/**
 * A utility for referencing Convex functions in your app's API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
declare const fullApi: ApiFromModules<{
  "access/tables": typeof access_tables;
  "core/actingMember": typeof core_actingMember;
  "core/audit": typeof core_audit;
  "core/caller": typeof core_caller;
  "core/cascades": typeof core_cascades;
  "core/crud": typeof core_crud;
  "core/database": typeof core_database;
  "core/documents": typeof core_documents;
  "core/errors": typeof core_errors;
  "core/etag": typeof core_etag;
  "core/existingRow": typeof core_existingRow;
  "core/facts": typeof core_facts;
  "core/fields": typeof core_fields;
  "core/followUps": typeof core_followUps;
  "core/idempotency": typeof core_idempotency;
  "core/list": typeof core_list;
  "core/operation": typeof core_operation;
  "core/permissionCatalogue": typeof core_permissionCatalogue;
  "core/pipeline": typeof core_pipeline;
  "core/problems": typeof core_problems;
  "core/register": typeof core_register;
  "core/resource": typeof core_resource;
  "core/resourceShape": typeof core_resourceShape;
  "core/restDoor": typeof core_restDoor;
  "core/rights": typeof core_rights;
  "core/schemas": typeof core_schemas;
  "core/secrets": typeof core_secrets;
  "core/slugs": typeof core_slugs;
  "core/system": typeof core_system;
  "core/table": typeof core_table;
  "core/tableFacts": typeof core_tableFacts;
  "core/tenant": typeof core_tenant;
  "core/validation": typeof core_validation;
  crons: typeof crons;
  "gateway/app": typeof gateway_app;
  "gateway/credentials": typeof gateway_credentials;
  "gateway/dispatch": typeof gateway_dispatch;
  "gateway/platformRoutes": typeof gateway_platformRoutes;
  "gateway/requests": typeof gateway_requests;
  "gateway/responses": typeof gateway_responses;
  "gateway/routeTable": typeof gateway_routeTable;
  "gateway/routes": typeof gateway_routes;
  http: typeof http;
  "observability/tables": typeof observability_tables;
  "platform/tables": typeof platform_tables;
  "sites/agentApiLogs": typeof sites_agentApiLogs;
  "sites/agentEnrollmentTokens": typeof sites_agentEnrollmentTokens;
  "sites/agentLog": typeof sites_agentLog;
  "sites/agentResource": typeof sites_agentResource;
  "sites/agentRules": typeof sites_agentRules;
  "sites/agents": typeof sites_agents;
  "sites/enrollment": typeof sites_enrollment;
  "sites/enrollmentRules": typeof sites_enrollmentRules;
  "sites/offlineAgents": typeof sites_offlineAgents;
  "sites/rest": typeof sites_rest;
  "sites/siteCascade": typeof sites_siteCascade;
  "sites/siteCounts": typeof sites_siteCounts;
  "sites/siteResource": typeof sites_siteResource;
  "sites/sites": typeof sites_sites;
  "sites/tables": typeof sites_tables;
  "tenancy/tables": typeof tenancy_tables;
  "workspace/items": typeof workspace_items;
  "workspace/rest": typeof workspace_rest;
  "workspace/schedules": typeof workspace_schedules;
  "workspace/tables": typeof workspace_tables;
  "workspace/todos": typeof workspace_todos;
}>;
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;
