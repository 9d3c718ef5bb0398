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
import type * as access_apiKeyRules from "../access/apiKeyRules.js";
import type * as access_apiKeys from "../access/apiKeys.js";
import type * as access_permissions from "../access/permissions.js";
import type * as access_rest from "../access/rest.js";
import type * as access_roleRules from "../access/roleRules.js";
import type * as access_roles from "../access/roles.js";
import type * as access_tables from "../access/tables.js";
import type * as core_actingMember from "../core/actingMember.js";
import type * as core_audit from "../core/audit.js";
import type * as core_builtInRoles from "../core/builtInRoles.js";
import type * as core_caller from "../core/caller.js";
import type * as core_callers from "../core/callers.js";
import type * as core_cascades from "../core/cascades.js";
import type * as core_crud from "../core/crud.js";
import type * as core_database from "../core/database.js";
import type * as core_declaration from "../core/declaration.js";
import type * as core_deviceGuid from "../core/deviceGuid.js";
import type * as core_documents from "../core/documents.js";
import type * as core_errors from "../core/errors.js";
import type * as core_etag from "../core/etag.js";
import type * as core_exactNumbers from "../core/exactNumbers.js";
import type * as core_existingRow from "../core/existingRow.js";
import type * as core_facts from "../core/facts.js";
import type * as core_fieldNames from "../core/fieldNames.js";
import type * as core_fields from "../core/fields.js";
import type * as core_followUps from "../core/followUps.js";
import type * as core_httpDocument from "../core/httpDocument.js";
import type * as core_idempotency from "../core/idempotency.js";
import type * as core_issuers from "../core/issuers.js";
import type * as core_jsonText from "../core/jsonText.js";
import type * as core_keyOwner from "../core/keyOwner.js";
import type * as core_list from "../core/list.js";
import type * as core_murmurHash3 from "../core/murmurHash3.js";
import type * as core_oauthErrors from "../core/oauthErrors.js";
import type * as core_operation from "../core/operation.js";
import type * as core_permissionCatalogue from "../core/permissionCatalogue.js";
import type * as core_pipeline from "../core/pipeline.js";
import type * as core_problems from "../core/problems.js";
import type * as core_register from "../core/register.js";
import type * as core_resource from "../core/resource.js";
import type * as core_resourceShape from "../core/resourceShape.js";
import type * as core_restDoor from "../core/restDoor.js";
import type * as core_restProtocol from "../core/restProtocol.js";
import type * as core_retention from "../core/retention.js";
import type * as core_rights from "../core/rights.js";
import type * as core_schemas from "../core/schemas.js";
import type * as core_secrets from "../core/secrets.js";
import type * as core_slugs from "../core/slugs.js";
import type * as core_standing from "../core/standing.js";
import type * as core_system from "../core/system.js";
import type * as core_table from "../core/table.js";
import type * as core_tableFacts from "../core/tableFacts.js";
import type * as core_tenant from "../core/tenant.js";
import type * as core_validation from "../core/validation.js";
import type * as crons from "../crons.js";
import type * as demo_data from "../demo/data.js";
import type * as demo_seed from "../demo/seed.js";
import type * as documentation_conventions from "../documentation/conventions.js";
import type * as documentation_docsPage from "../documentation/docsPage.js";
import type * as documentation_documentOrigin from "../documentation/documentOrigin.js";
import type * as documentation_openApi from "../documentation/openApi.js";
import type * as documentation_openApi30 from "../documentation/openApi30.js";
import type * as documentation_openApiDocument from "../documentation/openApiDocument.js";
import type * as documentation_pageFiles from "../documentation/pageFiles.js";
import type * as documentation_servedDocument from "../documentation/servedDocument.js";
import type * as documentation_swaggerAssets from "../documentation/swaggerAssets.js";
import type * as documentation_swaggerUi from "../documentation/swaggerUi.js";
import type * as gateway_app from "../gateway/app.js";
import type * as gateway_credentials from "../gateway/credentials.js";
import type * as gateway_dispatch from "../gateway/dispatch.js";
import type * as gateway_environment from "../gateway/environment.js";
import type * as gateway_negotiation from "../gateway/negotiation.js";
import type * as gateway_platformRoutes from "../gateway/platformRoutes.js";
import type * as gateway_requestIdentity from "../gateway/requestIdentity.js";
import type * as gateway_requests from "../gateway/requests.js";
import type * as gateway_responses from "../gateway/responses.js";
import type * as gateway_routeTable from "../gateway/routeTable.js";
import type * as gateway_routes from "../gateway/routes.js";
import type * as gateway_tokenRequests from "../gateway/tokenRequests.js";
import type * as gateway_treeRouter from "../gateway/treeRouter.js";
import type * as gateway_unavailable from "../gateway/unavailable.js";
import type * as http from "../http.js";
import type * as observability_auditLogs from "../observability/auditLogs.js";
import type * as observability_rest from "../observability/rest.js";
import type * as observability_tables from "../observability/tables.js";
import type * as platform_discovery from "../platform/discovery.js";
import type * as platform_html from "../platform/html.js";
import type * as platform_oauth from "../platform/oauth.js";
import type * as platform_problemPages from "../platform/problemPages.js";
import type * as platform_scopes from "../platform/scopes.js";
import type * as platform_signingKeys from "../platform/signingKeys.js";
import type * as platform_tables from "../platform/tables.js";
import type * as platform_tokenGrants from "../platform/tokenGrants.js";
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
import type * as tenancy_documents from "../tenancy/documents.js";
import type * as tenancy_identityRules from "../tenancy/identityRules.js";
import type * as tenancy_me from "../tenancy/me.js";
import type * as tenancy_members from "../tenancy/members.js";
import type * as tenancy_membershipRules from "../tenancy/membershipRules.js";
import type * as tenancy_memberships from "../tenancy/memberships.js";
import type * as tenancy_organizations from "../tenancy/organizations.js";
import type * as tenancy_people from "../tenancy/people.js";
import type * as tenancy_provisioning from "../tenancy/provisioning.js";
import type * as tenancy_purging from "../tenancy/purging.js";
import type * as tenancy_rest from "../tenancy/rest.js";
import type * as tenancy_tables from "../tenancy/tables.js";
import type * as tenancy_users from "../tenancy/users.js";
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
  "access/apiKeyRules": typeof access_apiKeyRules;
  "access/apiKeys": typeof access_apiKeys;
  "access/permissions": typeof access_permissions;
  "access/rest": typeof access_rest;
  "access/roleRules": typeof access_roleRules;
  "access/roles": typeof access_roles;
  "access/tables": typeof access_tables;
  "core/actingMember": typeof core_actingMember;
  "core/audit": typeof core_audit;
  "core/builtInRoles": typeof core_builtInRoles;
  "core/caller": typeof core_caller;
  "core/callers": typeof core_callers;
  "core/cascades": typeof core_cascades;
  "core/crud": typeof core_crud;
  "core/database": typeof core_database;
  "core/declaration": typeof core_declaration;
  "core/deviceGuid": typeof core_deviceGuid;
  "core/documents": typeof core_documents;
  "core/errors": typeof core_errors;
  "core/etag": typeof core_etag;
  "core/exactNumbers": typeof core_exactNumbers;
  "core/existingRow": typeof core_existingRow;
  "core/facts": typeof core_facts;
  "core/fieldNames": typeof core_fieldNames;
  "core/fields": typeof core_fields;
  "core/followUps": typeof core_followUps;
  "core/httpDocument": typeof core_httpDocument;
  "core/idempotency": typeof core_idempotency;
  "core/issuers": typeof core_issuers;
  "core/jsonText": typeof core_jsonText;
  "core/keyOwner": typeof core_keyOwner;
  "core/list": typeof core_list;
  "core/murmurHash3": typeof core_murmurHash3;
  "core/oauthErrors": typeof core_oauthErrors;
  "core/operation": typeof core_operation;
  "core/permissionCatalogue": typeof core_permissionCatalogue;
  "core/pipeline": typeof core_pipeline;
  "core/problems": typeof core_problems;
  "core/register": typeof core_register;
  "core/resource": typeof core_resource;
  "core/resourceShape": typeof core_resourceShape;
  "core/restDoor": typeof core_restDoor;
  "core/restProtocol": typeof core_restProtocol;
  "core/retention": typeof core_retention;
  "core/rights": typeof core_rights;
  "core/schemas": typeof core_schemas;
  "core/secrets": typeof core_secrets;
  "core/slugs": typeof core_slugs;
  "core/standing": typeof core_standing;
  "core/system": typeof core_system;
  "core/table": typeof core_table;
  "core/tableFacts": typeof core_tableFacts;
  "core/tenant": typeof core_tenant;
  "core/validation": typeof core_validation;
  crons: typeof crons;
  "demo/data": typeof demo_data;
  "demo/seed": typeof demo_seed;
  "documentation/conventions": typeof documentation_conventions;
  "documentation/docsPage": typeof documentation_docsPage;
  "documentation/documentOrigin": typeof documentation_documentOrigin;
  "documentation/openApi": typeof documentation_openApi;
  "documentation/openApi30": typeof documentation_openApi30;
  "documentation/openApiDocument": typeof documentation_openApiDocument;
  "documentation/pageFiles": typeof documentation_pageFiles;
  "documentation/servedDocument": typeof documentation_servedDocument;
  "documentation/swaggerAssets": typeof documentation_swaggerAssets;
  "documentation/swaggerUi": typeof documentation_swaggerUi;
  "gateway/app": typeof gateway_app;
  "gateway/credentials": typeof gateway_credentials;
  "gateway/dispatch": typeof gateway_dispatch;
  "gateway/environment": typeof gateway_environment;
  "gateway/negotiation": typeof gateway_negotiation;
  "gateway/platformRoutes": typeof gateway_platformRoutes;
  "gateway/requestIdentity": typeof gateway_requestIdentity;
  "gateway/requests": typeof gateway_requests;
  "gateway/responses": typeof gateway_responses;
  "gateway/routeTable": typeof gateway_routeTable;
  "gateway/routes": typeof gateway_routes;
  "gateway/tokenRequests": typeof gateway_tokenRequests;
  "gateway/treeRouter": typeof gateway_treeRouter;
  "gateway/unavailable": typeof gateway_unavailable;
  http: typeof http;
  "observability/auditLogs": typeof observability_auditLogs;
  "observability/rest": typeof observability_rest;
  "observability/tables": typeof observability_tables;
  "platform/discovery": typeof platform_discovery;
  "platform/html": typeof platform_html;
  "platform/oauth": typeof platform_oauth;
  "platform/problemPages": typeof platform_problemPages;
  "platform/scopes": typeof platform_scopes;
  "platform/signingKeys": typeof platform_signingKeys;
  "platform/tables": typeof platform_tables;
  "platform/tokenGrants": typeof platform_tokenGrants;
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
  "tenancy/documents": typeof tenancy_documents;
  "tenancy/identityRules": typeof tenancy_identityRules;
  "tenancy/me": typeof tenancy_me;
  "tenancy/members": typeof tenancy_members;
  "tenancy/membershipRules": typeof tenancy_membershipRules;
  "tenancy/memberships": typeof tenancy_memberships;
  "tenancy/organizations": typeof tenancy_organizations;
  "tenancy/people": typeof tenancy_people;
  "tenancy/provisioning": typeof tenancy_provisioning;
  "tenancy/purging": typeof tenancy_purging;
  "tenancy/rest": typeof tenancy_rest;
  "tenancy/tables": typeof tenancy_tables;
  "tenancy/users": typeof tenancy_users;
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
