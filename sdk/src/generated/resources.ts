// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { Call } from "../runtime/call";
import type { Bytes, ChangeOptions, ReadOptions, RequestOptions } from "../runtime/engine";
import type { ListCall, Page } from "../runtime/listCall";
import type { Query, Result } from "../runtime/operationTypes";
import type {
  AcceptInvitationAnswer,
  AcceptInvitationBody,
  AddClientMemberBody,
  AddTeamMemberBody,
  Agent,
  AgentApiLog,
  AgentEnrollmentToken,
  ApiKey,
  ApiLog,
  AuditLog,
  BanMemberBody,
  BatchCreateItemsAnswer,
  BatchCreateItemsBody,
  BatchCreateSchedulesAnswer,
  BatchCreateSchedulesBody,
  BatchCreateSitesAnswer,
  BatchCreateSitesBody,
  Bill,
  BillLineItem,
  BillingAdjustment,
  BulkUpsertEntitiesAnswer,
  BulkUpsertEntitiesBody,
  BulkUpsertEntityRelationshipsAnswer,
  BulkUpsertEntityRelationshipsBody,
  BulkUpsertGlobalEntitiesAnswer,
  BulkUpsertGlobalEntitiesBody,
  CancelBillBody,
  CancelScheduleBody,
  CheckInAgentAnswer,
  CheckInAgentBody,
  ClaimEventLogsAnswer,
  ClaimEventLogsBody,
  ClaimScheduledJobsAnswer,
  ClaimScheduledJobsBody,
  Client,
  ClientMember,
  CompleteEventLogBody,
  CompleteScheduledJobBody,
  CreateAgentEnrollmentTokenAnswer,
  CreateAgentEnrollmentTokenBody,
  CreateApiKeyAnswer,
  CreateApiKeyBody,
  CreateBillLineItemBody,
  CreateBillingAdjustmentBody,
  CreateClientBody,
  CreateDataSourceBody,
  CreateDockBody,
  CreateEntityRelationshipBody,
  CreateEventLogBody,
  CreateIntegrationBody,
  CreateInvitationBody,
  CreateItemBody,
  CreateOperationServiceBody,
  CreateOrganizationBody,
  CreatePricingTierBody,
  CreateProjectBody,
  CreateRoleBody,
  CreateScheduleBody,
  CreateScheduledJobBody,
  CreateSiteBody,
  CreateSubscriptionTierBody,
  CreateTeamBody,
  CreateTodoBody,
  CreateUploadUrlAnswer,
  CreateUploadUrlBody,
  CreateUserAnswer,
  CreateUserBody,
  CreateWebhookEndpointAnswer,
  CreateWebhookEndpointBody,
  DataSource,
  DataSourceSite,
  Database,
  DeclineInvitationAnswer,
  DeclineInvitationBody,
  Dock,
  DockPermission,
  Domain,
  EnrollAgentAnswer,
  EnrollAgentBody,
  Entity,
  EntityRelationship,
  EventLog,
  FailEventLogBody,
  FailScheduledJobBody,
  File,
  GenerateBillBody,
  GetBillAnswer,
  GetBillPageAnswer,
  GetCurrentUserAnswer,
  GetDataSourceSyncStatusAnswer,
  GetDatabaseAnswer,
  GetDomainAnswer,
  GetEntityAnswer,
  GetFileAnswer,
  GetGlobalEntityAnswer,
  GetHealthSummaryAnswer,
  GetIntegrationAnswer,
  GetJobStatsAnswer,
  GetMyPermissionsAnswer,
  GetMyProfileAnswer,
  GetMySettingsAnswer,
  GetMySubscriptionAnswer,
  GetOrganizationBySlugAnswer,
  GetOrganizationSummaryAnswer,
  GetProjectDashboardAnswer,
  GetServerAnswer,
  GetSiteViewAnswer,
  GetUsageSummaryAnswer,
  GetUserAnswer,
  GetUserProfileAnswer,
  GetWebServiceAnswer,
  GrantDockPermissionBody,
  GrantOperationPermissionBody,
  GrantSubscriptionBody,
  HealthCheck,
  HeartbeatScheduledJobAnswer,
  HeartbeatScheduledJobBody,
  Integration,
  Invitation,
  Item,
  LinkDataSourceSiteBody,
  LinkProjectResourceBody,
  LinkProjectResourcesAnswer,
  LinkProjectResourcesBody,
  ListClientResourcesRow,
  ListDatabasesRow,
  ListDomainsRow,
  ListEntitiesRow,
  ListGlobalEntitiesRow,
  ListIntegrationsRow,
  ListMyInvitationsRow,
  ListMyTeamsRow,
  ListOperationRunsRow,
  ListOrganizationsRow,
  ListPermissionsAnswer,
  ListProjectResourcesRow,
  ListProvidersAnswer,
  ListRelatedEntitiesRow,
  ListServersRow,
  ListSitesViewRow,
  ListUsersRow,
  ListWebServicesRow,
  MarkBillPaidBody,
  Membership,
  OperationPermission,
  OperationService,
  Organization,
  PricingTier,
  Project,
  ProjectResource,
  PruneEntitiesAnswer,
  PruneEntitiesBody,
  PurgeOrganizationAnswer,
  PurgeOrganizationBody,
  RecordHealthCheckBody,
  RecordHealthChecksBody,
  RecordUsageBatchAnswer,
  RecordUsageBatchBody,
  RecordUsageBody,
  RegisterFileAnswer,
  RegisterFileBody,
  ReplayWebhookDeliveriesAnswer,
  ReplayWebhookDeliveriesBody,
  RestoreClientBody,
  RestoreDataSourceBody,
  RestoreDockBody,
  RestoreOperationServiceBody,
  RestoreProjectBody,
  RestoreRoleBody,
  RestoreSiteBody,
  RestoreTeamBody,
  RetryScheduledJobBody,
  Role,
  RotateAgentKeyAnswer,
  RotateApiKeyAnswer,
  RotateApiKeyBody,
  RotateDockKeyBody,
  RotateOperationConfigBody,
  RotateWebhookSecretAnswer,
  RotateWebhookSecretBody,
  RunOperationAnswer,
  RunOperationBody,
  Schedule,
  ScheduledJob,
  Server,
  SetDataSourceCredentialsBody,
  SetDataSourceSitesBody,
  SetOrganizationQuotasBody,
  SetOrganizationStatusBody,
  Site,
  Subscription,
  SubscriptionTier,
  SwitchOrganizationAnswer,
  SwitchOrganizationBody,
  SyncDataSourceAnswer,
  SyncDataSourceBody,
  SyncDockAnswer,
  SyncDockBody,
  SyncRun,
  Team,
  TeamMember,
  TestDataSourceAnswer,
  TestDockAnswer,
  Todo,
  TransferOwnershipBody,
  UpdateAgentBody,
  UpdateApiKeyBody,
  UpdateBillBody,
  UpdateBillLineItemBody,
  UpdateBillingAdjustmentBody,
  UpdateClientBody,
  UpdateClientMemberBody,
  UpdateCurrentUserBody,
  UpdateDataSourceBody,
  UpdateDatabaseBody,
  UpdateDockBody,
  UpdateDockPermissionBody,
  UpdateDomainBody,
  UpdateEntityBody,
  UpdateIntegrationBody,
  UpdateItemBody,
  UpdateMembershipBody,
  UpdateMyMembershipBody,
  UpdateMySettingsAnswer,
  UpdateMySettingsBody,
  UpdateOperationServiceBody,
  UpdateOrganizationBody,
  UpdatePricingTierBody,
  UpdateProjectBody,
  UpdateRoleBody,
  UpdateScheduleBody,
  UpdateServerBody,
  UpdateSiteBody,
  UpdateSubscriptionTierBody,
  UpdateTeamBody,
  UpdateTeamMemberBody,
  UpdateTodoBody,
  UpdateWebServiceBody,
  UpdateWebhookEndpointBody,
  UploadFileAnswer,
  UpsertMyProfileAnswer,
  UpsertMyProfileBody,
  UsageRecord,
  User,
  WebService,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
} from "./models";

/** Calls of `portico.agentApiLogs`. */
export interface AgentApiLogsResource {
  /**
   * Get an agent API log
   *
   * Needs the permission `agentApiLog:read`.
   *
   * @param logId - Id of the agent API log.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const agentApiLog = await portico.agentApiLogs.get("e3tjc6shwatbxy16qtqhxrcfeqjm3e9z");
   */
  get(logId: string, options?: ReadOptions): Call<AgentApiLog>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(logId: string, options: RequestOptions): Call<AgentApiLog | undefined>;

  /**
   * List agent API logs
   *
   * Newest first unless sorted otherwise. Supported together: {agentId, createdFrom/createdTo or from/to, sort=created or createdAt}, {createdFrom/createdTo or from/to, sort=created or createdAt}, {siteId, createdFrom/createdTo or from/to, sort=created or createdAt}.
   *
   * Needs the permission `agentApiLog:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const agentApiLog of portico.agentApiLogs.list()) console.log(agentApiLog);
   */
  list(input?: Query<"listAgentApiLogs">, options?: ReadOptions): ListCall<AgentApiLog>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listAgentApiLogs"> | undefined, options: RequestOptions): Call<Page<AgentApiLog> | undefined>;

}

/** Calls of `portico.agentEnrollmentTokens`. */
export interface AgentEnrollmentTokensResource {
  /**
   * Create an agent enrolment token
   *
   * The answer shows `token` once; devices enrol with it at the site, 30 days long unless `expiresAt` says otherwise.
   *
   * Needs the permission `agentEnrollment:create`. Its own refusals: `site_not_active`, `cross_tenant_reference`.
   *
   * @param input - What to send to create an agent enrolment token.
   * @throws {ApiError} 409 `site_not_active`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.agentEnrollmentTokens.create({
   *   siteId: "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
   *   name: "Rollout spring 2026",
   *   maxUses: 25,
   * });
   */
  create(input: CreateAgentEnrollmentTokenBody, options?: ChangeOptions): Call<CreateAgentEnrollmentTokenAnswer>;

  /**
   * List agent enrolment tokens
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {siteId, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `agentEnrollment:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const agentEnrollmentToken of portico.agentEnrollmentTokens.list()) console.log(agentEnrollmentToken);
   */
  list(input?: Query<"listAgentEnrollmentTokens">, options?: ReadOptions): ListCall<AgentEnrollmentToken>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listAgentEnrollmentTokens"> | undefined, options: RequestOptions): Call<Page<AgentEnrollmentToken> | undefined>;

  /**
   * Revoke an agent enrolment token
   *
   * No device enrols with it any more; agents enrolled before stay. Revoking it again changes nothing.
   *
   * Needs the permission `agentEnrollment:revoke`.
   *
   * @param tokenId - Id of the agent enrollment token.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const agentEnrollmentToken = await portico.agentEnrollmentTokens.revoke("ybahcmrcdj3v0y6snv2tzjrmhyrb1eee");
   */
  revoke(tokenId: string, options?: ChangeOptions): Call<AgentEnrollmentToken>;

}

/** Calls of `portico.agents`. */
export interface AgentsResource {
  /**
   * Check in as an agent
   *
   * Called by the device with its agent key. `facts` replace the agent's `metadata`; left out, it stays. No fact costs a device its check-in. `errors` are a failure of the agent's health, none a success. The log of agents' calls shows check-ins that change something beside the facts or report errors, and one in 60 of the others.
   *
   * For device agents.
   *
   * @param input - What to send to check in as an agent.
   *
   * @example
   * const answer = await portico.agents.checkIn({
   *   version: "4.2.1",
   *   hostname: "rooftop-pi-07",
   *   ipAddress: "192.0.2.7",
   *   facts: { osVersion: "Debian 13", memoryGigabytes: 8 },
   * });
   */
  checkIn(input: CheckInAgentBody, options?: ChangeOptions): Call<CheckInAgentAnswer>;

  /**
   * Delete an agent
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `agent:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param agentId - Id of the agent.
   * @throws {ApiError} 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.agents.delete("cgjwvyesnv75prnhka59qmd547bvr5j4");
   */
  delete(agentId: string, input?: Query<"deleteAgent">, options?: ChangeOptions): Call<Result<"deleteAgent">>;

  /**
   * Enrol a device
   *
   * Called by the device with an enrolment token. A new GUID becomes an agent of the token's site (201); the agent of that site that has the GUID gets the facts and a new key (200), if it has never checked in or is offline; one in use is 409 `guid_in_use`. The answer shows `key` once.
   *
   * For holders of an enrolment token. Its own refusals: `enrollment_expired`, `enrollment_exhausted`, `site_not_active`, `agent_revoked`, `guid_in_use`, `limit_reached`.
   *
   * @param input - What to send to enrol a device.
   * @throws {ApiError} 409 `agent_revoked`, `enrollment_exhausted`, `guid_in_use`, `limit_reached`, `site_not_active`; 410 `enrollment_expired`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.agents.enroll({
   *   guid: "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
   *   hostname: "rooftop-pi-07",
   *   platform: "linux",
   *   version: "4.2.1",
   *   ipAddress: "192.0.2.7",
   *   macAddress: "02:42:ac:11:00:02",
   * });
   */
  enroll(input: EnrollAgentBody, options?: ChangeOptions): Call<EnrollAgentAnswer>;

  /**
   * Get an agent
   *
   * For members of the organization; machines and assigned roles need the permission `agent:read`.
   *
   * @param agentId - Id of the agent.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const agent = await portico.agents.get("cgjwvyesnv75prnhka59qmd547bvr5j4");
   */
  get(agentId: string, options?: ReadOptions): Call<Agent>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(agentId: string, options: RequestOptions): Call<Agent | undefined>;

  /**
   * Get the calling agent
   *
   * For device agents.
   *
   * @example
   * const agent = await portico.agents.getSelf();
   */
  getSelf(options?: ReadOptions): Call<Agent>;
  /** getSelf unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getSelf(options: RequestOptions): Call<Agent | undefined>;

  /**
   * List agents
   *
   * Newest first unless sorted otherwise. Supported together: {connectionStatus, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {guid, createdFrom/createdTo, sort=created}, {lastCheckinFrom/lastCheckinTo, sort=lastCheckinAt}, {siteId, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `agent:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const agent of portico.agents.list()) console.log(agent);
   */
  list(input?: Query<"listAgents">, options?: ReadOptions): ListCall<Agent>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listAgents"> | undefined, options: RequestOptions): Call<Page<Agent> | undefined>;

  /**
   * Restore an agent
   *
   * Takes it out of the trash. Refused while another row has its `guid`.
   *
   * Needs the permission `agent:restore`. Its own refusals: `not_deleted`, `site_not_active`, `limit_reached`, `guid_taken`.
   *
   * @param agentId - Id of the agent.
   * @throws {ApiError} 404 `not_found`; 409 `guid_taken`, `limit_reached`, `not_deleted`, `site_not_active`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const agent = await portico.agents.restore("cgjwvyesnv75prnhka59qmd547bvr5j4");
   */
  restore(agentId: string, options?: ChangeOptions): Call<Agent>;

  /**
   * Revoke an agent's key
   *
   * The next check-in is refused. Only rotating the key makes the agent usable again; enrolling it does not.
   *
   * Needs the permission `agent:revoke`. Its own refusals: `agent_revoked`.
   *
   * @param agentId - Id of the agent.
   * @throws {ApiError} 404 `not_found`; 409 `agent_revoked`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const agent = await portico.agents.revoke("cgjwvyesnv75prnhka59qmd547bvr5j4");
   */
  revoke(agentId: string, options?: ChangeOptions): Call<Agent>;

  /**
   * Rotate an agent's key
   *
   * The old key and its tokens stop at once, and the answer shows the new `key` once. A revoked agent is active again.
   *
   * Needs the permission `agent:update`.
   *
   * @param agentId - Id of the agent.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.agents.rotateKey("cgjwvyesnv75prnhka59qmd547bvr5j4");
   */
  rotateKey(agentId: string, options?: ChangeOptions): Call<RotateAgentKeyAnswer>;

  /**
   * Update an agent
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `agent:update`. Its own refusals: `guid_taken`.
   *
   * @param agentId - Id of the agent.
   * @param input - What to send to update an agent.
   * @throws {ApiError} 404 `not_found`; 409 `guid_taken`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const agent = await portico.agents.update("cgjwvyesnv75prnhka59qmd547bvr5j4", { tags: ["maintenance"] });
   */
  update(agentId: string, input: UpdateAgentBody, options?: ChangeOptions): Call<Agent>;

}

/** Calls of `portico.apiKeys`. */
export interface ApiKeysResource {
  /**
   * Adopt an API key
   *
   * Makes the caller the key's owner, so that a key whose owner has left goes on. Its scopes are among the caller's own rights, and its owner's rank, if still a member, is not above the caller's. The secret stays the same: rotate it as well if somebody who has left may know it. Adopting one's own key changes nothing.
   *
   * Needs the permission `apiKey:update`. Its own refusals: `key_revoked`, `rank_too_low`.
   *
   * @param apiKeyId - Id of the API key.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `key_revoked`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const apiKey = await portico.apiKeys.adopt("cda5zy9bm8m4fwb23rf5th4b2qphhwj1");
   */
  adopt(apiKeyId: string, options?: ChangeOptions): Call<ApiKey>;

  /**
   * Create an API key
   *
   * The answer carries the key, once. Its scopes are among the caller's own rights; without `expiresAt` it does not expire. The caller is its owner: the key never does more than its owner could at the moment, and is suspended while the owner is no active member.
   *
   * Needs the permission `apiKey:create`. Its own refusals: `scope_not_allowed`, `limit_reached`.
   *
   * @param input - What to send to create an API key.
   * @throws {ApiError} 409 `limit_reached`; 422 `read_only_field`, `scope_not_allowed`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.apiKeys.create({ name: "Nightly export", scopes: ["schedule:read"], requestsPerMinute: 600 });
   */
  create(input: CreateApiKeyBody, options?: ChangeOptions): Call<CreateApiKeyAnswer>;

  /**
   * Get a API key
   *
   * Needs the permission `apiKey:read`.
   *
   * @param apiKeyId - Id of the API key.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const apiKey = await portico.apiKeys.get("cda5zy9bm8m4fwb23rf5th4b2qphhwj1");
   */
  get(apiKeyId: string, options?: ReadOptions): Call<ApiKey>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(apiKeyId: string, options: RequestOptions): Call<ApiKey | undefined>;

  /**
   * List API keys
   *
   * Newest first unless sorted otherwise. Supported together: {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {ownerId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `apiKey:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const apiKey of portico.apiKeys.list()) console.log(apiKey);
   */
  list(input?: Query<"listApiKeys">, options?: ReadOptions): ListCall<ApiKey>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listApiKeys"> | undefined, options: RequestOptions): Call<Page<ApiKey> | undefined>;

  /**
   * Revoke an API key
   *
   * At once and for good; an old key in its grace time stops too.
   *
   * Needs the permission `apiKey:revoke`. Its own refusals: `key_revoked`.
   *
   * @param apiKeyId - Id of the API key.
   * @throws {ApiError} 404 `not_found`; 409 `key_revoked`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const apiKey = await portico.apiKeys.revoke("cda5zy9bm8m4fwb23rf5th4b2qphhwj1");
   */
  revoke(apiKeyId: string, options?: ChangeOptions): Call<ApiKey>;

  /**
   * Rotate an API key
   *
   * The answer carries the new key, once. The old one and its tokens work for `graceSeconds` more, none unless given. All its scopes are among the caller's own rights, and its owner's rank is not above the caller's. The owner stays; `adopt` changes it.
   *
   * Needs the permission `apiKey:update`. Its own refusals: `key_revoked`, `rank_too_low`.
   *
   * @param apiKeyId - Id of the API key.
   * @param input - What to send to rotate an API key.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `key_revoked`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.apiKeys.rotate("cda5zy9bm8m4fwb23rf5th4b2qphhwj1", { graceSeconds: 3600 });
   */
  rotate(apiKeyId: string, input?: RotateApiKeyBody, options?: ChangeOptions): Call<RotateApiKeyAnswer>;

  /**
   * Update an API key
   *
   * Changes its name or its limit, or takes scopes away. Without a limit of its own (null) it has the organization's.
   *
   * Needs the permission `apiKey:update`. Its own refusals: `scope_not_allowed`.
   *
   * @param apiKeyId - Id of the API key.
   * @param input - What to send to update an API key.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`, `scope_not_allowed`; and what any call may be refused with.
   *
   * @example
   * const apiKey = await portico.apiKeys.update("cda5zy9bm8m4fwb23rf5th4b2qphhwj1", { name: "Nightly export" });
   */
  update(apiKeyId: string, input: UpdateApiKeyBody, options?: ChangeOptions): Call<ApiKey>;

}

/** Calls of `portico.apiLogs`. */
export interface ApiLogsResource {
  /**
   * Get a API log
   *
   * Needs the permission `apiLog:read`.
   *
   * @param apiLogId - Id of the API log.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const apiLog = await portico.apiLogs.get("rjxd5jxk8n375h2v4h4wqj7geqagffe3");
   */
  get(apiLogId: string, options?: ReadOptions): Call<ApiLog>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(apiLogId: string, options: RequestOptions): Call<ApiLog | undefined>;

  /**
   * List API logs
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo or from/to, sort=created or createdAt}, {operationId, createdFrom/createdTo or from/to, sort=created or createdAt}, {requestId, createdFrom/createdTo or from/to, sort=created or createdAt}, {statusCode, createdFrom/createdTo or from/to, sort=created or createdAt}.
   *
   * Needs the permission `apiLog:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const apiLog of portico.apiLogs.list()) console.log(apiLog);
   */
  list(input?: Query<"listApiLogs">, options?: ReadOptions): ListCall<ApiLog>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listApiLogs"> | undefined, options: RequestOptions): Call<Page<ApiLog> | undefined>;

}

/** Calls of `portico.auditLogs`. */
export interface AuditLogsResource {
  /**
   * Get an audit log
   *
   * Needs the permission `auditLog:read`.
   *
   * @param auditLogId - Id of the audit log.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const auditLog = await portico.auditLogs.get("3y4bgc2vxz9k8kdk24rdypthbfgpgwcc");
   */
  get(auditLogId: string, options?: ReadOptions): Call<AuditLog>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(auditLogId: string, options: RequestOptions): Call<AuditLog | undefined>;

  /**
   * Get the history of a record
   *
   * Every audit row of one record, newest first unless sorted otherwise; also of one that is gone.
   *
   * Needs the permission `auditLog:read`. Its own refusals: `invalid_cursor`.
   *
   * @param tableName - The table that the record is or was in.
   * @param recordId - Id of the record.
   * @throws {ApiError} 400 `invalid_cursor`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const auditLog of portico.auditLogs.getRecordHistory("schedules", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r")) console.log(auditLog);
   */
  getRecordHistory(tableName: string, recordId: string, input?: Query<"getRecordHistory">, options?: ReadOptions): ListCall<AuditLog>;
  /** getRecordHistory unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getRecordHistory(tableName: string, recordId: string, input: Query<"getRecordHistory"> | undefined, options: RequestOptions): Call<Page<AuditLog> | undefined>;

  /**
   * List the audit trail
   *
   * Newest first unless sorted otherwise. Reading it leaves a row of its own, `audit.read`, once an hour and actor. Supported together: {action, from/to, sort=createdAt}, {from/to, sort=createdAt}, {result, from/to, sort=createdAt}, {tableName, from/to, sort=createdAt}, {tableName, recordId, from/to, sort=createdAt}, {userId, from/to, sort=createdAt}.
   *
   * Needs the permission `auditLog:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const auditLog of portico.auditLogs.list()) console.log(auditLog);
   */
  list(input?: Query<"listAuditLogs">, options?: ReadOptions): ListCall<AuditLog>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listAuditLogs"> | undefined, options: RequestOptions): Call<Page<AuditLog> | undefined>;

}

/** Calls of `portico.billLineItems`. */
export interface BillLineItemsResource {
  /**
   * Add a line to a draft
   *
   * It stays when the draft is computed again. The bill's totals follow in the same transaction.
   *
   * Needs the permission `bill:update`. Its own refusals: `bill_not_draft`, `currency_mismatch`, `bill_too_large`.
   *
   * @param billId - Id of the bill.
   * @param input - What to send to add a line to a draft.
   * @throws {ApiError} 404 `not_found`; 409 `bill_not_draft`; 412 `precondition_failed`; 422 `bill_too_large`, `cross_tenant_reference`, `currency_mismatch`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const billLineItem = await portico.billLineItems.create("6jhc9b0ys1czngxw3m99keaq9pfxym3a", {
   *   pricingTierId: "215pp1jncnqxrzdps9fbxrat2zc1ztnn",
   *   description: "endpoint, 2026-01-01 to 2026-01-31",
   *   units: 40,
   * });
   */
  create(billId: string, input: CreateBillLineItemBody, options?: ChangeOptions): Call<BillLineItem>;

  /**
   * Delete a line of a draft
   *
   * Of a line that somebody added. The bill's totals follow in the same transaction.
   *
   * Needs the permission `bill:update`. Its own refusals: `bill_not_draft`, `currency_mismatch`, `bill_too_large`, `line_from_usage`.
   *
   * @param billId - Id of the bill.
   * @param lineItemId - Id of the bill line item.
   * @throws {ApiError} 404 `not_found`; 409 `bill_not_draft`, `line_from_usage`; 412 `precondition_failed`; 422 `bill_too_large`, `currency_mismatch`; and what any call may be refused with.
   *
   * @example
   * await portico.billLineItems.delete("6jhc9b0ys1czngxw3m99keaq9pfxym3a", "xwpa2a75yy77yjec5n24ck5b3jevsbvv");
   */
  delete(billId: string, lineItemId: string, options?: ChangeOptions): Call<Result<"deleteBillLineItem">>;

  /**
   * List the lines of a bill
   *
   * Newest first unless sorted otherwise.
   *
   * Needs the permission `bill:read`. Its own refusals: `invalid_cursor`.
   *
   * @param billId - Id of the bill.
   * @throws {ApiError} 400 `invalid_cursor`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const billLineItem of portico.billLineItems.list("6jhc9b0ys1czngxw3m99keaq9pfxym3a")) console.log(billLineItem);
   */
  list(billId: string, input?: Query<"listBillLineItems">, options?: ReadOptions): ListCall<BillLineItem>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(billId: string, input: Query<"listBillLineItems"> | undefined, options: RequestOptions): Call<Page<BillLineItem> | undefined>;

  /**
   * List lines of all bills by integration
   *
   * Newest first unless sorted otherwise.
   *
   * Needs the permission `bill:read`. Its own refusals: `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`; and what any call may be refused with.
   *
   * @example
   * for await (const billLineItem of portico.billLineItems.listByIntegration({ integrationId: "halo-psa" })) console.log(billLineItem);
   */
  listByIntegration(input: Query<"listLineItemsByIntegration">, options?: ReadOptions): ListCall<BillLineItem>;
  /** listByIntegration unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  listByIntegration(input: Query<"listLineItemsByIntegration">, options: RequestOptions): Call<Page<BillLineItem> | undefined>;

  /**
   * Update a line of a draft
   *
   * Of a line that somebody added. The bill's totals follow in the same transaction.
   *
   * Needs the permission `bill:update`. Its own refusals: `bill_not_draft`, `currency_mismatch`, `bill_too_large`, `line_from_usage`.
   *
   * @param billId - Id of the bill.
   * @param lineItemId - Id of the bill line item.
   * @param input - What to send to update a line of a draft.
   * @throws {ApiError} 404 `not_found`; 409 `bill_not_draft`, `line_from_usage`; 412 `precondition_failed`; 422 `bill_too_large`, `currency_mismatch`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const billLineItem = await portico.billLineItems.update("6jhc9b0ys1czngxw3m99keaq9pfxym3a", "xwpa2a75yy77yjec5n24ck5b3jevsbvv", { description: "endpoint, 2026-01-01 to 2026-01-31" });
   */
  update(billId: string, lineItemId: string, input: UpdateBillLineItemBody, options?: ChangeOptions): Call<BillLineItem>;

}

/** Calls of `portico.billingAdjustments`. */
export interface BillingAdjustmentsResource {
  /**
   * Create a billing adjustment
   *
   * Needs the permission `billingAdjustment:create`.
   *
   * @param input - What to send to create a billing adjustment.
   * @throws {ApiError} 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const billingAdjustment = await portico.billingAdjustments.create({
   *   type: "credit",
   *   amountType: "fixed",
   *   amount: 2500,
   *   currency: "usd",
   *   recurrence: "once",
   *   reason: "Outage of 3 January",
   *   effectiveFrom: Date.parse("2026-01-01T00:00:00.000Z"),
   *   effectiveTo: Date.parse("2026-04-01T00:00:00.000Z"),
   * });
   */
  create(input: CreateBillingAdjustmentBody, options?: ChangeOptions): Call<BillingAdjustment>;

  /**
   * Delete a billing adjustment
   *
   * Deletes it for good.
   *
   * Needs the permission `billingAdjustment:delete`. Its own refusals: `in_use`, `adjustment_in_use`.
   *
   * @param billingAdjustmentId - Id of the billing adjustment.
   * @throws {ApiError} 404 `not_found`; 409 `adjustment_in_use`, `in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.billingAdjustments.delete("mdw4cr2r8kywex2ys07dkpjcgnzkp4h1");
   */
  delete(billingAdjustmentId: string, options?: ChangeOptions): Call<Result<"deleteBillingAdjustment">>;

  /**
   * Get a billing adjustment
   *
   * Needs the permission `billingAdjustment:read`.
   *
   * @param billingAdjustmentId - Id of the billing adjustment.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const billingAdjustment = await portico.billingAdjustments.get("mdw4cr2r8kywex2ys07dkpjcgnzkp4h1");
   */
  get(billingAdjustmentId: string, options?: ReadOptions): Call<BillingAdjustment>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(billingAdjustmentId: string, options: RequestOptions): Call<BillingAdjustment | undefined>;

  /**
   * List billing adjustments
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {from/to, sort=effectiveFrom}, {integrationId, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `billingAdjustment:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const billingAdjustment of portico.billingAdjustments.list()) console.log(billingAdjustment);
   */
  list(input?: Query<"listBillingAdjustments">, options?: ReadOptions): ListCall<BillingAdjustment>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listBillingAdjustments"> | undefined, options: RequestOptions): Call<Page<BillingAdjustment> | undefined>;

  /**
   * Update a billing adjustment
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `billingAdjustment:update`. Its own refusals: `adjustment_in_use`.
   *
   * @param billingAdjustmentId - Id of the billing adjustment.
   * @param input - What to send to update a billing adjustment.
   * @throws {ApiError} 404 `not_found`; 409 `adjustment_in_use`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const billingAdjustment = await portico.billingAdjustments.update("mdw4cr2r8kywex2ys07dkpjcgnzkp4h1", { amount: 2500 });
   */
  update(billingAdjustmentId: string, input: UpdateBillingAdjustmentBody, options?: ChangeOptions): Call<BillingAdjustment>;

}

/** Calls of `portico.bills`. */
export interface BillsResource {
  /**
   * Cancel a bill
   *
   * Gives its period back to other bills, with the usage in it, and what it has used of adjustments. A number that it has stays its own. The reason stands in the audit trail.
   *
   * Needs the permission `bill:cancel`. Its own refusals: `invalid_state_transition`, `credit_in_use`.
   *
   * @param billId - Id of the bill.
   * @param input - What to send to cancel a bill.
   * @throws {ApiError} 404 `not_found`; 409 `credit_in_use`, `invalid_state_transition`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const bill = await portico.bills.cancel("6jhc9b0ys1czngxw3m99keaq9pfxym3a", { reason: "Wrong price in January." });
   */
  cancel(billId: string, input?: CancelBillBody, options?: ChangeOptions): Call<Bill>;

  /**
   * Delete a draft
   *
   * Deletes it for good with its lines.
   *
   * Needs the permission `bill:delete`. Its own refusals: `bill_not_draft`.
   *
   * @param billId - Id of the bill.
   * @throws {ApiError} 404 `not_found`; 409 `bill_not_draft`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.bills.delete("6jhc9b0ys1czngxw3m99keaq9pfxym3a");
   */
  delete(billId: string, options?: ChangeOptions): Call<Result<"deleteBill">>;

  /**
   * Finalize a bill
   *
   * Computes the draft a last time, gives it the next number, and closes its period: usage that is recorded for it later counts in the first open one. Refused before its last day has passed. What is finalized stays as it is.
   *
   * Needs the permission `bill:finalize`. Its own refusals: `invalid_state_transition`, `period_not_over`, `no_pricing_tier`, `currency_mismatch`, `bill_too_large`.
   *
   * @param billId - Id of the bill.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `period_not_over`; 412 `precondition_failed`; 422 `bill_too_large`, `currency_mismatch`, `no_pricing_tier`; and what any call may be refused with.
   *
   * @example
   * const bill = await portico.bills.finalize("6jhc9b0ys1czngxw3m99keaq9pfxym3a");
   */
  finalize(billId: string, options?: ChangeOptions): Call<Bill>;

  /**
   * Generate a bill
   *
   * A draft for whole days in the organization's time zone: a line for each price, from the usage that belongs to them, and the adjustments that meet them. No two bills cover one day, but for cancelled ones.
   *
   * Needs the permission `bill:generate`. Its own refusals: `period_overlap`, `no_pricing_tier`, `currency_mismatch`, `bill_too_large`.
   *
   * @param input - What to send to generate a bill.
   * @throws {ApiError} 409 `period_overlap`; 422 `bill_too_large`, `currency_mismatch`, `no_pricing_tier`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const bill = await portico.bills.generate({
   *   startDate: "2026-01-01",
   *   endDate: "2026-02-01",
   *   skipUnpriced: false,
   *   notes: "Thank you.",
   * });
   */
  generate(input: GenerateBillBody, options?: ChangeOptions): Call<Bill>;

  /**
   * Get a bill
   *
   * With `include=lineItems` also its lines.
   *
   * Needs the permission `bill:read`.
   *
   * @param billId - Id of the bill.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.bills.get("6jhc9b0ys1czngxw3m99keaq9pfxym3a");
   */
  get(billId: string, input?: Query<"getBill">, options?: ReadOptions): Call<GetBillAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(billId: string, input: Query<"getBill"> | undefined, options: RequestOptions): Call<GetBillAnswer | undefined>;

  /**
   * Get a bill as a page
   *
   * An HTML document for people to read and print: it loads nothing, and nothing in it runs.
   *
   * Needs the permission `bill:read`.
   *
   * @param billId - Id of the bill.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.bills.getPage("6jhc9b0ys1czngxw3m99keaq9pfxym3a");
   */
  getPage(billId: string, options?: ReadOptions): Call<GetBillPageAnswer>;
  /** getPage unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getPage(billId: string, options: RequestOptions): Call<GetBillPageAnswer | undefined>;

  /**
   * List bills
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {periodFrom/periodTo, sort=periodStart}, {status, periodFrom/periodTo, sort=periodStart}.
   *
   * Needs the permission `bill:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const bill of portico.bills.list()) console.log(bill);
   */
  list(input?: Query<"listBills">, options?: ReadOptions): ListCall<Bill>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listBills"> | undefined, options: RequestOptions): Call<Page<Bill> | undefined>;

  /**
   * Mark a bill as paid
   *
   * Needs the permission `bill:pay`. Its own refusals: `invalid_state_transition`.
   *
   * @param billId - Id of the bill.
   * @param input - What to send to mark a bill as paid.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const bill = await portico.bills.pay("6jhc9b0ys1czngxw3m99keaq9pfxym3a", { paidAt: Date.parse("2026-02-14T00:00:00.000Z") });
   */
  pay(billId: string, input?: MarkBillPaidBody, options?: ChangeOptions): Call<Bill>;

  /**
   * Compute a draft again
   *
   * From usage, prices and adjustments as they are now. Lines that somebody added stay.
   *
   * Needs the permission `bill:generate`. Its own refusals: `bill_not_draft`, `no_pricing_tier`, `currency_mismatch`, `bill_too_large`.
   *
   * @param billId - Id of the bill.
   * @throws {ApiError} 404 `not_found`; 409 `bill_not_draft`; 412 `precondition_failed`; 422 `bill_too_large`, `currency_mismatch`, `no_pricing_tier`; and what any call may be refused with.
   *
   * @example
   * const bill = await portico.bills.regenerate("6jhc9b0ys1czngxw3m99keaq9pfxym3a");
   */
  regenerate(billId: string, options?: ChangeOptions): Call<Bill>;

  /**
   * Update a bill
   *
   * Changes the notes of a draft; null clears them.
   *
   * Needs the permission `bill:update`. Its own refusals: `bill_not_draft`, `bill_number_taken`.
   *
   * @param billId - Id of the bill.
   * @param input - What to send to update a bill.
   * @throws {ApiError} 404 `not_found`; 409 `bill_not_draft`, `bill_number_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const bill = await portico.bills.update("6jhc9b0ys1czngxw3m99keaq9pfxym3a", { notes: "Thank you." });
   */
  update(billId: string, input: UpdateBillBody, options?: ChangeOptions): Call<Bill>;

}

/** Calls of `portico.clientMembers`. */
export interface ClientMembersResource {
  /**
   * Add a member to a client
   *
   * The role is `client` unless given, by `roleId` or `roleKey`; its rights hold for what is assigned to the client. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes. So must be what the member's own role allows on assigned rows.
   *
   * Needs the permission `client:manageMembers`. Its own refusals: `already_member`, `rank_too_low`, `limit_reached`.
   *
   * @param clientId - Id of the client.
   * @param input - What to send to add a member to a client.
   * @throws {ApiError} 403 `not_assigned`, `rank_too_low`; 404 `not_found`; 409 `already_member`, `limit_reached`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `not_an_organization_member`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const clientMember = await portico.clientMembers.add("fdg8jtfbqm57yswa918zz3mptw9g4f38", { userId: "xvcpq2b60gypf1ckwc9ceze3vnke5x7c", roleKey: "member" });
   */
  add(clientId: string, input: AddClientMemberBody, options?: ChangeOptions): Call<ClientMember>;

  /**
   * List the members of a client
   *
   * Newest first unless sorted otherwise.
   *
   * For members of the organization; machines and assigned roles need the permission `client:read`. Its own refusals: `invalid_cursor`.
   *
   * @param clientId - Id of the client.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const clientMember of portico.clientMembers.list("fdg8jtfbqm57yswa918zz3mptw9g4f38")) console.log(clientMember);
   */
  list(clientId: string, input?: Query<"listClientMembers">, options?: ReadOptions): ListCall<ClientMember>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(clientId: string, input: Query<"listClientMembers"> | undefined, options: RequestOptions): Call<Page<ClientMember> | undefined>;

  /**
   * Remove a member from a client
   *
   * What is assigned to the client is no longer assigned to the member; the membership of the organization stays.
   *
   * Needs the permission `client:manageMembers`. Its own refusals: `rank_too_low`.
   *
   * @param clientId - Id of the client.
   * @param userId - Id of the user.
   * @throws {ApiError} 403 `not_assigned`, `rank_too_low`; 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.clientMembers.remove("fdg8jtfbqm57yswa918zz3mptw9g4f38", "xvcpq2b60gypf1ckwc9ceze3vnke5x7c");
   */
  remove(clientId: string, userId: string, options?: ChangeOptions): Call<Result<"removeClientMember">>;

  /**
   * Update a member of a client
   *
   * Gives another role there, by `roleId` or `roleKey`, to a member whose role there is below one's own. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes.
   *
   * Needs the permission `client:manageMembers`. Its own refusals: `rank_too_low`.
   *
   * @param clientId - Id of the client.
   * @param userId - Id of the user.
   * @param input - What to send to update a member of a client.
   * @throws {ApiError} 403 `not_assigned`, `rank_too_low`; 404 `not_found`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const clientMember = await portico.clientMembers.update("fdg8jtfbqm57yswa918zz3mptw9g4f38", "xvcpq2b60gypf1ckwc9ceze3vnke5x7c", { roleKey: "member" });
   */
  update(clientId: string, userId: string, input: UpdateClientMemberBody, options?: ChangeOptions): Call<ClientMember>;

}

/** Calls of `portico.clientResources`. */
export interface ClientResourcesResource {
  /**
   * List what belongs to a client
   *
   * What a client's portal shows: of all tables the rows that belong to the client, as far as the caller may read them, newest first. Where a permission reaches assigned rows alone, only one's own clients can be asked about.
   *
   * Needs the permission `resource:read`. Its own refusals: `invalid_cursor`.
   *
   * @param clientId - Id of the client.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.clientResources.list("fdg8jtfbqm57yswa918zz3mptw9g4f38")) console.log(row);
   */
  list(clientId: string, input?: Query<"listClientResources">, options?: ReadOptions): ListCall<ListClientResourcesRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(clientId: string, input: Query<"listClientResources"> | undefined, options: RequestOptions): Call<Page<ListClientResourcesRow> | undefined>;

}

/** Calls of `portico.clients`. */
export interface ClientsResource {
  /**
   * Create a client
   *
   * Needs the permission `client:create`. Its own refusals: `name_taken`.
   *
   * @param input - What to send to create a client.
   * @throws {ApiError} 403 `not_assigned`; 409 `name_taken`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const client = await portico.clients.create({
   *   name: "Harbour Foods",
   *   status: "active",
   *   contactEmail: "office@harbour-foods.example",
   *   metadata: { crmId: "HF-204" },
   * });
   */
  create(input: CreateClientBody, options?: ChangeOptions): Call<Client>;

  /**
   * Delete a client
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `client:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param clientId - Id of the client.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.clients.delete("fdg8jtfbqm57yswa918zz3mptw9g4f38");
   */
  delete(clientId: string, input?: Query<"deleteClient">, options?: ChangeOptions): Call<Result<"deleteClient">>;

  /**
   * Get a client
   *
   * For members of the organization; machines and assigned roles need the permission `client:read`.
   *
   * @param clientId - Id of the client.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const client = await portico.clients.get("fdg8jtfbqm57yswa918zz3mptw9g4f38");
   */
  get(clientId: string, options?: ReadOptions): Call<Client>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(clientId: string, options: RequestOptions): Call<Client | undefined>;

  /**
   * List clients
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `client:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const client of portico.clients.list()) console.log(client);
   */
  list(input?: Query<"listClients">, options?: ReadOptions): ListCall<Client>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listClients"> | undefined, options: RequestOptions): Call<Page<Client> | undefined>;

  /**
   * Restore a client
   *
   * Takes it out of the trash. Send another `name` where it is taken by now.
   *
   * Needs the permission `client:restore`. Its own refusals: `not_deleted`, `name_taken`.
   *
   * @param clientId - Id of the client.
   * @param input - What to send to restore a client.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`, `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const client = await portico.clients.restore("fdg8jtfbqm57yswa918zz3mptw9g4f38", { name: "Harbour Foods" });
   */
  restore(clientId: string, input?: RestoreClientBody, options?: ChangeOptions): Call<Client>;

  /**
   * Update a client
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `client:update`. Its own refusals: `name_taken`.
   *
   * @param clientId - Id of the client.
   * @param input - What to send to update a client.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const client = await portico.clients.update("fdg8jtfbqm57yswa918zz3mptw9g4f38", { name: "Harbour Foods" });
   */
  update(clientId: string, input: UpdateClientBody, options?: ChangeOptions): Call<Client>;

}

/** Calls of `portico.dataSourceSites`. */
export interface DataSourceSitesResource {
  /**
   * Link a data source to a site
   *
   * It brings entities of the site from then on, beside those of its other sites: 500 at most.
   *
   * Needs the permission `dataSource:update`. Its own refusals: `already_linked`, `limit_reached`.
   *
   * @param input - What to send to link a data source to a site.
   * @throws {ApiError} 409 `already_linked`, `limit_reached`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const dataSourceSite = await portico.dataSourceSites.link({
   *   dataSourceId: "awz8j4qzh63j7xs58nm6gesg0y43py42",
   *   siteId: "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
   * });
   */
  link(input: LinkDataSourceSiteBody, options?: ChangeOptions): Call<DataSourceSite>;

  /**
   * List data source sites
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {dataSourceId, createdFrom/createdTo, sort=created}, {dataSourceId, siteId, createdFrom/createdTo, sort=created}, {siteId, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `dataSource:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const dataSourceSite of portico.dataSourceSites.list()) console.log(dataSourceSite);
   */
  list(input?: Query<"listDataSourceSites">, options?: ReadOptions): ListCall<DataSourceSite>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listDataSourceSites"> | undefined, options: RequestOptions): Call<Page<DataSourceSite> | undefined>;

  /**
   * Unlink a data source from a site
   *
   * Needs the permission `dataSource:update`.
   *
   * @param linkId - Id of the data source site.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.dataSourceSites.unlink("mbv0c9r8922gaehxp688twbjsb1rtc2p");
   */
  unlink(linkId: string, options?: ChangeOptions): Call<Result<"unlinkDataSourceSite">>;

}

/** Calls of `portico.dataSources`. */
export interface DataSourcesResource {
  /**
   * Create a data source
   *
   * Connects an integration. It is inactive until a test (`POST /v1/data-sources/{dataSourceId}/test`) or its first sync succeeds. The first of its integration is the primary one. `config` is what the integration's `configSchema` says; URLs in it are `https`, on public hosts.
   *
   * Needs the permission `dataSource:create`. Its own refusals: `external_id_taken`, `integration_inactive`, `config_invalid`, `url_not_allowed`, `encryption_not_configured`.
   *
   * @param input - What to send to create a data source.
   * @throws {ApiError} 409 `external_id_taken`, `integration_inactive`; 422 `config_invalid`, `cross_tenant_reference`, `read_only_field`, `url_not_allowed`; 503 `encryption_not_configured`; and what any call may be refused with.
   *
   * @example
   * const dataSource = await portico.dataSources.create({
   *   integrationId: "halo-psa",
   *   name: "HaloPSA of Rotterdam",
   *   externalId: "tenant-10442",
   *   isPrimary: false,
   *   config: { baseUrl: "https://psa.example.com" },
   *   credentialExpirationAt: Date.parse("2026-07-01T00:00:00.000Z"),
   *   maxCallsPerHour: 10000,
   *   credentials: { clientId: "portico", clientSecret: "correct-horse-battery-staple" },
   * });
   */
  create(input: CreateDataSourceBody, options?: ChangeOptions): Call<DataSource>;

  /**
   * Delete a data source
   *
   * Moves it to the trash: its credentials are deleted for good, its jobs that wait are gone, and it brings entities of no site any more. Its entities follow into the trash by a job. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `dataSource:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `sync_in_progress`.
   *
   * @param dataSourceId - Id of the data source.
   * @throws {ApiError} 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`, `sync_in_progress`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.dataSources.delete("awz8j4qzh63j7xs58nm6gesg0y43py42");
   */
  delete(dataSourceId: string, input?: Query<"deleteDataSource">, options?: ChangeOptions): Call<Result<"deleteDataSource">>;

  /**
   * Get a data source
   *
   * For members of the organization; machines and assigned roles need the permission `dataSource:read`.
   *
   * @param dataSourceId - Id of the data source.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const dataSource = await portico.dataSources.get("awz8j4qzh63j7xs58nm6gesg0y43py42");
   */
  get(dataSourceId: string, options?: ReadOptions): Call<DataSource>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(dataSourceId: string, options: RequestOptions): Call<DataSource | undefined>;

  /**
   * Get the sync status of a data source
   *
   * Type by type: the last job and the last success, how many jobs wait, run and have failed, and from when it may be synced again.
   *
   * For members of the organization; machines and assigned roles need the permission `dataSource:read`.
   *
   * @param dataSourceId - Id of the data source.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.dataSources.getSyncStatus("awz8j4qzh63j7xs58nm6gesg0y43py42");
   */
  getSyncStatus(dataSourceId: string, options?: ReadOptions): Call<GetDataSourceSyncStatusAnswer>;
  /** getSyncStatus unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getSyncStatus(dataSourceId: string, options: RequestOptions): Call<GetDataSourceSyncStatusAnswer | undefined>;

  /**
   * List data sources
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {externalId, createdFrom/createdTo, sort=created}, {integrationId, createdFrom/createdTo, sort=created}, {integrationId, externalId, createdFrom/createdTo, sort=created}, {siteId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `dataSource:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const dataSource of portico.dataSources.list()) console.log(dataSource);
   */
  list(input?: Query<"listDataSources">, options?: ReadOptions): ListCall<DataSource>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listDataSources"> | undefined, options: RequestOptions): Call<Page<DataSource> | undefined>;

  /**
   * Restore a data source
   *
   * Takes it out of the trash, inactive and without credentials. Send another `externalId` where it is taken by now.
   *
   * Needs the permission `dataSource:restore`. Its own refusals: `not_deleted`, `external_id_taken`.
   *
   * @param dataSourceId - Id of the data source.
   * @param input - What to send to restore a data source.
   * @throws {ApiError} 404 `not_found`; 409 `external_id_taken`, `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const dataSource = await portico.dataSources.restore("awz8j4qzh63j7xs58nm6gesg0y43py42", { externalId: "tenant-10442" });
   */
  restore(dataSourceId: string, input?: RestoreDataSourceBody, options?: ChangeOptions): Call<DataSource>;

  /**
   * Set the credentials of a data source
   *
   * Encrypts them for this data source and forgets the ones before. The next test or sync signs in with them; the answer does not show them.
   *
   * Needs the permission `dataSource:rotate`. Its own refusals: `encryption_not_configured`.
   *
   * @param dataSourceId - Id of the data source.
   * @param input - What to send to set the credentials of a data source.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; 503 `encryption_not_configured`; and what any call may be refused with.
   *
   * @example
   * const dataSource = await portico.dataSources.setCredentials("awz8j4qzh63j7xs58nm6gesg0y43py42", {
   *   credentials: { clientId: "portico", clientSecret: "correct-horse-battery-staple" },
   *   credentialExpirationAt: Date.parse("2026-07-01T00:00:00.000Z"),
   * });
   */
  setCredentials(dataSourceId: string, input: SetDataSourceCredentialsBody, options?: ChangeOptions): Call<DataSource>;

  /**
   * Set the sites of a data source
   *
   * It brings entities of these sites, and of no others: what is linked beyond them is unlinked, all at once.
   *
   * Needs the permission `dataSource:update`.
   *
   * @param dataSourceId - Id of the data source.
   * @param input - What to send to set the sites of a data source.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.dataSources.setSites("awz8j4qzh63j7xs58nm6gesg0y43py42", { siteIds: ["vgjrscpr0s5bgtdbca1fhanbxhvcw347"] });
   */
  setSites(dataSourceId: string, input: SetDataSourceSitesBody, options?: ChangeOptions): Call<DataSourceSite>;

  /**
   * Sync a data source
   *
   * Asks for a job for each type, to begin when the type may be synced again (`nextAllowedAt` of its sync status); with `force: true` at once, reading everything instead of what has changed. A type whose job waits or runs gets no other one. Refused while every type that was asked for is being synced.
   *
   * Needs the permission `dataSource:sync`. Its own refusals: `data_source_inactive`, `integration_inactive`, `sync_in_progress`, `unsupported_entity_type`.
   *
   * @param dataSourceId - Id of the data source.
   * @param input - What to send to sync a data source.
   * @throws {ApiError} 400 `dry_run_unsupported`; 404 `not_found`; 409 `data_source_inactive`, `integration_inactive`, `sync_in_progress`; 412 `precondition_failed`; 422 `read_only_field`, `unsupported_entity_type`; and what any call may be refused with.
   *
   * @example
   * await portico.dataSources.sync("awz8j4qzh63j7xs58nm6gesg0y43py42", { types: ["tickets"] });
   */
  sync(dataSourceId: string, input?: SyncDataSourceBody, options?: RequestOptions): Call<SyncDataSourceAnswer>;

  /**
   * Test a data source
   *
   * Signs in with its credentials and asks for as little as shows that they hold. The answer is the job that does it; its `result` says what came of it, and the data source is `active` or in `error` then. Of an integration without an adapter, only that the configuration fits and the credentials can be read is tested (`isProviderAsked: false`).
   *
   * Needs the permission `dataSource:sync`. Its own refusals: `no_credentials`, `integration_inactive`.
   *
   * @param dataSourceId - Id of the data source.
   * @throws {ApiError} 400 `dry_run_unsupported`; 404 `not_found`; 409 `integration_inactive`, `no_credentials`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.dataSources.test("awz8j4qzh63j7xs58nm6gesg0y43py42");
   */
  test(dataSourceId: string, options?: RequestOptions): Call<TestDataSourceAnswer>;

  /**
   * Update a data source
   *
   * Fields left out stay as they are; null clears an optional field. With `isPrimary: true` it takes the place of the one that was primary. It is activated by hand only with credentials, and out of `error` only by a test or a sync that succeeds.
   *
   * Needs the permission `dataSource:update`. Its own refusals: `config_invalid`, `url_not_allowed`, `no_credentials`, `invalid_state_transition`, `external_id_taken`.
   *
   * @param dataSourceId - Id of the data source.
   * @param input - What to send to update a data source.
   * @throws {ApiError} 404 `not_found`; 409 `external_id_taken`, `invalid_state_transition`, `no_credentials`; 412 `precondition_failed`; 422 `config_invalid`, `cross_tenant_reference`, `read_only_field`, `url_not_allowed`; and what any call may be refused with.
   *
   * @example
   * const dataSource = await portico.dataSources.update("awz8j4qzh63j7xs58nm6gesg0y43py42", { name: "HaloPSA of Rotterdam" });
   */
  update(dataSourceId: string, input: UpdateDataSourceBody, options?: ChangeOptions): Call<DataSource>;

}

/** Calls of `portico.databases`. */
export interface DatabasesResource {
  /**
   * Delete a database
   *
   * Moves it to the trash, where no sync revives it; the provider is not asked to do anything. Its links say `deleted`. With `permanent=true`, deletes for good what is in the trash: a sync that finds it then brings it anew.
   *
   * Needs the permission `resource:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param databaseId - Id of the database.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.databases.delete("x41r9bsm8yh93m3ccy5gw9rffbgbafcj");
   */
  delete(databaseId: string, input?: Query<"deleteDatabase">, options?: ChangeOptions): Call<Result<"deleteDatabase">>;

  /**
   * Get a database
   *
   * Needs the permission `resource:read`.
   *
   * @param databaseId - Id of the database.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.databases.get("x41r9bsm8yh93m3ccy5gw9rffbgbafcj");
   */
  get(databaseId: string, input?: Query<"getDatabase">, options?: ReadOptions): Call<GetDatabaseAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(databaseId: string, input: Query<"getDatabase"> | undefined, options: RequestOptions): Call<GetDatabaseAnswer | undefined>;

  /**
   * List databases
   *
   * Newest first unless sorted otherwise; of whoever reaches granted docks alone, theirs. With `include=full` a page has 12 rows at most. Supported together: {createdFrom/createdTo, sort=created}, {dockId, createdFrom/createdTo, sort=created}, {provider, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * Needs the permission `resource:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.databases.list()) console.log(row);
   */
  list(input?: Query<"listDatabases">, options?: ReadOptions): ListCall<ListDatabasesRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listDatabases"> | undefined, options: RequestOptions): Call<Page<ListDatabasesRow> | undefined>;

  /**
   * Restore a database
   *
   * Takes it out of the trash. Syncs keep it as the provider has it again, and its links say how it is.
   *
   * Needs the permission `resource:restore`. Its own refusals: `not_deleted`, `dock_deleted`.
   *
   * @param databaseId - Id of the database.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `dock_deleted`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const database = await portico.databases.restore("x41r9bsm8yh93m3ccy5gw9rffbgbafcj");
   */
  restore(databaseId: string, options?: ChangeOptions): Call<Database>;

  /**
   * Update a database
   *
   * Its tags and metadata; all else is as the provider has it. Fields left out stay as they are; null clears `metadata`.
   *
   * Needs the permission `resource:update`.
   *
   * @param databaseId - Id of the database.
   * @param input - What to send to update a database.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const database = await portico.databases.update("x41r9bsm8yh93m3ccy5gw9rffbgbafcj", { tags: ["production"] });
   */
  update(databaseId: string, input: UpdateDatabaseBody, options?: ChangeOptions): Call<Database>;

}

/** Calls of `portico.dockPermissions`. */
export interface DockPermissionsResource {
  /**
   * Grant a dock to a team or a client
   *
   * Who is with the team or client reaches the dock and what it brings as far as their roles allow on assigned rows: all of it, or of `resourceTables`. Whoever gives it has, on the dock, all that it lets the people of the team or client do; who reaches the dock by a grant gives no more than that covers.
   *
   * Needs the permission `dock:grant`. Its own refusals: `already_granted`, `exactly_one_grantee`, `limit_reached`.
   *
   * @param dockId - Id of the dock.
   * @param input - What to send to grant a dock to a team or a client.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_granted`, `limit_reached`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `exactly_one_grantee`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const dockPermission = await portico.dockPermissions.grant("6t5hvjkteaadgbqeyaze7gze088sbf7z", {
   *   teamId: "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
   *   resourceTables: ["servers"],
   *   level: "read",
   * });
   */
  grant(dockId: string, input: GrantDockPermissionBody, options?: ChangeOptions): Call<DockPermission>;

  /**
   * List the grants of a dock
   *
   * The teams and clients that it is granted to. Newest first unless sorted otherwise.
   *
   * Needs the permission `dock:read`. Its own refusals: `invalid_cursor`.
   *
   * @param dockId - Id of the dock.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const dockPermission of portico.dockPermissions.list("6t5hvjkteaadgbqeyaze7gze088sbf7z")) console.log(dockPermission);
   */
  list(dockId: string, input?: Query<"listDockPermissions">, options?: ReadOptions): ListCall<DockPermission>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(dockId: string, input: Query<"listDockPermissions"> | undefined, options: RequestOptions): Call<Page<DockPermission> | undefined>;

  /**
   * Revoke a grant of a dock
   *
   * Ends it at once. Who reaches the dock by a grant revokes none that covers more than that, and may revoke that one.
   *
   * Needs the permission `dock:grant`.
   *
   * @param dockId - Id of the dock.
   * @param permissionId - Id of the dock permission.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * await portico.dockPermissions.revoke("6t5hvjkteaadgbqeyaze7gze088sbf7z", "wt3ne3vxav5859b37e0eabt40ns74nct");
   */
  revoke(dockId: string, permissionId: string, options?: ChangeOptions): Call<Result<"revokeDockPermission">>;

  /**
   * Update a grant of a dock
   *
   * Changes what it covers and how far it goes. Fields left out stay as they are; null for `resourceTables` covers everything. Whoever gives it has, on the dock, all that it lets the people of the team or client do; who reaches the dock by a grant gives no more than that covers.
   *
   * Needs the permission `dock:grant`. Its own refusals: `already_granted`.
   *
   * @param dockId - Id of the dock.
   * @param permissionId - Id of the dock permission.
   * @param input - What to send to update a grant of a dock.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_granted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const dockPermission = await portico.dockPermissions.update("6t5hvjkteaadgbqeyaze7gze088sbf7z", "wt3ne3vxav5859b37e0eabt40ns74nct", { resourceTables: ["servers"] });
   */
  update(dockId: string, permissionId: string, input: UpdateDockPermissionBody, options?: ChangeOptions): Call<DockPermission>;

}

/** Calls of `portico.dockSyncHistory`. */
export interface DockSyncHistoryResource {
  /**
   * List the syncs of a dock
   *
   * The last begun first unless sorted otherwise. A run is kept for 90 days after its end.
   *
   * Needs the permission `dock:read`. Its own refusals: `invalid_cursor`.
   *
   * @param dockId - Id of the dock.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const syncRun of portico.dockSyncHistory.list("6t5hvjkteaadgbqeyaze7gze088sbf7z")) console.log(syncRun);
   */
  list(dockId: string, input?: Query<"listDockSyncHistory">, options?: ReadOptions): ListCall<SyncRun>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(dockId: string, input: Query<"listDockSyncHistory"> | undefined, options: RequestOptions): Call<Page<SyncRun> | undefined>;

}

/** Calls of `portico.docks`. */
export interface DocksResource {
  /**
   * Create a dock
   *
   * Connects a provider. The key is encrypted for this dock and shown to nobody. Its first sync, within a minute unless `syncConfig.enabled` is false, shows whether it holds, or a test (`POST /v1/docks/{dockId}/test`).
   *
   * Needs the permission `dock:create`. Its own refusals: `name_taken`, `unknown_provider`, `base_url_required`, `base_url_not_allowed`, `sync_interval_too_short`, `url_not_allowed`, `encryption_not_configured`.
   *
   * @param input - What to send to create a dock.
   * @throws {ApiError} 403 `not_assigned`; 409 `name_taken`; 422 `base_url_not_allowed`, `base_url_required`, `read_only_field`, `sync_interval_too_short`, `unknown_provider`, `url_not_allowed`; 503 `encryption_not_configured`; and what any call may be refused with.
   *
   * @example
   * const dock = await portico.docks.create({
   *   name: "DigitalOcean of Acme",
   *   provider: "mock",
   *   baseUrl: "https://infrastructure.example.com/api",
   *   syncConfig: { enabled: true, intervalSeconds: 300 },
   *   apiKey: "mock_acme_correct-horse-battery-staple",
   * });
   */
  create(input: CreateDockBody, options?: ChangeOptions): Call<Dock>;

  /**
   * Delete a dock
   *
   * Moves it to the trash: its key is deleted for good, and who it was granted to. Its resources follow into the trash by a job. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `dock:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `sync_in_progress`.
   *
   * @param dockId - Id of the dock.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`, `sync_in_progress`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.docks.delete("6t5hvjkteaadgbqeyaze7gze088sbf7z");
   */
  delete(dockId: string, input?: Query<"deleteDock">, options?: ChangeOptions): Call<Result<"deleteDock">>;

  /**
   * Get a dock
   *
   * Needs the permission `dock:read`.
   *
   * @param dockId - Id of the dock.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const dock = await portico.docks.get("6t5hvjkteaadgbqeyaze7gze088sbf7z");
   */
  get(dockId: string, options?: ReadOptions): Call<Dock>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(dockId: string, options: RequestOptions): Call<Dock | undefined>;

  /**
   * List docks
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {lastSyncStatus, createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {provider, createdFrom/createdTo, sort=created}, {sort=name}, {deleted=only}.
   *
   * Needs the permission `dock:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const dock of portico.docks.list()) console.log(dock);
   */
  list(input?: Query<"listDocks">, options?: ReadOptions): ListCall<Dock>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listDocks"> | undefined, options: RequestOptions): Call<Page<Dock> | undefined>;

  /**
   * Release the lock of a dock
   *
   * Ends a sync whose job was cancelled or has failed for good, as a cron does by itself a minute later. Refused while the job waits or runs: cancel that (`DELETE /v1/scheduled-jobs/{jobId}`) to break a sync off. A dock that is not locked stays as it is.
   *
   * Needs the permission `dock:update`. Its own refusals: `sync_in_progress`.
   *
   * @param dockId - Id of the dock.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `sync_in_progress`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const dock = await portico.docks.releaseLock("6t5hvjkteaadgbqeyaze7gze088sbf7z");
   */
  releaseLock(dockId: string, options?: ChangeOptions): Call<Dock>;

  /**
   * Restore a dock
   *
   * Takes it out of the trash, in `error` until it is given a key (`POST /v1/docks/{dockId}/rotate`). Its resources come back with the next sync. Send another `name` where it is taken by now.
   *
   * Needs the permission `dock:restore`. Its own refusals: `not_deleted`, `name_taken`.
   *
   * @param dockId - Id of the dock.
   * @param input - What to send to restore a dock.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`, `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const dock = await portico.docks.restore("6t5hvjkteaadgbqeyaze7gze088sbf7z", { name: "DigitalOcean of Acme" });
   */
  restore(dockId: string, input?: RestoreDockBody, options?: ChangeOptions): Call<Dock>;

  /**
   * Rotate the key of a dock
   *
   * Tries the new key with the provider, then encrypts it in the place of the one before. A key of another account is refused: what was synced would look gone.
   *
   * Needs the permission `dock:rotate`. Its own refusals: `account_mismatch`, `api_key_refused`, `encryption_not_configured`, `provider_unavailable`, `sync_in_progress`.
   *
   * @param dockId - Id of the dock.
   * @param input - What to send to rotate the key of a dock.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `account_mismatch`, `sync_in_progress`; 412 `precondition_failed`; 422 `api_key_refused`, `read_only_field`; 503 `encryption_not_configured`, `provider_unavailable`; and what any call may be refused with.
   *
   * @example
   * const dock = await portico.docks.rotateKey("6t5hvjkteaadgbqeyaze7gze088sbf7z", { apiKey: "mock_acme_correct-horse-battery-staple" });
   */
  rotateKey(dockId: string, input: RotateDockKeyBody, options?: ChangeOptions): Call<Dock>;

  /**
   * Sync a dock
   *
   * Begins to read the provider; the answer is the run that does it, and `GET /v1/sync-history/{syncId}` tells what came of it. What two complete syncs have missed goes into the trash, of each table 30 % or five rows at most: beyond, the run is `partial` and nothing of that table goes until it is confirmed by `confirmLoss: true`, for which the caller needs `resource:delete` on them. Who reaches the dock by a grant syncs the tables that the grant covers.
   *
   * Needs the permission `dock:sync`. Its own refusals: `api_key_missing`, `rate_limited_by_provider`, `sync_in_progress`.
   *
   * @param dockId - Id of the dock.
   * @param input - What to send to sync a dock.
   * @throws {ApiError} 400 `dry_run_unsupported`; 403 `not_assigned`; 404 `not_found`; 409 `api_key_missing`, `rate_limited_by_provider`, `sync_in_progress`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * await portico.docks.sync("6t5hvjkteaadgbqeyaze7gze088sbf7z", { resourceTables: ["servers"] });
   */
  sync(dockId: string, input?: SyncDockBody, options?: RequestOptions): Call<SyncDockAnswer>;

  /**
   * Test a dock
   *
   * Asks the provider for as little as shows that the key holds. The dock's health has the answer as well.
   *
   * Needs the permission `dock:sync`. Its own refusals: `api_key_missing`, `rate_limited_by_provider`.
   *
   * @param dockId - Id of the dock.
   * @throws {ApiError} 400 `dry_run_unsupported`; 403 `not_assigned`; 404 `not_found`; 409 `api_key_missing`, `rate_limited_by_provider`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.docks.test("6t5hvjkteaadgbqeyaze7gze088sbf7z");
   */
  test(dockId: string, options?: RequestOptions): Call<TestDockAnswer>;

  /**
   * Update a dock
   *
   * Fields left out stay as they are, those of `syncConfig` as well.
   *
   * Needs the permission `dock:update`. Its own refusals: `name_taken`, `sync_interval_too_short`.
   *
   * @param dockId - Id of the dock.
   * @param input - What to send to update a dock.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`; 412 `precondition_failed`; 422 `read_only_field`, `sync_interval_too_short`; and what any call may be refused with.
   *
   * @example
   * const dock = await portico.docks.update("6t5hvjkteaadgbqeyaze7gze088sbf7z", { name: "DigitalOcean of Acme" });
   */
  update(dockId: string, input: UpdateDockBody, options?: ChangeOptions): Call<Dock>;

}

/** Calls of `portico.domains`. */
export interface DomainsResource {
  /**
   * Delete a domain
   *
   * Moves it to the trash, where no sync revives it; the provider is not asked to do anything. Its links say `deleted`. With `permanent=true`, deletes for good what is in the trash: a sync that finds it then brings it anew.
   *
   * Needs the permission `resource:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param domainId - Id of the domain.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.domains.delete("ve1nech2e12bs0kzhtyb402atvwemjy1");
   */
  delete(domainId: string, input?: Query<"deleteDomain">, options?: ChangeOptions): Call<Result<"deleteDomain">>;

  /**
   * Get a domain
   *
   * Needs the permission `resource:read`.
   *
   * @param domainId - Id of the domain.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.domains.get("ve1nech2e12bs0kzhtyb402atvwemjy1");
   */
  get(domainId: string, input?: Query<"getDomain">, options?: ReadOptions): Call<GetDomainAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(domainId: string, input: Query<"getDomain"> | undefined, options: RequestOptions): Call<GetDomainAnswer | undefined>;

  /**
   * List domains
   *
   * Newest first unless sorted otherwise; of whoever reaches granted docks alone, theirs. With `include=full` a page has 12 rows at most. Supported together: {createdFrom/createdTo, sort=created}, {dockId, createdFrom/createdTo, sort=created}, {expiresFrom/expiresTo, sort=expiresAt}, {provider, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * Needs the permission `resource:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.domains.list()) console.log(row);
   */
  list(input?: Query<"listDomains">, options?: ReadOptions): ListCall<ListDomainsRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listDomains"> | undefined, options: RequestOptions): Call<Page<ListDomainsRow> | undefined>;

  /**
   * Restore a domain
   *
   * Takes it out of the trash. Syncs keep it as the provider has it again, and its links say how it is.
   *
   * Needs the permission `resource:restore`. Its own refusals: `not_deleted`, `dock_deleted`.
   *
   * @param domainId - Id of the domain.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `dock_deleted`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const domain = await portico.domains.restore("ve1nech2e12bs0kzhtyb402atvwemjy1");
   */
  restore(domainId: string, options?: ChangeOptions): Call<Domain>;

  /**
   * Update a domain
   *
   * Its tags and metadata; all else is as the provider has it. Fields left out stay as they are; null clears `metadata`.
   *
   * Needs the permission `resource:update`.
   *
   * @param domainId - Id of the domain.
   * @param input - What to send to update a domain.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const domain = await portico.domains.update("ve1nech2e12bs0kzhtyb402atvwemjy1", { tags: ["production"] });
   */
  update(domainId: string, input: UpdateDomainBody, options?: ChangeOptions): Call<Domain>;

}

/** Calls of `portico.entities`. */
export interface EntitiesResource {
  /**
   * Upsert up to 200 entities
   *
   * What a data source brought of one type: by its external id each is created, updated where it differs from what is known, left alone where it does not, or revived from the trash. Each item is judged for itself: one that is refused has `errors`, and the others are taken. Of items with the same external id the last counts. The batch may take 4 MiB. With `syncRunId` the run notes what it has seen, which a prune needs.
   *
   * Needs the permission `entity:upsert`. Its own refusals: `unsupported_entity_type`, `payload_too_large`, `sync_run_not_found`, `sync_run_ended`.
   *
   * @param input - What to send to upsert up to 200 entities.
   * @throws {ApiError} 409 `sync_run_ended`; 422 `cross_tenant_reference`, `sync_run_not_found`, `unsupported_entity_type`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.entities.bulkUpsert({
   *   dataSourceId: "awz8j4qzh63j7xs58nm6gesg0y43py42",
   *   entityType: "devices",
   *   syncRunId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
   *   items: [
   *     {
   *       externalId: "device-4711",
   *       siteId: "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
   *       rawData: "{\"id\":4711,\"name\":\"PC-RECEPTION\",\"$type\":\"Workstation\"}",
   *       normalizedData: { name: "PC-RECEPTION", status: "online", operatingSystem: "Windows 11 Pro" },
   *       dataHash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
   *     },
   *   ],
   * });
   */
  bulkUpsert(input: BulkUpsertEntitiesBody, options?: ChangeOptions): Call<BulkUpsertEntitiesAnswer>;

  /**
   * Delete an entity
   *
   * Moves it to the trash and ends its relationships for good; the data source revives it where it brings it again. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `entity:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param entityId - Id of the entity.
   * @throws {ApiError} 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.entities.delete("c4q5nsz5fcfp21hxab0yz1f9j7k606hk");
   */
  delete(entityId: string, input?: Query<"deleteEntity">, options?: ChangeOptions): Call<Result<"deleteEntity">>;

  /**
   * Get an entity
   *
   * For members of the organization; machines and assigned roles need the permission `entity:read`.
   *
   * @param entityId - Id of the entity.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.entities.get("c4q5nsz5fcfp21hxab0yz1f9j7k606hk");
   */
  get(entityId: string, input?: Query<"getEntity">, options?: ReadOptions): Call<GetEntityAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(entityId: string, input: Query<"getEntity"> | undefined, options: RequestOptions): Call<GetEntityAnswer | undefined>;

  /**
   * List entities
   *
   * Newest first unless sorted otherwise. `dataSourceId`, `entityType` and `externalId` together name one. With `include=raw` a page has 12 rows at most. Supported together: {createdFrom/createdTo, sort=created}, {dataSourceId, entityType, sort=lastSeenAt}, {dataSourceId}, {entityType, createdFrom/createdTo, sort=created}, {externalId, createdFrom/createdTo, sort=created}, {integrationId, entityType, createdFrom/createdTo, sort=created}, {integrationId}, {siteId, entityType, createdFrom/createdTo, sort=created}, {siteId}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `entity:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.entities.list()) console.log(row);
   */
  list(input?: Query<"listEntities">, options?: ReadOptions): ListCall<ListEntitiesRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listEntities"> | undefined, options: RequestOptions): Call<Page<ListEntitiesRow> | undefined>;

  /**
   * Delete entities that a data source no longer has
   *
   * Moves to the trash what neither the named sync run nor the complete one before it has seen: a list that is short once may be anybody's fault. The run has to be complete. Nothing that was written since goes, nor anything before there are two complete runs. Where more than a fifth of the entities would go, and more than 25, it is refused unless forced. What is more than one transaction's work goes on as a job.
   *
   * Needs the permission `entity:delete`. Its own refusals: `unsupported_entity_type`, `sync_run_not_found`, `sync_not_complete`, `prune_too_large`.
   *
   * @param input - What to send to delete entities that a data source no longer has.
   * @throws {ApiError} 409 `prune_too_large`, `sync_not_complete`; 422 `cross_tenant_reference`, `sync_run_not_found`, `unsupported_entity_type`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.entities.prune({
   *   dataSourceId: "awz8j4qzh63j7xs58nm6gesg0y43py42",
   *   entityType: "devices",
   *   syncRunId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
   *   force: false,
   * });
   */
  prune(input: PruneEntitiesBody, options?: ChangeOptions): Call<PruneEntitiesAnswer>;

  /**
   * Restore an entity
   *
   * Takes it out of the trash, without the relationships that it had.
   *
   * Needs the permission `entity:delete`. Its own refusals: `not_deleted`, `external_id_taken`.
   *
   * @param entityId - Id of the entity.
   * @throws {ApiError} 404 `not_found`; 409 `external_id_taken`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const entity = await portico.entities.restore("c4q5nsz5fcfp21hxab0yz1f9j7k606hk");
   */
  restore(entityId: string, options?: ChangeOptions): Call<Entity>;

  /**
   * Update an entity
   *
   * Fields left out stay as they are; null takes the site away. What the data source brings of it the next time counts again.
   *
   * Needs the permission `entity:update`. Its own refusals: `external_id_taken`.
   *
   * @param entityId - Id of the entity.
   * @param input - What to send to update an entity.
   * @throws {ApiError} 404 `not_found`; 409 `external_id_taken`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const entity = await portico.entities.update("c4q5nsz5fcfp21hxab0yz1f9j7k606hk", {
   *   normalizedData: { name: "PC-RECEPTION", status: "online", operatingSystem: "Windows 11 Pro" },
   * });
   */
  update(entityId: string, input: UpdateEntityBody, options?: ChangeOptions): Call<Entity>;

}

/** Calls of `portico.entityRelationships`. */
export interface EntityRelationshipsResource {
  /**
   * Relate up to 200 pairs of entities
   *
   * Each is created, gets other metadata, or is left as it is; metadata that is left out stays. Each item is judged for itself: one that names an entity which is not there, or the same one twice, has `errors`, and the others are taken.
   *
   * Needs the permission `entity:relate`.
   *
   * @param input - What to send to relate up to 200 pairs of entities.
   *
   * @example
   * const answer = await portico.entityRelationships.bulkUpsert({
   *   items: [
   *     {
   *       parent: { entityId: "c4q5nsz5fcfp21hxab0yz1f9j7k606hk" },
   *       child: { entityId: "c4q5nsz5fcfp21hxab0yz1f9j7k606hk" },
   *       relationshipType: "assigned_to",
   *       metadata: { since: "2026-01-15" },
   *     },
   *   ],
   * });
   */
  bulkUpsert(input: BulkUpsertEntityRelationshipsBody, options?: ChangeOptions): Call<BulkUpsertEntityRelationshipsAnswer>;

  /**
   * Relate two entities
   *
   * Answers the relationship that there is, as it is, where there is one of this type between them.
   *
   * Needs the permission `entity:relate`. Its own refusals: `self_relationship`, `already_linked`.
   *
   * @param input - What to send to relate two entities.
   * @throws {ApiError} 409 `already_linked`; 422 `cross_tenant_reference`, `read_only_field`, `self_relationship`; and what any call may be refused with.
   *
   * @example
   * const entityRelationship = await portico.entityRelationships.create({
   *   parentEntityId: "c4q5nsz5fcfp21hxab0yz1f9j7k606hk",
   *   childEntityId: "c4q5nsz5fcfp21hxab0yz1f9j7k606hk",
   *   relationshipType: "assigned_to",
   *   metadata: { since: "2026-01-15" },
   * });
   */
  create(input: CreateEntityRelationshipBody, options?: ChangeOptions): Call<EntityRelationship>;

  /**
   * End a relationship
   *
   * Deletes it for good; the entities stay.
   *
   * Needs the permission `entity:relate`.
   *
   * @param entityRelationshipId - Id of the entity relationship.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.entityRelationships.delete("87egm1gyttxq3vr2rh0bjas1nnadm9bz");
   */
  delete(entityRelationshipId: string, options?: ChangeOptions): Call<Result<"deleteEntityRelationship">>;

  /**
   * List entity relationships
   *
   * Newest first unless sorted otherwise. Supported together: {childEntityId, createdFrom/createdTo, sort=created}, {childEntityId, relationshipType, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {parentEntityId, createdFrom/createdTo, sort=created}, {parentEntityId, relationshipType, childEntityId, createdFrom/createdTo, sort=created}, {parentEntityId, relationshipType, createdFrom/createdTo, sort=created}, {relationshipType, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `entity:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const entityRelationship of portico.entityRelationships.list()) console.log(entityRelationship);
   */
  list(input?: Query<"listEntityRelationships">, options?: ReadOptions): ListCall<EntityRelationship>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listEntityRelationships"> | undefined, options: RequestOptions): Call<Page<EntityRelationship> | undefined>;

  /**
   * List the entities that an entity is related to
   *
   * Its children, or with `direction=parents` its parents, each with what relates it; one that is related in several ways is listed for each of them. Newest relationship first unless sorted otherwise.
   *
   * For members of the organization; machines and assigned roles need the permission `entity:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @param entityId - Id of the entity.
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.entityRelationships.listRelated("c4q5nsz5fcfp21hxab0yz1f9j7k606hk")) console.log(row);
   */
  listRelated(entityId: string, input?: Query<"listRelatedEntities">, options?: ReadOptions): ListCall<ListRelatedEntitiesRow>;
  /** listRelated unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  listRelated(entityId: string, input: Query<"listRelatedEntities"> | undefined, options: RequestOptions): Call<Page<ListRelatedEntitiesRow> | undefined>;

}

/** Calls of `portico.eventLogs`. */
export interface EventLogsResource {
  /**
   * Claim event logs
   *
   * Gives a processor the oldest pending events. Each is this processor's alone until its lease ends, which counts as a failure. Webhooks are told of changes by themselves, whatever processors do.
   *
   * Needs the permission `eventLog:process`.
   *
   * @param input - What to send to claim event logs.
   *
   * @example
   * const answer = await portico.eventLogs.claim({ eventTypes: ["ticket.escalated"] });
   */
  claim(input?: ClaimEventLogsBody, options?: ChangeOptions): Call<ClaimEventLogsAnswer>;

  /**
   * Complete an event log
   *
   * Sent by its processor once the event is processed.
   *
   * Needs the permission `eventLog:process`. Its own refusals: `lock_lost`, `invalid_state_transition`.
   *
   * @param eventLogId - Id of the event log.
   * @param input - What to send to complete an event log.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `lock_lost`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const eventLog = await portico.eventLogs.complete("39fq5nnp67zzvfst362be2f05kbe3s8k", { lockToken: "lck_2f6ac1d8" });
   */
  complete(eventLogId: string, input: CompleteEventLogBody, options?: ChangeOptions): Call<EventLog>;

  /**
   * Create an event log
   *
   * Notes something that happened, for the organization's own processors.
   *
   * Needs the permission `eventLog:create`. Its own refusals: `reserved_event_type`.
   *
   * @param input - What to send to create an event log.
   * @throws {ApiError} 422 `reserved_event_type`; and what any call may be refused with.
   *
   * @example
   * const eventLog = await portico.eventLogs.create({
   *   eventType: "ticket.escalated",
   *   entityId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
   *   payload: { ticket: "4711" },
   * });
   */
  create(input: CreateEventLogBody, options?: ChangeOptions): Call<EventLog>;

  /**
   * Say that the processing of an event log has failed
   *
   * It is pending again after a wait that is longer with each failure and partly random. After 5 failures it stays failed, and administrators are told.
   *
   * Needs the permission `eventLog:process`. Its own refusals: `lock_lost`, `invalid_state_transition`.
   *
   * @param eventLogId - Id of the event log.
   * @param input - What to send to say that the processing of an event log has failed.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `lock_lost`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const eventLog = await portico.eventLogs.fail("39fq5nnp67zzvfst362be2f05kbe3s8k", { lockToken: "lck_2f6ac1d8", error: "The receiver did not answer." });
   */
  fail(eventLogId: string, input: FailEventLogBody, options?: ChangeOptions): Call<EventLog>;

  /**
   * Get an event log
   *
   * Needs the permission `eventLog:read`.
   *
   * @param eventLogId - Id of the event log.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const eventLog = await portico.eventLogs.get("39fq5nnp67zzvfst362be2f05kbe3s8k");
   */
  get(eventLogId: string, options?: ReadOptions): Call<EventLog>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(eventLogId: string, options: RequestOptions): Call<EventLog | undefined>;

  /**
   * List event logs
   *
   * Newest first unless sorted otherwise. An event is kept for 30 days. Supported together: {entityId, from/to, sort=createdAt}, {eventType, from/to, sort=createdAt}, {from/to, sort=createdAt}, {status, eventType, from/to, sort=createdAt}, {status, from/to, sort=createdAt}.
   *
   * Needs the permission `eventLog:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const eventLog of portico.eventLogs.list()) console.log(eventLog);
   */
  list(input?: Query<"listEventLogs">, options?: ReadOptions): ListCall<EventLog>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listEventLogs"> | undefined, options: RequestOptions): Call<Page<EventLog> | undefined>;

  /**
   * Have a failed event log processed again
   *
   * At once; its failures are counted from the beginning.
   *
   * Needs the permission `eventLog:process`. Its own refusals: `invalid_state_transition`.
   *
   * @param eventLogId - Id of the event log.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const eventLog = await portico.eventLogs.retry("39fq5nnp67zzvfst362be2f05kbe3s8k");
   */
  retry(eventLogId: string, options?: ChangeOptions): Call<EventLog>;

}

/** Calls of `portico.files`. */
export interface FilesResource {
  /**
   * Create an upload URL
   *
   * Send the file's bytes to it by POST, with the answered `contentType` as `Content-Type` and without a credential, and register the `storageId` that comes back: whoever asked for the URL may, and nobody else. What is not registered within a day is deleted.
   *
   * Needs the permission `file:create`. Its own refusals: `payload_too_large`, `limit_reached`.
   *
   * @param input - What to send to create an upload URL.
   * @throws {ApiError} 400 `dry_run_unsupported`; 409 `limit_reached`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.files.createUploadUrl({ purpose: "avatar", size: 48213 });
   */
  createUploadUrl(input: CreateUploadUrlBody, options?: RequestOptions): Call<CreateUploadUrlAnswer>;

  /**
   * Delete a file
   *
   * Refused while a row holds it. Nobody can read it any more; its bytes are deleted with `permanent=true`, which what is in the trash already takes, or once the organization's `trashRetentionDays` are over.
   *
   * Needs the permission `file:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `file_in_use`.
   *
   * @param fileId - Id of the file.
   * @throws {ApiError} 404 `not_found`; 409 `already_deleted`, `file_in_use`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.files.delete("xxkx8smfgzjs2wgnbdp9jkqvczx23dfh");
   */
  delete(fileId: string, input?: Query<"deleteFile">, options?: ChangeOptions): Call<Result<"deleteFile">>;

  /**
   * Download a file
   *
   * Its bytes. Pictures may be shown in a page, everything else is saved; nothing of it runs. One range can be asked for. A file of more than 20 MiB is answered with 302 and the address of the storage, which holds for whoever has it and until the file is deleted.
   *
   * For members of the organization; machines and assigned roles need the permission `file:read`.
   *
   * @param fileId - Id of the file.
   * @throws {ApiError} 404 `not_found`; 416 `range_not_satisfiable`; and what any call may be refused with.
   *
   * @example
   * const file = await portico.files.download("xxkx8smfgzjs2wgnbdp9jkqvczx23dfh");
   */
  download(fileId: string, options?: ReadOptions): Call<Blob>;
  /** download unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  download(fileId: string, options: RequestOptions): Call<Blob | undefined>;

  /**
   * Get a file
   *
   * What is known of it, with a link to its bytes that holds for five minutes; the entity tag is that of the rest.
   *
   * For members of the organization; machines and assigned roles need the permission `file:read`.
   *
   * @param fileId - Id of the file.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.files.get("xxkx8smfgzjs2wgnbdp9jkqvczx23dfh");
   */
  get(fileId: string, options?: ReadOptions): Call<GetFileAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(fileId: string, options: RequestOptions): Call<GetFileAnswer | undefined>;

  /**
   * List files
   *
   * Newest first unless sorted otherwise. Supported together: {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {purpose, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `file:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const file of portico.files.list()) console.log(file);
   */
  list(input?: Query<"listFiles">, options?: ReadOptions): ListCall<File>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listFiles"> | undefined, options: RequestOptions): Call<Page<File> | undefined>;

  /**
   * Register an uploaded file
   *
   * Makes bytes that were sent to an upload URL a file of the organization, by whoever asked for the URL. They can be registered once; a refusal changes nothing.
   *
   * Needs the permission `file:create`. Its own refusals: `not_found`, `already_registered`, `payload_too_large`, `unsupported_media_type`, `not_an_image`, `image_too_large`, `limit_reached`.
   *
   * @param input - What to send to register an uploaded file.
   * @throws {ApiError} 400 `dry_run_unsupported`; 404 `not_found`; 409 `already_registered`, `limit_reached`; 422 `image_too_large`, `not_an_image`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.files.register({
   *   storageId: "f2wgp8jdcbezd6shcq5zz67x2crbwm4g",
   *   name: "handbook.pdf",
   *   purpose: "avatar",
   * });
   */
  register(input: RegisterFileBody, options?: RequestOptions): Call<RegisterFileAnswer>;

  /**
   * Upload a file
   *
   * The body is the file's bytes, 20 MiB at most; a larger file goes to an upload URL. What the file is, is read from its bytes. Header values are percent-encoded UTF-8.
   *
   * Needs the permission `file:create`. Its own refusals: `payload_too_large`, `unsupported_media_type`, `not_an_image`, `image_too_large`, `limit_reached`.
   *
   * @throws {ApiError} 400 `dry_run_unsupported`; 409 `limit_reached`; 422 `image_too_large`, `not_an_image`; and what any call may be refused with.
   *
   * @example
   * const bytes = await readFile("logo.png");
   * const answer = await portico.files.upload(bytes, { fileName: "logo.png" });
   */
  upload(bytes: Bytes, input: { fileName: string; filePurpose?: "avatar" | "logo" | "favicon" | "post_media" | "course_thumbnail" | "lesson_attachment" | "event_cover" | "other" | undefined }, options?: RequestOptions): Call<UploadFileAnswer>;

}

/** Calls of `portico.globalEntities`. */
export interface GlobalEntitiesResource {
  /**
   * Upsert up to 200 global entities
   *
   * What an integration brings to every organization, of one type: by its external id each is created, updated where it differs from what is known, or left alone. Each item is judged for itself, as in `POST /v1/entities/bulk-upsert`.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts. Its own refusals: `cross_tenant_reference`, `payload_too_large`.
   *
   * @param input - What to send to upsert up to 200 global entities.
   * @throws {ApiError} 422 `cross_tenant_reference`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.globalEntities.bulkUpsert({
   *   integrationId: "halo-psa",
   *   entityType: "devices",
   *   items: [
   *     {
   *       externalId: "device-4711",
   *       rawData: "{\"id\":4711,\"name\":\"PC-RECEPTION\",\"$type\":\"Workstation\"}",
   *       normalizedData: { name: "PC-RECEPTION", status: "online", operatingSystem: "Windows 11 Pro" },
   *     },
   *   ],
   * });
   */
  bulkUpsert(input: BulkUpsertGlobalEntitiesBody, options?: ChangeOptions): Call<BulkUpsertGlobalEntitiesAnswer>;

  /**
   * Delete a global entity
   *
   * Deletes it for good.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts.
   *
   * @param globalEntityId - Id of the global entity.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.globalEntities.delete("5xhbarskezw6whpjt01s5fhq3ze79mbf");
   */
  delete(globalEntityId: string, options?: ChangeOptions): Call<Result<"deleteGlobalEntity">>;

  /**
   * Get a global entity
   *
   * For members of the organization; machines and assigned roles need the permission `globalEntity:read`.
   *
   * @param globalEntityId - Id of the global entity.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.globalEntities.get("5xhbarskezw6whpjt01s5fhq3ze79mbf");
   */
  get(globalEntityId: string, input?: Query<"getGlobalEntity">, options?: ReadOptions): Call<GetGlobalEntityAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(globalEntityId: string, input: Query<"getGlobalEntity"> | undefined, options: RequestOptions): Call<GetGlobalEntityAnswer | undefined>;

  /**
   * List global entities
   *
   * Newest first unless sorted otherwise. With `include=raw` a page has 12 rows at most. Supported together: {entityType, createdFrom/createdTo, sort=created}, {integrationId, createdFrom/createdTo, sort=created}, {integrationId, entityType, externalId, createdFrom/createdTo, sort=created}, {integrationId, entityType}.
   *
   * For members of the organization; machines and assigned roles need the permission `globalEntity:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.globalEntities.list()) console.log(row);
   */
  list(input?: Query<"listGlobalEntities">, options?: ReadOptions): ListCall<ListGlobalEntitiesRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listGlobalEntities"> | undefined, options: RequestOptions): Call<Page<ListGlobalEntitiesRow> | undefined>;

}

/** Calls of `portico.healthChecks`. */
export interface HealthChecksResource {
  /**
   * Delete a health check
   *
   * Deletes it for good.
   *
   * Needs the permission `healthCheck:delete`. Its own refusals: `in_use`.
   *
   * @param healthCheckId - Id of the health check.
   * @throws {ApiError} 404 `not_found`; 409 `in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.healthChecks.delete("90jsrv58gcjncgt8a4zkhwzjvhbbehcg");
   */
  delete(healthCheckId: string, options?: ChangeOptions): Call<Result<"deleteHealthCheck">>;

  /**
   * Get a health check
   *
   * For members of the organization; machines and assigned roles need the permission `healthCheck:read`.
   *
   * @param healthCheckId - Id of the health check.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const healthCheck = await portico.healthChecks.get("90jsrv58gcjncgt8a4zkhwzjvhbbehcg");
   */
  get(healthCheckId: string, options?: ReadOptions): Call<HealthCheck>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(healthCheckId: string, options: RequestOptions): Call<HealthCheck | undefined>;

  /**
   * Get the health of everything in numbers
   *
   * For members of the organization; machines and assigned roles need the permission `healthCheck:read`.
   *
   * @example
   * const answer = await portico.healthChecks.getSummary();
   */
  getSummary(options?: ReadOptions): Call<GetHealthSummaryAnswer>;
  /** getSummary unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getSummary(options: RequestOptions): Call<GetHealthSummaryAnswer | undefined>;

  /**
   * List health checks
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {resourceType, resourceId, createdFrom/createdTo, sort=created}, {resourceType}, {status, sort=lastCheckAt}.
   *
   * For members of the organization; machines and assigned roles need the permission `healthCheck:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const healthCheck of portico.healthChecks.list()) console.log(healthCheck);
   */
  list(input?: Query<"listHealthChecks">, options?: ReadOptions): ListCall<HealthCheck>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listHealthChecks"> | undefined, options: RequestOptions): Call<Page<HealthCheck> | undefined>;

  /**
   * Record a health check
   *
   * Makes the health check of the resource, or changes it. A failure is `degraded` below the organization's `healthDownThreshold` in a row and `down` from it on; a success is `healthy`, or counts towards `healthRecoveryThreshold` where the resource is down. Owners and administrators are told of what is down, and when it is healthy again.
   *
   * Needs the permission `healthCheck:record`. Its own refusals: `resource_not_found`.
   *
   * @param input - What to send to record a health check.
   * @throws {ApiError} 422 `read_only_field`, `resource_not_found`; and what any call may be refused with.
   *
   * @example
   * const healthCheck = await portico.healthChecks.record({
   *   resourceType: "agent",
   *   resourceId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
   *   outcome: "success",
   *   latencyMs: 42,
   *   metadata: { probe: "fra-1" },
   * });
   */
  record(input: RecordHealthCheckBody, options?: ChangeOptions): Call<HealthCheck>;

  /**
   * Record up to 100 health checks
   *
   * One transaction: all are recorded, in their order, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `healthCheck:record`. Its own refusals: `resource_not_found`.
   *
   * @param input - What to send to record up to 100 health checks.
   * @throws {ApiError} 422 `resource_not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.healthChecks.recordBatch({
   *   items: [
   *     {
   *       resourceType: "agent",
   *       resourceId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
   *       outcome: "success",
   *       latencyMs: 42,
   *       metadata: { probe: "fra-1" },
   *     },
   *   ],
   * });
   */
  recordBatch(input: RecordHealthChecksBody, options?: ChangeOptions): Call<HealthCheck>;

  /**
   * Reset a health check
   *
   * Healthy, and no failure counted. Nobody is told.
   *
   * Needs the permission `healthCheck:update`.
   *
   * @param healthCheckId - Id of the health check.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const healthCheck = await portico.healthChecks.reset("90jsrv58gcjncgt8a4zkhwzjvhbbehcg");
   */
  reset(healthCheckId: string, options?: ChangeOptions): Call<HealthCheck>;

}

/** Calls of `portico.integrations`. */
export interface IntegrationsResource {
  /**
   * Create an integration
   *
   * For every organization of the deployment. `configSchema` is JSON Schema (2020-12) of an object, all in one place: without `$ref` and `patternProperties`, and with patterns that need no back references, looking around or word boundaries.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts. Its own refusals: `slug_taken`.
   *
   * @param input - What to send to create an integration.
   * @throws {ApiError} 409 `slug_taken`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const integration = await portico.integrations.create({
   *   slug: "halo-psa",
   *   name: "HaloPSA",
   *   description: "Companies, tickets and devices.",
   *   category: "psa",
   *   supportedTypes: ["companies", "devices", "tickets"],
   *   typeConfig: { tickets: { priority: 3, rateMinutes: 15 } },
   *   adapter: "psa",
   *   isActive: false,
   *   iconUrl: "https://cdn.example.com/halo-psa.svg",
   *   color: "#1d4ed8",
   *   productUrl: "https://www.example.com/halo-psa",
   *   configSchema: {
   *     type: "object",
   *     required: ["baseUrl"],
   *     properties: { baseUrl: { type: "string", format: "uri", maxLength: 2048 } },
   *   },
   * });
   */
  create(input: CreateIntegrationBody, options?: ChangeOptions): Call<Integration>;

  /**
   * Delete an integration
   *
   * For good, while no data source of any organization connects it, those in the trash among them, and no global entity, price or usage belongs to it.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts. Its own refusals: `integration_in_use`.
   *
   * @param integrationId - Id or slug of the integration.
   * @throws {ApiError} 404 `not_found`; 409 `integration_in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.integrations.delete("halo-psa");
   */
  delete(integrationId: string, options?: ChangeOptions): Call<Result<"deleteIntegration">>;

  /**
   * Get an integration
   *
   * For members of the organization; machines and assigned roles need the permission `integration:read`.
   *
   * @param integrationId - Id or slug of the integration.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.integrations.get("halo-psa");
   */
  get(integrationId: string, options?: ReadOptions): Call<GetIntegrationAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(integrationId: string, options: RequestOptions): Call<GetIntegrationAnswer | undefined>;

  /**
   * List integrations
   *
   * What can be connected, and which of it the organization has. Newest first unless sorted otherwise. Supported together: {category, createdFrom/createdTo, sort=created}, {isActive, createdFrom/createdTo, sort=created}, {slug, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `integration:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.integrations.list()) console.log(row);
   */
  list(input?: Query<"listIntegrations">, options?: ReadOptions): ListCall<ListIntegrationsRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listIntegrations"> | undefined, options: RequestOptions): Call<Page<ListIntegrationsRow> | undefined>;

  /**
   * Update an integration
   *
   * Fields left out stay as they are; null clears an optional field. Data sources that there are keep their `config` until it is changed.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts. Its own refusals: `slug_taken`.
   *
   * @param integrationId - Id or slug of the integration.
   * @param input - What to send to update an integration.
   * @throws {ApiError} 404 `not_found`; 409 `slug_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const integration = await portico.integrations.update("halo-psa", { name: "HaloPSA" });
   */
  update(integrationId: string, input: UpdateIntegrationBody, options?: ChangeOptions): Call<Integration>;

}

/** Calls of `portico.invitations`. */
export interface InvitationsResource {
  /**
   * Accept an invitation
   *
   * By whoever has the invited address, verified. The caller is a member with the invitation's role from then on. It is void, and `invitation_void` says why, when its role was deleted, or when whoever invited could not give the role any more.
   *
   * For signed-in people. Its own refusals: `not_found`, `email_mismatch`, `invitation_expired`, `invitation_void`, `already_member`, `organization_deleted`, `organization_suspended`.
   *
   * @param input - What to send to accept an invitation.
   * @throws {ApiError} 403 `email_mismatch`, `organization_deleted`, `organization_suspended`; 404 `not_found`; 409 `already_member`, `invitation_void`; 410 `invitation_expired`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.invitations.accept({ token: "inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs" });
   */
  accept(input: AcceptInvitationBody, options?: ChangeOptions): Call<AcceptInvitationAnswer>;

  /**
   * Invite somebody by e-mail
   *
   * Sends an e-mail with a token, which nobody else sees, to accept the invitation with. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes. It is given when the invitation is accepted, if whoever invited could still give it then. One invitation of an address is pending at a time.
   *
   * Needs the permission `member:invite`. Its own refusals: `already_member`, `invitation_pending`, `rank_too_low`, `cross_tenant_reference`.
   *
   * @param input - What to send to invite somebody by e-mail.
   * @throws {ApiError} 403 `rank_too_low`; 409 `already_member`, `invitation_pending`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const invitation = await portico.invitations.create({ email: "sam.lindqvist@example.com", roleKey: "member" });
   */
  create(input: CreateInvitationBody, options?: ChangeOptions): Call<Invitation>;

  /**
   * Decline an invitation
   *
   * By whoever has the invited address, verified. Its token opens nothing any more.
   *
   * For signed-in people. Its own refusals: `not_found`, `email_mismatch`, `invitation_expired`.
   *
   * @param input - What to send to decline an invitation.
   * @throws {ApiError} 403 `email_mismatch`; 404 `not_found`; 410 `invitation_expired`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.invitations.decline({ token: "inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs" });
   */
  decline(input: DeclineInvitationBody, options?: ChangeOptions): Call<DeclineInvitationAnswer>;

  /**
   * Get an invitation
   *
   * Needs the permission `member:invite`.
   *
   * @param invitationId - Id of the invitation.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const invitation = await portico.invitations.get("kdy0vz89t7xwnkq3ar8j85x67ma67tth");
   */
  get(invitationId: string, options?: ReadOptions): Call<Invitation>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(invitationId: string, options: RequestOptions): Call<Invitation | undefined>;

  /**
   * List invitations
   *
   * Newest first unless sorted otherwise. A page may hold fewer rows than asked for. Supported together: {createdFrom/createdTo, sort=created}, {email, createdFrom/createdTo, sort=created}, {email, status, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `member:invite`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const invitation of portico.invitations.list()) console.log(invitation);
   */
  list(input?: Query<"listInvitations">, options?: ReadOptions): ListCall<Invitation>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listInvitations"> | undefined, options: RequestOptions): Call<Page<Invitation> | undefined>;

  /**
   * Send an invitation again
   *
   * With a new token; the one before stops at once. From then on the caller answers for the invitation, who therefore could give its role.
   *
   * Needs the permission `member:invite`. Its own refusals: `invalid_state_transition`, `resend_limit`, `rank_too_low`, `invitation_void`.
   *
   * @param invitationId - Id of the invitation.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `invalid_state_transition`, `invitation_void`; 412 `precondition_failed`; 429 `resend_limit`; and what any call may be refused with.
   *
   * @example
   * const invitation = await portico.invitations.resend("kdy0vz89t7xwnkq3ar8j85x67ma67tth");
   */
  resend(invitationId: string, options?: ChangeOptions): Call<Invitation>;

  /**
   * Revoke an invitation
   *
   * Its token opens nothing any more. Revoking it again changes nothing.
   *
   * Needs the permission `member:invite`. Its own refusals: `invalid_state_transition`.
   *
   * @param invitationId - Id of the invitation.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const invitation = await portico.invitations.revoke("kdy0vz89t7xwnkq3ar8j85x67ma67tth");
   */
  revoke(invitationId: string, options?: ChangeOptions): Call<Invitation>;

}

/** Calls of `portico.items`. */
export interface ItemsResource {
  /**
   * Create up to 100 items
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `item:create`.
   *
   * @param input - What to send to create up to 100 items.
   *
   * @example
   * const answer = await portico.items.batchCreate({
   *   items: [
   *     {
   *       name: "Flow meter",
   *       status: "open",
   *       description: "Measures the water in the north basin.",
   *       tags: ["maintenance"],
   *       metadata: { costCenter: "4711" },
   *     },
   *   ],
   * });
   */
  batchCreate(input: BatchCreateItemsBody, options?: ChangeOptions): Call<BatchCreateItemsAnswer>;

  /**
   * Create an item
   *
   * Needs the permission `item:create`.
   *
   * @param input - What to send to create an item.
   * @throws {ApiError} 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const item = await portico.items.create({
   *   name: "Pressure sensor",
   *   status: "open",
   *   description: "Measures the water in the north basin.",
   *   tags: ["maintenance"],
   *   metadata: { costCenter: "4711" },
   * });
   */
  create(input: CreateItemBody, options?: ChangeOptions): Call<Item>;

  /**
   * Delete an item
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `item:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param itemId - Id of the item.
   * @throws {ApiError} 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.items.delete("zwf50kj4272p06mc7pcrsws9eb4gpem8");
   */
  delete(itemId: string, input?: Query<"deleteItem">, options?: ChangeOptions): Call<Result<"deleteItem">>;

  /**
   * Get an item
   *
   * For members of the organization; machines and assigned roles need the permission `item:read`.
   *
   * @param itemId - Id of the item.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const item = await portico.items.get("zwf50kj4272p06mc7pcrsws9eb4gpem8");
   */
  get(itemId: string, options?: ReadOptions): Call<Item>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(itemId: string, options: RequestOptions): Call<Item | undefined>;

  /**
   * List items
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `item:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const item of portico.items.list()) console.log(item);
   */
  list(input?: Query<"listItems">, options?: ReadOptions): ListCall<Item>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listItems"> | undefined, options: RequestOptions): Call<Page<Item> | undefined>;

  /**
   * Restore an item
   *
   * Takes it out of the trash.
   *
   * Needs the permission `item:restore`. Its own refusals: `not_deleted`.
   *
   * @param itemId - Id of the item.
   * @throws {ApiError} 404 `not_found`; 409 `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const item = await portico.items.restore("zwf50kj4272p06mc7pcrsws9eb4gpem8");
   */
  restore(itemId: string, options?: ChangeOptions): Call<Item>;

  /**
   * Update an item
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `item:update`.
   *
   * @param itemId - Id of the item.
   * @param input - What to send to update an item.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const item = await portico.items.update("zwf50kj4272p06mc7pcrsws9eb4gpem8", { name: "Pressure sensor" });
   */
  update(itemId: string, input: UpdateItemBody, options?: ChangeOptions): Call<Item>;

}

/** Calls of `portico.me`. */
export interface MeResource {
  /**
   * Delete the current user
   *
   * Ends every membership, takes back the invitations that the user has sent, and makes the user anonymous for good; the user's API keys are suspended with it, until an administrator adopts them. Refused while the user owns an organization, one in the trash included: only its owner can restore it.
   *
   * For signed-in people. Its own refusals: `sole_owner`.
   *
   * @throws {ApiError} 409 `sole_owner`; and what any call may be refused with.
   *
   * @example
   * await portico.me.delete();
   */
  delete(options?: ChangeOptions): Call<Result<"deleteCurrentUser">>;

  /**
   * Get the current user
   *
   * With the organization that requests act in unless they name another one (the token's, the one of `Portico-Organization`, or the user's default), and the user's membership and role there.
   *
   * For signed-in people.
   *
   * @example
   * const answer = await portico.me.get();
   */
  get(options?: ReadOptions): Call<GetCurrentUserAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(options: RequestOptions): Call<GetCurrentUserAnswer | undefined>;

  /**
   * Get one's own rights
   *
   * What the caller's role in the organization allows, with what the caller's roles in teams and with clients add: `:own` where it reaches only the caller's own rows, `:assigned` where it reaches only what is assigned to the caller. What a team's or a client's role allows holds for what is assigned to that team or client alone.
   *
   * For members of the organization; machines and assigned roles need the permission `me:read`.
   *
   * @example
   * const answer = await portico.me.getPermissions();
   */
  getPermissions(options?: ReadOptions): Call<GetMyPermissionsAnswer>;
  /** getPermissions unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getPermissions(options: RequestOptions): Call<GetMyPermissionsAnswer | undefined>;

  /**
   * Get one's own profile
   *
   * The user's name stands in until a profile is written.
   *
   * For signed-in people.
   *
   * @example
   * const answer = await portico.me.getProfile();
   */
  getProfile(options?: ReadOptions): Call<GetMyProfileAnswer>;
  /** getProfile unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getProfile(options: RequestOptions): Call<GetMyProfileAnswer | undefined>;

  /**
   * Get one's own settings
   *
   * For signed-in people.
   *
   * @example
   * const answer = await portico.me.getSettings();
   */
  getSettings(options?: ReadOptions): Call<GetMySettingsAnswer>;
  /** getSettings unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getSettings(options: RequestOptions): Call<GetMySettingsAnswer | undefined>;

  /**
   * List the invitations to oneself
   *
   * Those to the caller's verified address, of all organizations, newest first; the pending ones that could be accepted now unless `status` says otherwise. The token to accept one with is in its e-mail. A page may hold fewer rows than asked for.
   *
   * For signed-in people. Its own refusals: `email_mismatch`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`; 403 `email_mismatch`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.me.listInvitations()) console.log(row);
   */
  listInvitations(input?: Query<"listMyInvitations">, options?: ReadOptions): ListCall<ListMyInvitationsRow>;
  /** listInvitations unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  listInvitations(input: Query<"listMyInvitations"> | undefined, options: RequestOptions): Call<Page<ListMyInvitationsRow> | undefined>;

  /**
   * Switch the default organization
   *
   * Requests that name no organization act in this one from now on. Name it by `organizationId` or by `slug`.
   *
   * For signed-in people. Its own refusals: `not_a_member`, `membership_banned`, `user_inactive`, `organization_deleted`, `organization_suspended`.
   *
   * @param input - What to send to switch the default organization.
   * @throws {ApiError} 403 `membership_banned`, `not_a_member`, `organization_deleted`, `organization_suspended`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.me.switchOrganization({ organizationId: "north-wind-energy" });
   */
  switchOrganization(input: SwitchOrganizationBody, options?: ChangeOptions): Call<SwitchOrganizationAnswer>;

  /**
   * Synchronize the current user with the token
   *
   * Creates the user of a token that was never seen before, or links the user who was added with the same e-mail address. Takes name, picture and a verified address from the token, and accepts the memberships that wait for that address. An address that the token does not call verified counts for nothing; the first that it does is sent a welcome.
   *
   * For anybody with a token of a trusted issuer, known here yet or not. Its own refusals: `email_taken`.
   *
   * @example
   * const user = await portico.me.sync();
   */
  sync(options?: ChangeOptions): Call<User>;

  /**
   * Update the current user
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * For signed-in people.
   *
   * @param input - What to send to update the current user.
   * @throws {ApiError} 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const user = await portico.me.update({ name: "Dana Okoye" });
   */
  update(input: UpdateCurrentUserBody, options?: ChangeOptions): Call<User>;

  /**
   * Update one's own settings
   *
   * Fields left out stay as they are; null brings an optional field back to its default. `emailActivity` sent as true, or as null, also takes back what unsubscribe links have turned off.
   *
   * For signed-in people.
   *
   * @param input - What to send to update one's own settings.
   * @throws {ApiError} 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.me.updateSettings({ theme: "light" });
   */
  updateSettings(input: UpdateMySettingsBody, options?: ChangeOptions): Call<UpdateMySettingsAnswer>;

  /**
   * Write one's own profile
   *
   * Replaces it: what is left out goes back to its default.
   *
   * For signed-in people.
   *
   * @param input - What to send to write one's own profile.
   * @throws {ApiError} 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.me.upsertProfile({ displayName: "Dana Okoye" });
   */
  upsertProfile(input: UpsertMyProfileBody, options?: ChangeOptions): Call<UpsertMyProfileAnswer>;

}

/** Calls of `portico.memberships`. */
export interface MembershipsResource {
  /**
   * Ban a member
   *
   * Refuses every request of a member of lower rank, and of the member's API keys, until `until` or for good. The reason is an internal note.
   *
   * Needs the permission `member:ban`. Its own refusals: `last_admin`, `sole_owner`, `rank_too_low`.
   *
   * @param membershipId - Id of the membership.
   * @param input - What to send to ban a member.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `last_admin`, `sole_owner`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const membership = await portico.memberships.ban("gg2yxsp79waqa9pzk49063rxzng68wtp", { reason: "Kept posting advertisements after two warnings." });
   */
  ban(membershipId: string, input: BanMemberBody, options?: ChangeOptions): Call<Membership>;

  /**
   * Get a membership
   *
   * For members of the organization; machines and assigned roles need the permission `member:read`.
   *
   * @param membershipId - Id of the membership.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const membership = await portico.memberships.get("gg2yxsp79waqa9pzk49063rxzng68wtp");
   */
  get(membershipId: string, options?: ReadOptions): Call<Membership>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(membershipId: string, options: RequestOptions): Call<Membership | undefined>;

  /**
   * Leave the organization
   *
   * One's API keys there are suspended, until an administrator adopts them.
   *
   * For members of the organization; machines and assigned roles need the permission `me:update`. Its own refusals: `sole_owner`, `last_admin`.
   *
   * @throws {ApiError} 409 `last_admin`, `sole_owner`; and what any call may be refused with.
   *
   * @example
   * await portico.memberships.leave();
   */
  leave(options?: ChangeOptions): Call<Result<"leaveOrganization">>;

  /**
   * List memberships
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {roleId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {userId, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `member:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const membership of portico.memberships.list()) console.log(membership);
   */
  list(input?: Query<"listMemberships">, options?: ReadOptions): ListCall<Membership>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listMemberships"> | undefined, options: RequestOptions): Call<Page<Membership> | undefined>;

  /**
   * Remove a member
   *
   * Ends the membership for good, with the member's places in teams and with clients; what the member wrote stays. The member's API keys are suspended at once, until an administrator adopts them (`GET /v1/api-keys?ownerId=…` lists them).
   *
   * Needs the permission `member:remove`. Its own refusals: `last_admin`, `sole_owner`, `rank_too_low`.
   *
   * @param membershipId - Id of the membership.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `last_admin`, `sole_owner`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.memberships.remove("gg2yxsp79waqa9pzk49063rxzng68wtp");
   */
  remove(membershipId: string, options?: ChangeOptions): Call<Result<"removeMembership">>;

  /**
   * Lift a ban
   *
   * The member's requests, and those of the member's API keys, are answered again.
   *
   * Needs the permission `member:ban`. Its own refusals: `not_banned`, `rank_too_low`.
   *
   * @param membershipId - Id of the membership.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `not_banned`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const membership = await portico.memberships.unban("gg2yxsp79waqa9pzk49063rxzng68wtp");
   */
  unban(membershipId: string, options?: ChangeOptions): Call<Membership>;

  /**
   * Update a membership
   *
   * Changes the role (by `roleId` or `roleKey`), the status or the metadata of a member of lower rank; of an administrator, if one holds all the administrator's rights. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes, and what it allows on assigned rows if one has that on every row or is in all of the member's teams and with all of the member's clients; activating a member gives the role anew. Ownership is not assigned; the owner transfers it by `POST /v1/organizations/{organizationId}/transfer-ownership`. The member's API keys do no more than the member from then on, and are suspended while the membership is inactive. A member whose role changes is told so, by a notification and by e-mail.
   *
   * Needs the permission `member:update`. Its own refusals: `last_admin`, `sole_owner`, `rank_too_low`, `invalid_state_transition`, `cross_tenant_reference`, `already_member`.
   *
   * @param membershipId - Id of the membership.
   * @param input - What to send to update a membership.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `already_member`, `invalid_state_transition`, `last_admin`, `sole_owner`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const membership = await portico.memberships.update("gg2yxsp79waqa9pzk49063rxzng68wtp", { roleKey: "member" });
   */
  update(membershipId: string, input: UpdateMembershipBody, options?: ChangeOptions): Call<Membership>;

  /**
   * Update one's own membership
   *
   * Fields left out stay as they are; null clears.
   *
   * For members of the organization; machines and assigned roles need the permission `me:update`. Its own refusals: `cross_tenant_reference`.
   *
   * @param input - What to send to update one's own membership.
   * @throws {ApiError} 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const membership = await portico.memberships.updateMine({ metadata: { costCenter: "4711" } });
   */
  updateMine(input: UpdateMyMembershipBody, options?: ChangeOptions): Call<Membership>;

}

/** Calls of `portico.operationPermissions`. */
export interface OperationPermissionsResource {
  /**
   * Grant an operation service to a team
   *
   * Members of the team whose role reaches what is assigned to them read the service, and run its operations where their role may. Whoever gives it has, on the service, all that it lets them do.
   *
   * Needs the permission `operation:grant`. Its own refusals: `already_granted`, `limit_reached`.
   *
   * @param operationServiceId - Id of the operation service.
   * @param input - What to send to grant an operation service to a team.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_granted`, `limit_reached`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const operationPermission = await portico.operationPermissions.grant("da6xk7n3889t2r0rn0es88swg164a60v", { teamId: "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas" });
   */
  grant(operationServiceId: string, input: GrantOperationPermissionBody, options?: ChangeOptions): Call<OperationPermission>;

  /**
   * List whom an operation service is granted to
   *
   * The grant that was made last first.
   *
   * Needs the permission `operation:read`. Its own refusals: `invalid_cursor`.
   *
   * @param operationServiceId - Id of the operation service.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const operationPermission of portico.operationPermissions.list("da6xk7n3889t2r0rn0es88swg164a60v")) console.log(operationPermission);
   */
  list(operationServiceId: string, input?: Query<"listOperationPermissions">, options?: ReadOptions): ListCall<OperationPermission>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(operationServiceId: string, input: Query<"listOperationPermissions"> | undefined, options: RequestOptions): Call<Page<OperationPermission> | undefined>;

  /**
   * Take an operation service back from a team
   *
   * Needs the permission `operation:grant`.
   *
   * @param operationServiceId - Id of the operation service.
   * @param permissionId - Id of the operation permission.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.operationPermissions.revoke("da6xk7n3889t2r0rn0es88swg164a60v", "htnsm7f3p15t68bm8ybtvatsdx4dtwr5");
   */
  revoke(operationServiceId: string, permissionId: string, options?: ChangeOptions): Call<Result<"revokeOperationPermission">>;

}

/** Calls of `portico.operationServices`. */
export interface OperationServicesResource {
  /**
   * Create an operation service
   *
   * Its configuration is encrypted for this service and shown to nobody but for `configHint`. Whether it holds, the operation `test` says.
   *
   * Needs the permission `operation:create`. Its own refusals: `name_taken`, `config_invalid`, `encryption_not_configured`.
   *
   * @param input - What to send to create an operation service.
   * @throws {ApiError} 403 `not_assigned`; 409 `name_taken`; 422 `config_invalid`, `read_only_field`; 503 `encryption_not_configured`; and what any call may be refused with.
   *
   * @example
   * const operationService = await portico.operationServices.create({
   *   name: "Backups in Frankfurt",
   *   type: "backup_s3",
   *   config: {
   *     bucket: "acme-backups",
   *     region: "eu-central-1",
   *     accessKeyId: "AKIAIOSFODNN7EXAMPLE",
   *     secretAccessKey: "correct-horse-battery-staple",
   *   },
   * });
   */
  create(input: CreateOperationServiceBody, options?: ChangeOptions): Call<OperationService>;

  /**
   * Delete an operation service
   *
   * Moves it to the trash: its configuration is deleted for good, whom it was granted to, and its runs that wait. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `operation:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param operationServiceId - Id of the operation service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.operationServices.delete("da6xk7n3889t2r0rn0es88swg164a60v");
   */
  delete(operationServiceId: string, input?: Query<"deleteOperationService">, options?: ChangeOptions): Call<Result<"deleteOperationService">>;

  /**
   * Get an operation service
   *
   * For members of the organization; machines and assigned roles need the permission `operation:read`.
   *
   * @param operationServiceId - Id of the operation service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const operationService = await portico.operationServices.get("da6xk7n3889t2r0rn0es88swg164a60v");
   */
  get(operationServiceId: string, options?: ReadOptions): Call<OperationService>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(operationServiceId: string, options: RequestOptions): Call<OperationService | undefined>;

  /**
   * List operation services
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {sort=name}, {type, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `operation:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const operationService of portico.operationServices.list()) console.log(operationService);
   */
  list(input?: Query<"listOperationServices">, options?: ReadOptions): ListCall<OperationService>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listOperationServices"> | undefined, options: RequestOptions): Call<Page<OperationService> | undefined>;

  /**
   * List the runs of an operation service
   *
   * The one that was asked for last first. A run is kept for 30 days after its end.
   *
   * Needs the permission `operation:read`. Its own refusals: `invalid_cursor`.
   *
   * @param operationServiceId - Id of the operation service.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.operationServices.listRuns("da6xk7n3889t2r0rn0es88swg164a60v")) console.log(row);
   */
  listRuns(operationServiceId: string, input?: Query<"listOperationRuns">, options?: ReadOptions): ListCall<ListOperationRunsRow>;
  /** listRuns unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  listRuns(operationServiceId: string, input: Query<"listOperationRuns"> | undefined, options: RequestOptions): Call<Page<ListOperationRunsRow> | undefined>;

  /**
   * Restore an operation service
   *
   * Takes it out of the trash, in `error` until it is given a configuration (`POST /v1/operation-services/{operationServiceId}/config`). Send another `name` where it is taken by now.
   *
   * Needs the permission `operation:restore`. Its own refusals: `not_deleted`, `name_taken`.
   *
   * @param operationServiceId - Id of the operation service.
   * @param input - What to send to restore an operation service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`, `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const operationService = await portico.operationServices.restore("da6xk7n3889t2r0rn0es88swg164a60v", { name: "Backups in Frankfurt" });
   */
  restore(operationServiceId: string, input?: RestoreOperationServiceBody, options?: ChangeOptions): Call<OperationService>;

  /**
   * Give an operation service another configuration
   *
   * Takes the place of the one before, whole. Runs that wait are done with it.
   *
   * Needs the permission `operation:rotate`. Its own refusals: `config_invalid`, `encryption_not_configured`.
   *
   * @param operationServiceId - Id of the operation service.
   * @param input - What to send to give an operation service another configuration.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; 422 `config_invalid`, `read_only_field`; 503 `encryption_not_configured`; and what any call may be refused with.
   *
   * @example
   * const operationService = await portico.operationServices.rotateConfig("da6xk7n3889t2r0rn0es88swg164a60v", {
   *   config: {
   *     bucket: "acme-backups",
   *     region: "eu-central-1",
   *     accessKeyId: "AKIAIOSFODNN7EXAMPLE",
   *     secretAccessKey: "correct-horse-battery-staple",
   *   },
   * });
   */
  rotateConfig(operationServiceId: string, input: RotateOperationConfigBody, options?: ChangeOptions): Call<OperationService>;

  /**
   * Run an operation
   *
   * Begins a job, which `GET /v1/operation-services/{operationServiceId}/runs` lists and `GET /v1/scheduled-jobs/{jobId}` tells of; the same that waits or runs is answered instead of another one. Of `backup_s3`: `test` writes, reads and deletes an object; `backup` writes the inventory, with `projectId` that of a project; `list` lists backups (`limit`, `after`). Of `networking_cloudflare`: `test`; `purge_cache` with one of `everything: true`, `files`, `hosts`, `prefixes` and `tags` (30 at most), or for a web service or a domain its host.
   *
   * Needs the permission `operation:run`. Its own refusals: `cross_tenant_reference`, `not_assigned`, `operation_config_missing`, `operation_disabled`, `operation_params_invalid`, `unknown_operation`.
   *
   * @param operationServiceId - Id of the operation service.
   * @param input - What to send to run an operation.
   * @throws {ApiError} 400 `dry_run_unsupported`; 403 `not_assigned`; 404 `not_found`; 409 `operation_config_missing`, `operation_disabled`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `operation_params_invalid`, `read_only_field`, `unknown_operation`; and what any call may be refused with.
   *
   * @example
   * await portico.operationServices.run("da6xk7n3889t2r0rn0es88swg164a60v", {
   *   operation: "test",
   *   projectId: "5q0nqj4nh9rkm6kcw4y0qn88621n5tff",
   *   resourceTable: "servers",
   *   resourceId: "ex1fwy5pvbkmzgvp4hcr1z60j1pb044z",
   *   params: {},
   * });
   */
  run(operationServiceId: string, input: RunOperationBody, options?: RequestOptions): Call<RunOperationAnswer>;

  /**
   * Update an operation service
   *
   * Fields left out stay as they are. Nothing runs while it is `disabled`, and `active` takes a configuration.
   *
   * Needs the permission `operation:update`. Its own refusals: `name_taken`, `operation_config_missing`.
   *
   * @param operationServiceId - Id of the operation service.
   * @param input - What to send to update an operation service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`, `operation_config_missing`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const operationService = await portico.operationServices.update("da6xk7n3889t2r0rn0es88swg164a60v", { name: "Backups in Frankfurt" });
   */
  update(operationServiceId: string, input: UpdateOperationServiceBody, options?: ChangeOptions): Call<OperationService>;

}

/** Calls of `portico.organizations`. */
export interface OrganizationsResource {
  /**
   * Create an organization
   *
   * The caller becomes its owner. The slug is made from the name unless given.
   *
   * For signed-in people. Its own refusals: `slug_taken`, `external_id_taken`.
   *
   * @param input - What to send to create an organization.
   * @throws {ApiError} 409 `external_id_taken`, `slug_taken`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const organization = await portico.organizations.create({
   *   name: "North Wind Energy",
   *   slug: "north-wind-energy",
   *   externalId: "org_5bT1xW9",
   *   metadata: { costCenter: "4711" },
   *   settings: {
   *     timezone: "Europe/Zurich",
   *     currency: "eur",
   *     healthDownThreshold: 3,
   *     healthRecoveryThreshold: 1,
   *     agentCheckinIntervalSeconds: 300,
   *     apiLogRetentionDays: 30,
   *     apiLogSuccessPercent: 1,
   *     auditRetentionDays: 365,
   *     emailRetentionDays: 365,
   *     trashRetentionDays: 30,
   *     userRequestsPerMinute: 6000,
   *     apiKeyRequestsPerMinute: 6000,
   *     agentRequestsPerMinute: 6000,
   *   },
   * });
   */
  create(input: CreateOrganizationBody, options?: ChangeOptions): Call<Organization>;

  /**
   * Delete an organization
   *
   * Every key and every member is refused from now on. It can be restored until `purgeAfter`, keeps its names until then, and is purged afterwards. Its owner gets an e-mail. Send the organization's slug as `confirmSlug`.
   *
   * Needs the permission `organization:delete`. Its own refusals: `confirmation_mismatch`, `already_deleted`, `organization_suspended`.
   *
   * @param organizationId - Id or slug of the organization.
   * @throws {ApiError} 403 `organization_suspended`; 404 `not_found`; 409 `already_deleted`, `confirmation_mismatch`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.organizations.delete("north-wind-energy", { confirmSlug: "north-wind-energy" });
   */
  delete(organizationId: string, input: Query<"deleteOrganization">, options?: ChangeOptions): Call<Result<"deleteOrganization">>;

  /**
   * Get an organization
   *
   * A deleted one too, until it is purged.
   *
   * For members of the organization; machines and assigned roles need the permission `organization:read`.
   *
   * @param organizationId - Id or slug of the organization.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const organization = await portico.organizations.get("north-wind-energy");
   */
  get(organizationId: string, options?: ReadOptions): Call<Organization>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(organizationId: string, options: RequestOptions): Call<Organization | undefined>;

  /**
   * Get an organization by its slug
   *
   * With up to 20 of its members, if the caller may read users.
   *
   * For members of the organization; machines and assigned roles need the permission `organization:read`.
   *
   * @param slug - Slug of the organization.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.organizations.getBySlug("north-wind-energy");
   */
  getBySlug(slug: string, options?: ReadOptions): Call<GetOrganizationBySlugAnswer>;
  /** getBySlug unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getBySlug(slug: string, options: RequestOptions): Call<GetOrganizationBySlugAnswer | undefined>;

  /**
   * Get an organization in numbers
   *
   * How many members, sites, agents and other rows it has, each where the caller may read all of them: a number ends at 1,000 and says so. To whoever may change the organization also how much of its quotas is used.
   *
   * For members of the organization; machines and assigned roles need the permission `organization:read`.
   *
   * @param organizationId - Id or slug of the organization.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.organizations.getSummary("north-wind-energy");
   */
  getSummary(organizationId: string, options?: ReadOptions): Call<GetOrganizationSummaryAnswer>;
  /** getSummary unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getSummary(organizationId: string, options: RequestOptions): Call<GetOrganizationSummaryAnswer | undefined>;

  /**
   * List one's own organizations
   *
   * Last joined first unless sorted otherwise, each with the caller's role in it. A page may hold fewer rows than asked for.
   *
   * For signed-in people. Its own refusals: `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.organizations.list()) console.log(row);
   */
  list(input?: Query<"listOrganizations">, options?: ReadOptions): ListCall<ListOrganizationsRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listOrganizations"> | undefined, options: RequestOptions): Call<Page<ListOrganizationsRow> | undefined>;

  /**
   * Purge a deleted organization
   *
   * Now, instead of at `purgeAfter`: everything of the organization is deleted for good by a job, step by step after the answer, and the job with it; then its names are free. Purging it again answers the job that runs. Send the organization's slug as `confirmSlug`.
   *
   * Needs the permission `organization:purge`. Its own refusals: `not_deleted`, `confirmation_mismatch`.
   *
   * @param organizationId - Id or slug of the organization.
   * @param input - What to send to purge a deleted organization.
   * @throws {ApiError} 404 `not_found`; 409 `confirmation_mismatch`, `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * await portico.organizations.purge("north-wind-energy", { confirmSlug: "north-wind-energy" });
   */
  purge(organizationId: string, input: PurgeOrganizationBody, options?: ChangeOptions): Call<PurgeOrganizationAnswer>;

  /**
   * Restore an organization
   *
   * It has kept its names. Refused once its purge has begun.
   *
   * Needs the permission `organization:delete`. Its own refusals: `not_deleted`, `purged`, `slug_taken`, `external_id_taken`.
   *
   * @param organizationId - Id or slug of the organization.
   * @throws {ApiError} 404 `not_found`; 409 `external_id_taken`, `not_deleted`, `slug_taken`; 410 `purged`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const organization = await portico.organizations.restore("north-wind-energy");
   */
  restore(organizationId: string, options?: ChangeOptions): Call<Organization>;

  /**
   * Set an organization's quotas
   *
   * How much it may have of what every organization has only so much of; what is left out is as everywhere. What it has beyond a quota stays, and nothing is added. The reason stands in its audit trail.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts.
   *
   * @param organizationId - Id or slug of the organization.
   * @param input - What to send to set an organization's quotas.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const organization = await portico.organizations.setQuotas("north-wind-energy", { quotas: { fileCount: 250000 }, reason: "It has booked more storage." });
   */
  setQuotas(organizationId: string, input: SetOrganizationQuotasBody, options?: ChangeOptions): Call<Organization>;

  /**
   * Set an organization's status
   *
   * Shuts an organization down or opens it again: every request to one that is `inactive` or `suspended` is refused. The reason stands in its audit trail. Setting the status that it has changes nothing; one in the trash has to be restored by its owner.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts. Its own refusals: `invalid_state_transition`.
   *
   * @param organizationId - Id or slug of the organization.
   * @param input - What to send to set an organization's status.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const organization = await portico.organizations.setStatus("north-wind-energy", { status: "active", reason: "The last three bills were not paid." });
   */
  setStatus(organizationId: string, input: SetOrganizationStatusBody, options?: ChangeOptions): Call<Organization>;

  /**
   * Transfer the ownership of an organization
   *
   * An active member becomes the owner, and the owner who calls becomes an administrator, at once; both are told by a notification. Transferring to oneself changes nothing. API keys go on.
   *
   * Needs the permission `organization:transfer`. Its own refusals: `not_a_member`.
   *
   * @param organizationId - Id or slug of the organization.
   * @param input - What to send to transfer the ownership of an organization.
   * @throws {ApiError} 404 `not_found`; 409 `not_a_member`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const organization = await portico.organizations.transferOwnership("north-wind-energy", { userId: "xvcpq2b60gypf1ckwc9ceze3vnke5x7c" });
   */
  transferOwnership(organizationId: string, input: TransferOwnershipBody, options?: ChangeOptions): Call<Organization>;

  /**
   * Update an organization
   *
   * Fields left out stay as they are, in `settings` too; null clears an optional field. `externalId` is set once, by the owner.
   *
   * Needs the permission `organization:update`. Its own refusals: `slug_taken`, `external_id_taken`.
   *
   * @param organizationId - Id or slug of the organization.
   * @param input - What to send to update an organization.
   * @throws {ApiError} 404 `not_found`; 409 `external_id_taken`, `slug_taken`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `file_purpose_mismatch`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const organization = await portico.organizations.update("north-wind-energy", { name: "North Wind Energy" });
   */
  update(organizationId: string, input: UpdateOrganizationBody, options?: ChangeOptions): Call<Organization>;

}

/** Calls of `portico.permissions`. */
export interface PermissionsResource {
  /**
   * List the permissions
   *
   * The whole catalogue: what roles and API keys are made of. The same for every organization.
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`.
   *
   * @example
   * const answer = await portico.permissions.list();
   */
  list(options?: ReadOptions): Call<ListPermissionsAnswer>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(options: RequestOptions): Call<ListPermissionsAnswer | undefined>;

}

/** Calls of `portico.pricingTiers`. */
export interface PricingTiersResource {
  /**
   * Create a price
   *
   * Prices of one integration and tier do not overlap in time. `closePrevious` ends the one that has no end yet where this one begins.
   *
   * Needs the permission `pricingTier:create`. Its own refusals: `tier_overlap`.
   *
   * @param input - What to send to create a price.
   * @throws {ApiError} 409 `tier_overlap`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const pricingTier = await portico.pricingTiers.create({
   *   integrationId: "halo-psa",
   *   name: "endpoint",
   *   description: "A managed device.",
   *   unitCost: 250,
   *   currency: "usd",
   *   aggregation: "sum",
   *   effectiveFrom: Date.parse("2026-01-01T00:00:00.000Z"),
   *   closePrevious: false,
   * });
   */
  create(input: CreatePricingTierBody, options?: ChangeOptions): Call<PricingTier>;

  /**
   * Delete a pricing tier
   *
   * Deletes it for good.
   *
   * Needs the permission `pricingTier:delete`. Its own refusals: `in_use`, `tier_in_use`.
   *
   * @param pricingTierId - Id of the pricing tier.
   * @throws {ApiError} 404 `not_found`; 409 `in_use`, `tier_in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.pricingTiers.delete("215pp1jncnqxrzdps9fbxrat2zc1ztnn");
   */
  delete(pricingTierId: string, options?: ChangeOptions): Call<Result<"deletePricingTier">>;

  /**
   * Get a pricing tier
   *
   * Needs the permission `pricingTier:read`.
   *
   * @param pricingTierId - Id of the pricing tier.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const pricingTier = await portico.pricingTiers.get("215pp1jncnqxrzdps9fbxrat2zc1ztnn");
   */
  get(pricingTierId: string, options?: ReadOptions): Call<PricingTier>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(pricingTierId: string, options: RequestOptions): Call<PricingTier | undefined>;

  /**
   * List pricing tiers
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {from/to, sort=effectiveFrom}, {integrationId, name, from/to, sort=effectiveFrom}, {integrationId}.
   *
   * Needs the permission `pricingTier:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const pricingTier of portico.pricingTiers.list()) console.log(pricingTier);
   */
  list(input?: Query<"listPricingTiers">, options?: ReadOptions): ListCall<PricingTier>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listPricingTiers"> | undefined, options: RequestOptions): Call<Page<PricingTier> | undefined>;

  /**
   * Update a pricing tier
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `pricingTier:update`. Its own refusals: `tier_overlap`, `tier_in_use`.
   *
   * @param pricingTierId - Id of the pricing tier.
   * @param input - What to send to update a pricing tier.
   * @throws {ApiError} 404 `not_found`; 409 `tier_in_use`, `tier_overlap`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const pricingTier = await portico.pricingTiers.update("215pp1jncnqxrzdps9fbxrat2zc1ztnn", { description: "A managed device." });
   */
  update(pricingTierId: string, input: UpdatePricingTierBody, options?: ChangeOptions): Call<PricingTier>;

}

/** Calls of `portico.projectResources`. */
export interface ProjectResourcesResource {
  /**
   * Link a resource to a project
   *
   * The link bears the resource's name and status, which follow it from then on. Whoever reaches resources by grants needs one to operate the dock.
   *
   * Needs the permission `project:link`. Its own refusals: `already_linked`, `limit_reached`, `not_assigned`, `cross_tenant_reference`.
   *
   * @param projectId - Id of the project.
   * @param input - What to send to link a resource to a project.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_linked`, `limit_reached`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const projectResource = await portico.projectResources.link("5q0nqj4nh9rkm6kcw4y0qn88621n5tff", { resourceTable: "servers", resourceId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r" });
   */
  link(projectId: string, input: LinkProjectResourceBody, options?: ChangeOptions): Call<ProjectResource>;

  /**
   * Link up to 100 resources to a project
   *
   * One transaction: all are linked that are not yet, or none. What is linked already, or named twice, is skipped. Pointers of errors carry the item's index.
   *
   * Needs the permission `project:link`. Its own refusals: `limit_reached`, `not_assigned`, `cross_tenant_reference`.
   *
   * @param projectId - Id of the project.
   * @param input - What to send to link up to 100 resources to a project.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `limit_reached`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.projectResources.linkBatch("5q0nqj4nh9rkm6kcw4y0qn88621n5tff", {
   *   items: [{ resourceTable: "servers", resourceId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r" }],
   * });
   */
  linkBatch(projectId: string, input: LinkProjectResourcesBody, options?: ChangeOptions): Call<LinkProjectResourcesAnswer>;

  /**
   * List the resources of a project
   *
   * Newest first unless sorted otherwise. With `expand=resource` each link shows its resource too, where that is there and the caller reads it by itself.
   *
   * Needs the permission `project:read`. Its own refusals: `invalid_cursor`.
   *
   * @param projectId - Id of the project.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.projectResources.list("5q0nqj4nh9rkm6kcw4y0qn88621n5tff")) console.log(row);
   */
  list(projectId: string, input?: Query<"listProjectResources">, options?: ReadOptions): ListCall<ListProjectResourcesRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(projectId: string, input: Query<"listProjectResources"> | undefined, options: RequestOptions): Call<Page<ListProjectResourcesRow> | undefined>;

  /**
   * List the projects of a resource
   *
   * The projects that a resource belongs to, as far as the caller reads them, the one linked last first.
   *
   * Needs the permission `project:read`. Its own refusals: `invalid_cursor`, `not_found`.
   *
   * @param resourceTable - The table of the resource.
   * @param resourceId - Its id there.
   * @throws {ApiError} 400 `invalid_cursor`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const project of portico.projectResources.listProjects("servers", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r")) console.log(project);
   */
  listProjects(resourceTable: string, resourceId: string, input?: Query<"listResourceProjects">, options?: ReadOptions): ListCall<Project>;
  /** listProjects unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  listProjects(resourceTable: string, resourceId: string, input: Query<"listResourceProjects"> | undefined, options: RequestOptions): Call<Page<Project> | undefined>;

  /**
   * Unlink a resource from a project
   *
   * Ends the link for good; the resource stays.
   *
   * Needs the permission `project:link`.
   *
   * @param projectId - Id of the project.
   * @param linkId - Id of the project resource.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.projectResources.unlink("5q0nqj4nh9rkm6kcw4y0qn88621n5tff", "aagzw79ctwhspwhvdcpy68y7b03nh7xb");
   */
  unlink(projectId: string, linkId: string, options?: ChangeOptions): Call<Result<"unlinkProjectResource">>;

}

/** Calls of `portico.projects`. */
export interface ProjectsResource {
  /**
   * Create a project
   *
   * Needs the permission `project:create`. Its own refusals: `name_taken`, `slug_taken`.
   *
   * @param input - What to send to create a project.
   * @throws {ApiError} 403 `not_assigned`; 409 `name_taken`, `slug_taken`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const project = await portico.projects.create({
   *   name: "Shop of Acme",
   *   teamId: "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
   *   status: "active",
   *   linearId: "SHOP-42",
   *   githubRepo: "acme/shop",
   *   description: "The shop and all that it runs on.",
   *   tags: ["shop"],
   * });
   */
  create(input: CreateProjectBody, options?: ChangeOptions): Call<Project>;

  /**
   * Delete a project
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `project:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param projectId - Id of the project.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.projects.delete("5q0nqj4nh9rkm6kcw4y0qn88621n5tff");
   */
  delete(projectId: string, input?: Query<"deleteProject">, options?: ChangeOptions): Call<Result<"deleteProject">>;

  /**
   * Get a project
   *
   * For members of the organization; machines and assigned roles need the permission `project:read`.
   *
   * @param projectId - Id of the project.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const project = await portico.projects.get("5q0nqj4nh9rkm6kcw4y0qn88621n5tff");
   */
  get(projectId: string, options?: ReadOptions): Call<Project>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(projectId: string, options: RequestOptions): Call<Project | undefined>;

  /**
   * Get the dashboard of a project
   *
   * The project with all its resources by their tables, as its links know them: no resource is read for it. `health` is the worst of them.
   *
   * For members of the organization; machines and assigned roles need the permission `project:read`.
   *
   * @param projectId - Id of the project.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.projects.getDashboard("5q0nqj4nh9rkm6kcw4y0qn88621n5tff");
   */
  getDashboard(projectId: string, options?: ReadOptions): Call<GetProjectDashboardAnswer>;
  /** getDashboard unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getDashboard(projectId: string, options: RequestOptions): Call<GetProjectDashboardAnswer | undefined>;

  /**
   * List projects
   *
   * Newest first unless sorted otherwise. Supported together: {clientId, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {slug, createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {teamId, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `project:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const project of portico.projects.list()) console.log(project);
   */
  list(input?: Query<"listProjects">, options?: ReadOptions): ListCall<Project>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listProjects"> | undefined, options: RequestOptions): Call<Page<Project> | undefined>;

  /**
   * Restore a project
   *
   * Takes it out of the trash, without the resources that it had. Send another `name` where it is taken by now; a slug that is taken is made anew.
   *
   * Needs the permission `project:restore`. Its own refusals: `not_deleted`, `name_taken`, `slug_taken`.
   *
   * @param projectId - Id of the project.
   * @param input - What to send to restore a project.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`, `not_deleted`, `slug_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const project = await portico.projects.restore("5q0nqj4nh9rkm6kcw4y0qn88621n5tff", { name: "Shop of Acme" });
   */
  restore(projectId: string, input?: RestoreProjectBody, options?: ChangeOptions): Call<Project>;

  /**
   * Update a project
   *
   * Fields left out stay as they are; null clears an optional field. The slug follows the name. `status` archives a project and takes it back.
   *
   * Needs the permission `project:update`. Its own refusals: `name_taken`, `slug_taken`.
   *
   * @param projectId - Id of the project.
   * @param input - What to send to update a project.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`, `slug_taken`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const project = await portico.projects.update("5q0nqj4nh9rkm6kcw4y0qn88621n5tff", { name: "Shop of Acme" });
   */
  update(projectId: string, input: UpdateProjectBody, options?: ChangeOptions): Call<Project>;

}

/** Calls of `portico.providers`. */
export interface ProvidersResource {
  /**
   * List the providers
   *
   * What docks can connect here, by its name in `provider`. The same for every organization.
   *
   * For members of the organization; machines and assigned roles need the permission `dock:read`.
   *
   * @throws {ApiError} 403 `not_assigned`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.providers.list();
   */
  list(options?: ReadOptions): Call<ListProvidersAnswer>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(options: RequestOptions): Call<ListProvidersAnswer | undefined>;

}

/** Calls of `portico.roles`. */
export interface RolesResource {
  /**
   * Create a role
   *
   * Needs the permission `role:create`. Its own refusals: `key_taken`, `rank_too_low`, `name_taken`.
   *
   * @param input - What to send to create a role.
   * @throws {ApiError} 403 `rank_too_low`; 409 `key_taken`, `name_taken`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const role = await portico.roles.create({
   *   key: "fieldEngineer",
   *   name: "Field engineer",
   *   description: "Plans and does the work on sites.",
   *   rights: ["schedule:read"],
   *   areaPermissions: {
   *     projects: "read",
   *     resources: "read",
   *     docks: "read",
   *     operations: "read",
   *     settings: "read",
   *   },
   *   scope: "organization",
   *   rank: 20,
   * });
   */
  create(input: CreateRoleBody, options?: ChangeOptions): Call<Role>;

  /**
   * Delete a role
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `role:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `system_role`, `rank_too_low`, `role_in_use`.
   *
   * @param roleId - Id of the role.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`, `role_in_use`, `system_role`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.roles.delete("6fnkkm2yj7yvqhq6q4snq8acf7eptv13");
   */
  delete(roleId: string, input?: Query<"deleteRole">, options?: ChangeOptions): Call<Result<"deleteRole">>;

  /**
   * Get a role
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`.
   *
   * @param roleId - Id of the role.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const role = await portico.roles.get("6fnkkm2yj7yvqhq6q4snq8acf7eptv13");
   */
  get(roleId: string, options?: ReadOptions): Call<Role>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(roleId: string, options: RequestOptions): Call<Role | undefined>;

  /**
   * List roles
   *
   * The organization's own roles, newest first unless sorted otherwise: none before it has made one. The built-in roles, such as `admin` and `member`, lead the list with `includeGlobal=true`. Supported together: {createdFrom/createdTo, sort=created}, {key, createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const role of portico.roles.list()) console.log(role);
   */
  list(input?: Query<"listRoles">, options?: ReadOptions): ListCall<Role>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listRoles"> | undefined, options: RequestOptions): Call<Page<Role> | undefined>;

  /**
   * Restore a role
   *
   * Takes it out of the trash. Send another `key` and `name` where it is taken by now.
   *
   * Needs the permission `role:restore`. Its own refusals: `not_deleted`, `system_role`, `rank_too_low`, `key_taken`, `name_taken`.
   *
   * @param roleId - Id of the role.
   * @param input - What to send to restore a role.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `key_taken`, `name_taken`, `not_deleted`, `system_role`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const role = await portico.roles.restore("6fnkkm2yj7yvqhq6q4snq8acf7eptv13", { key: "fieldEngineer" });
   */
  restore(roleId: string, input?: RestoreRoleBody, options?: ChangeOptions): Call<Role>;

  /**
   * Update a role
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `role:update`. Its own refusals: `system_role`, `rank_too_low`, `key_taken`, `name_taken`.
   *
   * @param roleId - Id of the role.
   * @param input - What to send to update a role.
   * @throws {ApiError} 403 `rank_too_low`; 404 `not_found`; 409 `key_taken`, `name_taken`, `system_role`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const role = await portico.roles.update("6fnkkm2yj7yvqhq6q4snq8acf7eptv13", { name: "Field engineer" });
   */
  update(roleId: string, input: UpdateRoleBody, options?: ChangeOptions): Call<Role>;

}

/** Calls of `portico.scheduledJobs`. */
export interface ScheduledJobsResource {
  /**
   * Claim jobs
   *
   * Gives a worker jobs that are due, whose turn it is: by priority, aged by waiting, then by time. Each is this worker's alone until its lease ends, which heartbeats prolong. Fewer than `limit` where there are no more, or where they are large. Ask again a while later when none is answered.
   *
   * Needs the permission `job:claim`.
   *
   * @param input - What to send to claim jobs.
   *
   * @example
   * const answer = await portico.scheduledJobs.claim({ workerId: "worker-3", actions: ["x.report"], limit: 1, leaseSeconds: 300 });
   */
  claim(input: ClaimScheduledJobsBody, options?: ChangeOptions): Call<ClaimScheduledJobsAnswer>;

  /**
   * Complete a job
   *
   * Sent by its worker once the job is done. Of a job that syncs a data source, the data source, the run and its health follow.
   *
   * Needs the permission `job:claim`. Its own refusals: `lock_lost`, `invalid_state_transition`.
   *
   * @param jobId - Id of the scheduled job.
   * @param input - What to send to complete a job.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `lock_lost`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const scheduledJob = await portico.scheduledJobs.complete("wajfe3qxb29wk7fpa8vxebqr80j38qkf", {
   *   lockToken: "lck_2f6ac1d8",
   *   result: { deleted: 4711 },
   *   cursor: "eyJwb3NpdGlvbiI6MX0",
   *   isComplete: false,
   * });
   */
  complete(jobId: string, input: CompleteScheduledJobBody, options?: ChangeOptions): Call<ScheduledJob>;

  /**
   * Create a job
   *
   * For workers of the organization's own: its action begins with `x.`. While a job of its `dedupeKey` waits or runs, that one is the answer, with 200. Keys that begin with `dataSource.`, `dock.`, `entity.`, `operation.`, `organization.` or `sync:` are the deployment's own.
   *
   * Needs the permission `job:create`. Its own refusals: `reserved_action`.
   *
   * @param input - What to send to create a job.
   * @throws {ApiError} 422 `reserved_action`; and what any call may be refused with.
   *
   * @example
   * const scheduledJob = await portico.scheduledJobs.create({
   *   action: "x.report",
   *   payload: { month: "2026-01" },
   *   priority: 5,
   *   delaySeconds: 60,
   *   attemptsMax: 5,
   *   dedupeKey: "report-2026-01",
   *   dedupe: "pendingOrRunning",
   * });
   */
  create(input: CreateScheduledJobBody, options?: ChangeOptions): Call<ScheduledJob>;

  /**
   * Cancel a job
   *
   * Deletes one that waits or has failed. One that runs is asked to stop: its worker is told at the next heartbeat, and it does not go on after a failure.
   *
   * Needs the permission `job:delete`. Its own refusals: `invalid_state_transition`.
   *
   * @param jobId - Id of the scheduled job.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.scheduledJobs.delete("wajfe3qxb29wk7fpa8vxebqr80j38qkf");
   */
  delete(jobId: string, options?: ChangeOptions): Call<Result<"cancelScheduledJob">>;

  /**
   * Say that a job has failed
   *
   * It goes on later, after a wait that is longer with each attempt and partly random, unless another attempt would be one too many or fail as well. Of a job that has failed for good administrators are told.
   *
   * Needs the permission `job:claim`. Its own refusals: `lock_lost`, `invalid_state_transition`.
   *
   * @param jobId - Id of the scheduled job.
   * @param input - What to send to say that a job has failed.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `lock_lost`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const scheduledJob = await portico.scheduledJobs.fail("wajfe3qxb29wk7fpa8vxebqr80j38qkf", {
   *   lockToken: "lck_2f6ac1d8",
   *   error: "The provider did not answer.",
   *   retryable: true,
   *   retryAfterSeconds: 60,
   * });
   */
  fail(jobId: string, input: FailScheduledJobBody, options?: ChangeOptions): Call<ScheduledJob>;

  /**
   * Get a scheduled job
   *
   * Needs the permission `job:read`.
   *
   * @param jobId - Id of the scheduled job.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const scheduledJob = await portico.scheduledJobs.get("wajfe3qxb29wk7fpa8vxebqr80j38qkf");
   */
  get(jobId: string, options?: ReadOptions): Call<ScheduledJob>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(jobId: string, options: RequestOptions): Call<ScheduledJob | undefined>;

  /**
   * Get the jobs in numbers
   *
   * Needs the permission `job:read`.
   *
   * @example
   * const answer = await portico.scheduledJobs.getStats();
   */
  getStats(options?: ReadOptions): Call<GetJobStatsAnswer>;
  /** getStats unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getStats(options: RequestOptions): Call<GetJobStatsAnswer | undefined>;

  /**
   * Prolong the lease of a job
   *
   * Sent by its worker well before the lease ends. It may say how far it is, and save where the next attempt goes on if this one does not end. A worker that hears `cancelRequested`, or 409, stops.
   *
   * Needs the permission `job:claim`. Its own refusals: `lock_lost`, `invalid_state_transition`.
   *
   * @param jobId - Id of the scheduled job.
   * @param input - What to send to prolong the lease of a job.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `lock_lost`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.scheduledJobs.heartbeat("wajfe3qxb29wk7fpa8vxebqr80j38qkf", {
   *   lockToken: "lck_2f6ac1d8",
   *   leaseSeconds: 300,
   *   cursor: "eyJwb3NpdGlvbiI6MX0",
   *   progress: { table: "schedules", deleted: 1200 },
   * });
   */
  heartbeat(jobId: string, input: HeartbeatScheduledJobBody, options?: ChangeOptions): Call<HeartbeatScheduledJobAnswer>;

  /**
   * List jobs
   *
   * Newest first unless sorted otherwise. `status=failed` with `willRetry=true` are those that go on by themselves, with `willRetry=false` those that have failed for good. A job is kept for 30 days after its end. Supported together: {action, status, createdFrom/createdTo, sort=created}, {action}, {createdFrom/createdTo, sort=created}, {dataSourceId, status, createdFrom/createdTo, sort=created}, {dataSourceId}, {integrationId, status, createdFrom/createdTo, sort=created}, {integrationId}, {scheduledFrom/scheduledTo, sort=scheduledAt}, {status, willRetry, createdFrom/createdTo, sort=created}, {status}.
   *
   * Needs the permission `job:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const scheduledJob of portico.scheduledJobs.list()) console.log(scheduledJob);
   */
  list(input?: Query<"listScheduledJobs">, options?: ReadOptions): ListCall<ScheduledJob>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listScheduledJobs"> | undefined, options: RequestOptions): Call<Page<ScheduledJob> | undefined>;

  /**
   * Have a failed job tried again
   *
   * At once. One that has used all its attempts gets one more.
   *
   * Needs the permission `job:retry`. Its own refusals: `invalid_state_transition`, `job_queued`.
   *
   * @param jobId - Id of the scheduled job.
   * @param input - What to send to have a failed job tried again.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `job_queued`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const scheduledJob = await portico.scheduledJobs.retry("wajfe3qxb29wk7fpa8vxebqr80j38qkf", { resetAttempts: false });
   */
  retry(jobId: string, input?: RetryScheduledJobBody, options?: ChangeOptions): Call<ScheduledJob>;

}

/** Calls of `portico.schedules`. */
export interface SchedulesResource {
  /**
   * Activate a schedule
   *
   * Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
   *
   * @param scheduleId - Id of the schedule.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const schedule = await portico.schedules.activate("ettj0vr27ryy4ksc571ve800xdak5gxg");
   */
  activate(scheduleId: string, options?: ChangeOptions): Call<Schedule>;

  /**
   * Create up to 100 schedules
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `schedule:create`.
   *
   * @param input - What to send to create up to 100 schedules.
   * @throws {ApiError} 422 `not_an_organization_member`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.schedules.batchCreate({
   *   items: [
   *     {
   *       title: "Service the pumps",
   *       description: "Replace the filters on the roof.",
   *       startDate: Date.parse("2026-01-15T09:30:00.000Z"),
   *       endDate: Date.parse("2026-01-15T10:30:00.000Z"),
   *       status: "draft",
   *     },
   *   ],
   * });
   */
  batchCreate(input: BatchCreateSchedulesBody, options?: ChangeOptions): Call<BatchCreateSchedulesAnswer>;

  /**
   * Cancel a schedule
   *
   * The reason, if given, stands in the audit trail.
   *
   * Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
   *
   * @param scheduleId - Id of the schedule.
   * @param input - What to send to cancel a schedule.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const schedule = await portico.schedules.cancel("ettj0vr27ryy4ksc571ve800xdak5gxg", { reason: "Rescheduled to next week." });
   */
  cancel(scheduleId: string, input?: CancelScheduleBody, options?: ChangeOptions): Call<Schedule>;

  /**
   * Complete a schedule
   *
   * Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
   *
   * @param scheduleId - Id of the schedule.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const schedule = await portico.schedules.complete("ettj0vr27ryy4ksc571ve800xdak5gxg");
   */
  complete(scheduleId: string, options?: ChangeOptions): Call<Schedule>;

  /**
   * Create a schedule
   *
   * Needs the permission `schedule:create`.
   *
   * @param input - What to send to create a schedule.
   * @throws {ApiError} 422 `not_an_organization_member`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const schedule = await portico.schedules.create({
   *   title: "Service the pumps",
   *   description: "Replace the filters on the roof.",
   *   startDate: Date.parse("2026-01-15T09:30:00.000Z"),
   *   endDate: Date.parse("2026-01-15T10:30:00.000Z"),
   *   status: "draft",
   * });
   */
  create(input: CreateScheduleBody, options?: ChangeOptions): Call<Schedule>;

  /**
   * Delete a schedule
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `schedule:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param scheduleId - Id of the schedule.
   * @throws {ApiError} 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.schedules.delete("ettj0vr27ryy4ksc571ve800xdak5gxg");
   */
  delete(scheduleId: string, input?: Query<"deleteSchedule">, options?: ChangeOptions): Call<Result<"deleteSchedule">>;

  /**
   * Get a schedule
   *
   * For members of the organization; machines and assigned roles need the permission `schedule:read`.
   *
   * @param scheduleId - Id of the schedule.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const schedule = await portico.schedules.get("ettj0vr27ryy4ksc571ve800xdak5gxg");
   */
  get(scheduleId: string, options?: ReadOptions): Call<Schedule>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(scheduleId: string, options: RequestOptions): Call<Schedule | undefined>;

  /**
   * List schedules
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {startFrom/startTo, sort=startDate}, {status, startFrom/startTo, sort=startDate}, {userId, startFrom/startTo, sort=startDate}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `schedule:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const schedule of portico.schedules.list()) console.log(schedule);
   */
  list(input?: Query<"listSchedules">, options?: ReadOptions): ListCall<Schedule>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listSchedules"> | undefined, options: RequestOptions): Call<Page<Schedule> | undefined>;

  /**
   * Restore a schedule
   *
   * Takes it out of the trash.
   *
   * Needs the permission `schedule:restore`. Its own refusals: `not_deleted`.
   *
   * @param scheduleId - Id of the schedule.
   * @throws {ApiError} 404 `not_found`; 409 `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const schedule = await portico.schedules.restore("ettj0vr27ryy4ksc571ve800xdak5gxg");
   */
  restore(scheduleId: string, options?: ChangeOptions): Call<Schedule>;

  /**
   * Update a schedule
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
   *
   * @param scheduleId - Id of the schedule.
   * @param input - What to send to update a schedule.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; 422 `not_an_organization_member`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const schedule = await portico.schedules.update("ettj0vr27ryy4ksc571ve800xdak5gxg", { title: "Service the pumps" });
   */
  update(scheduleId: string, input: UpdateScheduleBody, options?: ChangeOptions): Call<Schedule>;

}

/** Calls of `portico.servers`. */
export interface ServersResource {
  /**
   * Delete a server
   *
   * Moves it to the trash, where no sync revives it; the provider is not asked to do anything. Its links say `deleted`. With `permanent=true`, deletes for good what is in the trash: a sync that finds it then brings it anew.
   *
   * Needs the permission `resource:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param serverId - Id of the server.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.servers.delete("ex1fwy5pvbkmzgvp4hcr1z60j1pb044z");
   */
  delete(serverId: string, input?: Query<"deleteServer">, options?: ChangeOptions): Call<Result<"deleteServer">>;

  /**
   * Get a server
   *
   * Needs the permission `resource:read`.
   *
   * @param serverId - Id of the server.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.servers.get("ex1fwy5pvbkmzgvp4hcr1z60j1pb044z");
   */
  get(serverId: string, input?: Query<"getServer">, options?: ReadOptions): Call<GetServerAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(serverId: string, input: Query<"getServer"> | undefined, options: RequestOptions): Call<GetServerAnswer | undefined>;

  /**
   * List servers
   *
   * Newest first unless sorted otherwise; of whoever reaches granted docks alone, theirs. With `include=full` a page has 12 rows at most. Supported together: {createdFrom/createdTo, sort=created}, {dockId, createdFrom/createdTo, sort=created}, {provider, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * Needs the permission `resource:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.servers.list()) console.log(row);
   */
  list(input?: Query<"listServers">, options?: ReadOptions): ListCall<ListServersRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listServers"> | undefined, options: RequestOptions): Call<Page<ListServersRow> | undefined>;

  /**
   * Restore a server
   *
   * Takes it out of the trash. Syncs keep it as the provider has it again, and its links say how it is.
   *
   * Needs the permission `resource:restore`. Its own refusals: `not_deleted`, `dock_deleted`.
   *
   * @param serverId - Id of the server.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `dock_deleted`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const server = await portico.servers.restore("ex1fwy5pvbkmzgvp4hcr1z60j1pb044z");
   */
  restore(serverId: string, options?: ChangeOptions): Call<Server>;

  /**
   * Update a server
   *
   * Its tags and metadata; all else is as the provider has it. Fields left out stay as they are; null clears `metadata`.
   *
   * Needs the permission `resource:update`.
   *
   * @param serverId - Id of the server.
   * @param input - What to send to update a server.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const server = await portico.servers.update("ex1fwy5pvbkmzgvp4hcr1z60j1pb044z", { tags: ["production"] });
   */
  update(serverId: string, input: UpdateServerBody, options?: ChangeOptions): Call<Server>;

}

/** Calls of `portico.sites`. */
export interface SitesResource {
  /**
   * Create up to 100 sites
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `site:create`. Its own refusals: `slug_taken`.
   *
   * @param input - What to send to create up to 100 sites.
   * @throws {ApiError} 409 `slug_taken`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.sites.batchCreate({
   *   items: [
   *     {
   *       name: "Antwerp depot",
   *       slug: "antwerp-depot",
   *       status: "active",
   *       psaCompanyId: "10443",
   *       psaParentCompanyId: "10400",
   *       metadata: { costCenter: "4711" },
   *     },
   *   ],
   * });
   */
  batchCreate(input: BatchCreateSitesBody, options?: ChangeOptions): Call<BatchCreateSitesAnswer>;

  /**
   * Create a site
   *
   * Needs the permission `site:create`. Its own refusals: `slug_taken`.
   *
   * @param input - What to send to create a site.
   * @throws {ApiError} 409 `slug_taken`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const site = await portico.sites.create({
   *   name: "Rotterdam depot",
   *   slug: "rotterdam-depot",
   *   status: "active",
   *   psaCompanyId: "10442",
   *   psaParentCompanyId: "10400",
   *   metadata: { costCenter: "4711" },
   * });
   */
  create(input: CreateSiteBody, options?: ChangeOptions): Call<Site>;

  /**
   * Delete a site
   *
   * Moves it to the trash; with `cascade=true` its agents go with it and their keys stop. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `site:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `site_has_agents`.
   *
   * @param siteId - Id of the site.
   * @throws {ApiError} 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`, `site_has_agents`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.sites.delete("vgjrscpr0s5bgtdbca1fhanbxhvcw347");
   */
  delete(siteId: string, input?: Query<"deleteSite">, options?: ChangeOptions): Call<Result<"deleteSite">>;

  /**
   * Get a site
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @param siteId - Id of the site.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const site = await portico.sites.get("vgjrscpr0s5bgtdbca1fhanbxhvcw347");
   */
  get(siteId: string, options?: ReadOptions): Call<Site>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(siteId: string, options: RequestOptions): Call<Site | undefined>;

  /**
   * Get a site with its agents counted
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @param siteId - Id of the site.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.sites.getView("vgjrscpr0s5bgtdbca1fhanbxhvcw347");
   */
  getView(siteId: string, options?: ReadOptions): Call<GetSiteViewAnswer>;
  /** getView unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getView(siteId: string, options: RequestOptions): Call<GetSiteViewAnswer | undefined>;

  /**
   * List sites
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {psaCompanyId, createdFrom/createdTo, sort=created}, {slug, createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const site of portico.sites.list()) console.log(site);
   */
  list(input?: Query<"listSites">, options?: ReadOptions): ListCall<Site>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listSites"> | undefined, options: RequestOptions): Call<Page<Site> | undefined>;

  /**
   * List sites with their agents counted
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.sites.listView()) console.log(row);
   */
  listView(input?: Query<"listSitesView">, options?: ReadOptions): ListCall<ListSitesViewRow>;
  /** listView unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  listView(input: Query<"listSitesView"> | undefined, options: RequestOptions): Call<Page<ListSitesViewRow> | undefined>;

  /**
   * Restore a site
   *
   * Takes it out of the trash. Send another `slug` where it is taken by now.
   *
   * Needs the permission `site:restore`. Its own refusals: `not_deleted`, `slug_taken`.
   *
   * @param siteId - Id of the site.
   * @param input - What to send to restore a site.
   * @throws {ApiError} 404 `not_found`; 409 `not_deleted`, `slug_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const site = await portico.sites.restore("vgjrscpr0s5bgtdbca1fhanbxhvcw347", { slug: "rotterdam-depot" });
   */
  restore(siteId: string, input?: RestoreSiteBody, options?: ChangeOptions): Call<Site>;

  /**
   * Update a site
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `site:update`. Its own refusals: `invalid_state_transition`, `slug_taken`.
   *
   * @param siteId - Id of the site.
   * @param input - What to send to update a site.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`, `slug_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const site = await portico.sites.update("vgjrscpr0s5bgtdbca1fhanbxhvcw347", { name: "Rotterdam depot" });
   */
  update(siteId: string, input: UpdateSiteBody, options?: ChangeOptions): Call<Site>;

}

/** Calls of `portico.subscriptionTiers`. */
export interface SubscriptionTiersResource {
  /**
   * Create a subscription tier
   *
   * Needs the permission `subscriptionTier:create`. Its own refusals: `key_taken`, `stripe_price_taken`.
   *
   * @param input - What to send to create a subscription tier.
   * @throws {ApiError} 409 `key_taken`, `stripe_price_taken`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const subscriptionTier = await portico.subscriptionTiers.create({
   *   key: "pro",
   *   name: "Pro",
   *   description: "Everything in the community.",
   *   benefits: ["All courses"],
   *   amount: 1900,
   *   currency: "usd",
   *   interval: "month",
   *   trialDays: 14,
   *   stripePriceId: "price_1RkQ2kK4n",
   *   isArchived: false,
   *   order: 1,
   * });
   */
  create(input: CreateSubscriptionTierBody, options?: ChangeOptions): Call<SubscriptionTier>;

  /**
   * Delete a subscription tier
   *
   * Deletes it for good.
   *
   * Needs the permission `subscriptionTier:delete`. Its own refusals: `in_use`, `tier_in_use`.
   *
   * @param subscriptionTierId - Id of the subscription tier.
   * @throws {ApiError} 404 `not_found`; 409 `in_use`, `tier_in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.subscriptionTiers.delete("546rzav8m3nm10krvabgyrmw9hxvgddb");
   */
  delete(subscriptionTierId: string, options?: ChangeOptions): Call<Result<"deleteSubscriptionTier">>;

  /**
   * Get a subscription tier
   *
   * For members of the organization; machines and assigned roles need the permission `subscriptionTier:read`.
   *
   * @param subscriptionTierId - Id of the subscription tier.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const subscriptionTier = await portico.subscriptionTiers.get("546rzav8m3nm10krvabgyrmw9hxvgddb");
   */
  get(subscriptionTierId: string, options?: ReadOptions): Call<SubscriptionTier>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(subscriptionTierId: string, options: RequestOptions): Call<SubscriptionTier | undefined>;

  /**
   * List subscription tiers
   *
   * Newest first unless sorted otherwise. Supported together: {isArchived, sort=order}, {key, createdFrom/createdTo, sort=created}, {sort=order}.
   *
   * For members of the organization; machines and assigned roles need the permission `subscriptionTier:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const subscriptionTier of portico.subscriptionTiers.list()) console.log(subscriptionTier);
   */
  list(input?: Query<"listSubscriptionTiers">, options?: ReadOptions): ListCall<SubscriptionTier>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listSubscriptionTiers"> | undefined, options: RequestOptions): Call<Page<SubscriptionTier> | undefined>;

  /**
   * Update a subscription tier
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `subscriptionTier:update`. Its own refusals: `key_taken`, `stripe_price_taken`.
   *
   * @param subscriptionTierId - Id of the subscription tier.
   * @param input - What to send to update a subscription tier.
   * @throws {ApiError} 404 `not_found`; 409 `key_taken`, `stripe_price_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const subscriptionTier = await portico.subscriptionTiers.update("546rzav8m3nm10krvabgyrmw9hxvgddb", { name: "Pro" });
   */
  update(subscriptionTierId: string, input: UpdateSubscriptionTierBody, options?: ChangeOptions): Call<SubscriptionTier>;

}

/** Calls of `portico.subscriptions`. */
export interface SubscriptionsResource {
  /**
   * Get a subscription
   *
   * Needs the permission `subscription:read`.
   *
   * @param subscriptionId - Id of the subscription.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const subscription = await portico.subscriptions.get("wch1n43anv4qkp8wwcd2qzm1qegcc43w");
   */
  get(subscriptionId: string, options?: ReadOptions): Call<Subscription>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(subscriptionId: string, options: RequestOptions): Call<Subscription | undefined>;

  /**
   * Get one's own subscription
   *
   * The tier that the caller has, how it stands, and whether it gives access now; `none` without one.
   *
   * For members of the organization; machines and assigned roles need the permission `me:read`.
   *
   * @example
   * const answer = await portico.subscriptions.getMine();
   */
  getMine(options?: ReadOptions): Call<GetMySubscriptionAnswer>;
  /** getMine unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getMine(options: RequestOptions): Call<GetMySubscriptionAnswer | undefined>;

  /**
   * Grant a subscription
   *
   * Gives a member a tier without payment, until a time or until it is revoked; once more, it changes tier and time. What Stripe manages is changed at Stripe.
   *
   * Needs the permission `subscription:manage`. Its own refusals: `stripe_managed`.
   *
   * @param input - What to send to grant a subscription.
   * @throws {ApiError} 409 `stripe_managed`; 422 `not_an_organization_member`; and what any call may be refused with.
   *
   * @example
   * const subscription = await portico.subscriptions.grant({ userId: "xvcpq2b60gypf1ckwc9ceze3vnke5x7c", tier: "pro" });
   */
  grant(input: GrantSubscriptionBody, options?: ChangeOptions): Call<Subscription>;

  /**
   * List subscriptions
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {tier, status, createdFrom/createdTo, sort=created}, {tier}, {userId, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `subscription:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const subscription of portico.subscriptions.list()) console.log(subscription);
   */
  list(input?: Query<"listSubscriptions">, options?: ReadOptions): ListCall<Subscription>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listSubscriptions"> | undefined, options: RequestOptions): Call<Page<Subscription> | undefined>;

  /**
   * Revoke a subscription
   *
   * Ends at once what was granted. What Stripe manages is cancelled at Stripe.
   *
   * Needs the permission `subscription:manage`. Its own refusals: `stripe_managed`.
   *
   * @param subscriptionId - Id of the subscription.
   * @throws {ApiError} 404 `not_found`; 409 `stripe_managed`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const subscription = await portico.subscriptions.revoke("wch1n43anv4qkp8wwcd2qzm1qegcc43w");
   */
  revoke(subscriptionId: string, options?: ChangeOptions): Call<Subscription>;

}

/** Calls of `portico.syncHistory`. */
export interface SyncHistoryResource {
  /**
   * Get a sync run
   *
   * For members of the organization; machines and assigned roles need the permission `syncHistory:read`.
   *
   * @param syncId - Id of the sync run.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const syncRun = await portico.syncHistory.get("et1gjg0n558sq5gq9fqs1ncn733aqany");
   */
  get(syncId: string, options?: ReadOptions): Call<SyncRun>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(syncId: string, options: RequestOptions): Call<SyncRun | undefined>;

  /**
   * List the history of synchronizations
   *
   * The last begun first unless sorted otherwise. A run is kept for 90 days after its end. Supported together: {from/to, sort=startedAt}, {sourceId, from/to, sort=startedAt}, {sourceType, sourceId, from/to, sort=startedAt}, {sourceType}, {status, from/to, sort=startedAt}.
   *
   * For members of the organization; machines and assigned roles need the permission `syncHistory:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const syncRun of portico.syncHistory.list()) console.log(syncRun);
   */
  list(input?: Query<"listSyncHistory">, options?: ReadOptions): ListCall<SyncRun>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listSyncHistory"> | undefined, options: RequestOptions): Call<Page<SyncRun> | undefined>;

}

/** Calls of `portico.teamMembers`. */
export interface TeamMembersResource {
  /**
   * Add a member to a team
   *
   * The role is `developer` unless given, by `roleId` or `roleKey`; its rights hold for what is assigned to the team. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes. So must be what the member's own role allows on assigned rows.
   *
   * Needs the permission `team:manageMembers`. Its own refusals: `already_member`, `rank_too_low`, `limit_reached`.
   *
   * @param teamId - Id of the team.
   * @param input - What to send to add a member to a team.
   * @throws {ApiError} 403 `not_assigned`, `rank_too_low`; 404 `not_found`; 409 `already_member`, `limit_reached`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `not_an_organization_member`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const teamMember = await portico.teamMembers.add("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas", { userId: "xvcpq2b60gypf1ckwc9ceze3vnke5x7c", roleKey: "member" });
   */
  add(teamId: string, input: AddTeamMemberBody, options?: ChangeOptions): Call<TeamMember>;

  /**
   * List the members of a team
   *
   * Newest first unless sorted otherwise.
   *
   * For members of the organization; machines and assigned roles need the permission `team:read`. Its own refusals: `invalid_cursor`.
   *
   * @param teamId - Id of the team.
   * @throws {ApiError} 400 `invalid_cursor`; 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * for await (const teamMember of portico.teamMembers.list("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas")) console.log(teamMember);
   */
  list(teamId: string, input?: Query<"listTeamMembers">, options?: ReadOptions): ListCall<TeamMember>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(teamId: string, input: Query<"listTeamMembers"> | undefined, options: RequestOptions): Call<Page<TeamMember> | undefined>;

  /**
   * Remove a member from a team
   *
   * What is assigned to the team is no longer assigned to the member; the membership of the organization stays.
   *
   * Needs the permission `team:manageMembers`. Its own refusals: `rank_too_low`.
   *
   * @param teamId - Id of the team.
   * @param userId - Id of the user.
   * @throws {ApiError} 403 `not_assigned`, `rank_too_low`; 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.teamMembers.remove("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas", "xvcpq2b60gypf1ckwc9ceze3vnke5x7c");
   */
  remove(teamId: string, userId: string, options?: ChangeOptions): Call<Result<"removeTeamMember">>;

  /**
   * Update a member of a team
   *
   * Gives another role there, by `roleId` or `roleKey`, to a member whose role there is below one's own. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes.
   *
   * Needs the permission `team:manageMembers`. Its own refusals: `rank_too_low`.
   *
   * @param teamId - Id of the team.
   * @param userId - Id of the user.
   * @param input - What to send to update a member of a team.
   * @throws {ApiError} 403 `not_assigned`, `rank_too_low`; 404 `not_found`; 412 `precondition_failed`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const teamMember = await portico.teamMembers.update("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas", "xvcpq2b60gypf1ckwc9ceze3vnke5x7c", { roleKey: "member" });
   */
  update(teamId: string, userId: string, input: UpdateTeamMemberBody, options?: ChangeOptions): Call<TeamMember>;

}

/** Calls of `portico.teams`. */
export interface TeamsResource {
  /**
   * Create a team
   *
   * Needs the permission `team:create`. Its own refusals: `name_taken`.
   *
   * @param input - What to send to create a team.
   * @throws {ApiError} 403 `not_assigned`; 409 `name_taken`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const team = await portico.teams.create({
   *   name: "Field service",
   *   description: "Keeps the wind farms of the north running.",
   * });
   */
  create(input: CreateTeamBody, options?: ChangeOptions): Call<Team>;

  /**
   * Delete a team
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `team:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `team_in_use`.
   *
   * @param teamId - Id of the team.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`, `team_in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.teams.delete("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas");
   */
  delete(teamId: string, input?: Query<"deleteTeam">, options?: ChangeOptions): Call<Result<"deleteTeam">>;

  /**
   * Get a team
   *
   * For members of the organization; machines and assigned roles need the permission `team:read`.
   *
   * @param teamId - Id of the team.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const team = await portico.teams.get("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas");
   */
  get(teamId: string, options?: ReadOptions): Call<Team>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(teamId: string, options: RequestOptions): Call<Team | undefined>;

  /**
   * List teams
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {sort=name}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `team:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const team of portico.teams.list()) console.log(team);
   */
  list(input?: Query<"listTeams">, options?: ReadOptions): ListCall<Team>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listTeams"> | undefined, options: RequestOptions): Call<Page<Team> | undefined>;

  /**
   * List one's own teams
   *
   * The teams that the caller is in, the one joined last first, each with the caller's role there.
   *
   * For members of the organization; machines and assigned roles need the permission `me:read`. Its own refusals: `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.teams.listMine()) console.log(row);
   */
  listMine(input?: Query<"listMyTeams">, options?: ReadOptions): ListCall<ListMyTeamsRow>;
  /** listMine unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  listMine(input: Query<"listMyTeams"> | undefined, options: RequestOptions): Call<Page<ListMyTeamsRow> | undefined>;

  /**
   * Restore a team
   *
   * Takes it out of the trash. Send another `name` where it is taken by now.
   *
   * Needs the permission `team:restore`. Its own refusals: `not_deleted`, `name_taken`.
   *
   * @param teamId - Id of the team.
   * @param input - What to send to restore a team.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`, `not_deleted`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const team = await portico.teams.restore("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas", { name: "Field service" });
   */
  restore(teamId: string, input?: RestoreTeamBody, options?: ChangeOptions): Call<Team>;

  /**
   * Update a team
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `team:update`. Its own refusals: `name_taken`.
   *
   * @param teamId - Id of the team.
   * @param input - What to send to update a team.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `name_taken`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const team = await portico.teams.update("tzpf5nqh0kgajrcmtkhdtyg3m69ajxas", { name: "Field service" });
   */
  update(teamId: string, input: UpdateTeamBody, options?: ChangeOptions): Call<Team>;

}

/** Calls of `portico.todos`. */
export interface TodosResource {
  /**
   * Create a todo
   *
   * Needs the permission `todo:create`.
   *
   * @param input - What to send to create a todo.
   * @throws {ApiError} 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const todo = await portico.todos.create({ text: "Order spare parts", completed: false });
   */
  create(input: CreateTodoBody, options?: ChangeOptions): Call<Todo>;

  /**
   * Delete a todo
   *
   * Deletes it for good.
   *
   * Needs the permission `todo:delete`. Its own refusals: `in_use`.
   *
   * @param todoId - Id of the todo.
   * @throws {ApiError} 404 `not_found`; 409 `in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.todos.delete("8qe70pkzrcs65g03w4thpkb8eephjzam");
   */
  delete(todoId: string, options?: ChangeOptions): Call<Result<"deleteTodo">>;

  /**
   * Get a todo
   *
   * For members of the organization; machines and assigned roles need the permission `todo:read`.
   *
   * @param todoId - Id of the todo.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const todo = await portico.todos.get("8qe70pkzrcs65g03w4thpkb8eephjzam");
   */
  get(todoId: string, options?: ReadOptions): Call<Todo>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(todoId: string, options: RequestOptions): Call<Todo | undefined>;

  /**
   * List todos
   *
   * Newest first unless sorted otherwise. Supported together: {completed, createdFrom/createdTo, sort=created}, {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `todo:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const todo of portico.todos.list()) console.log(todo);
   */
  list(input?: Query<"listTodos">, options?: ReadOptions): ListCall<Todo>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listTodos"> | undefined, options: RequestOptions): Call<Page<Todo> | undefined>;

  /**
   * Toggle a todo
   *
   * Flips `completed`.
   *
   * Needs the permission `todo:update`.
   *
   * @param todoId - Id of the todo.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const todo = await portico.todos.toggle("8qe70pkzrcs65g03w4thpkb8eephjzam");
   */
  toggle(todoId: string, options?: ChangeOptions): Call<Todo>;

  /**
   * Update a todo
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `todo:update`.
   *
   * @param todoId - Id of the todo.
   * @param input - What to send to update a todo.
   * @throws {ApiError} 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const todo = await portico.todos.update("8qe70pkzrcs65g03w4thpkb8eephjzam", { text: "Order spare parts" });
   */
  update(todoId: string, input: UpdateTodoBody, options?: ChangeOptions): Call<Todo>;

}

/** Calls of `portico.usageRecords`. */
export interface UsageRecordsResource {
  /**
   * Delete a usage record
   *
   * Takes it out of what is billed, and frees its `externalRef`: what was wrong can be recorded anew.
   *
   * Needs the permission `usage:delete`. Its own refusals: `period_finalized`.
   *
   * @param usageId - Id of the usage record.
   * @throws {ApiError} 404 `not_found`; 409 `period_finalized`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.usageRecords.delete("46h25sbdhmvdmrxx5mvzernq2wtxb869");
   */
  delete(usageId: string, options?: ChangeOptions): Call<Result<"deleteUsageRecord">>;

  /**
   * Get what usage comes to
   *
   * Units by integration, tier and price of the days asked for, in the organization's time zone, and what they would cost. What nothing prices has no cost. What counts in another period than that in which it was used is found in that one.
   *
   * Needs the permission `usage:read`. Its own refusals: `bill_too_large`.
   *
   * @throws {ApiError} 422 `bill_too_large`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.usageRecords.getSummary({ startDate: "2026-01-01", endDate: "2026-02-01" });
   */
  getSummary(input: Query<"getUsageSummary">, options?: ReadOptions): Call<GetUsageSummaryAnswer>;
  /** getSummary unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getSummary(input: Query<"getUsageSummary">, options: RequestOptions): Call<GetUsageSummaryAnswer | undefined>;

  /**
   * List usage records
   *
   * Newest first unless sorted otherwise. Supported together: {from/to, sort=recordedAt}, {integrationId, tierName, from/to, sort=recordedAt}, {integrationId}.
   *
   * Needs the permission `usage:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const usageRecord of portico.usageRecords.list()) console.log(usageRecord);
   */
  list(input?: Query<"listUsageRecords">, options?: ReadOptions): ListCall<UsageRecord>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listUsageRecords"> | undefined, options: RequestOptions): Call<Page<UsageRecord> | undefined>;

  /**
   * Record usage
   *
   * Sent again under the same `externalRef` with the same content, it is not counted twice: the record that there is comes back with 200. What was used in a period that is billed already counts in the first period after it that is not.
   *
   * Needs the permission `usage:create`. Its own refusals: `usage_conflict`.
   *
   * @param input - What to send to record usage.
   * @throws {ApiError} 409 `usage_conflict`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const usageRecord = await portico.usageRecords.record({
   *   integrationId: "halo-psa",
   *   tierName: "endpoint",
   *   units: 12,
   *   recordedAt: Date.parse("2026-01-15T09:30:00.000Z"),
   *   externalRef: "meter-7:2026-01-15T09",
   *   metadata: { meter: "7" },
   * });
   */
  record(input: RecordUsageBody, options?: ChangeOptions): Call<UsageRecord>;

  /**
   * Record up to 100 pieces of usage
   *
   * Each is recorded or refused by itself, in one transaction, and `data` says how, in the order of `items`: one that is refused keeps no other from being recorded. Sending the batch again is safe for items with an `externalRef`. Items of a wrong shape refuse the whole request.
   *
   * Needs the permission `usage:create`.
   *
   * @param input - What to send to record up to 100 pieces of usage.
   *
   * @example
   * const answer = await portico.usageRecords.recordBatch({
   *   items: [
   *     {
   *       integrationId: "halo-psa",
   *       tierName: "endpoint",
   *       units: 12,
   *       recordedAt: Date.parse("2026-01-15T09:30:00.000Z"),
   *       siteId: "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
   *       dataSourceId: "awz8j4qzh63j7xs58nm6gesg0y43py42",
   *       externalRef: "meter-7:2026-01-15T09",
   *       metadata: { meter: "7" },
   *     },
   *   ],
   * });
   */
  recordBatch(input: RecordUsageBatchBody, options?: ChangeOptions): Call<RecordUsageBatchAnswer>;

}

/** Calls of `portico.users`. */
export interface UsersResource {
  /**
   * Add a user to the organization
   *
   * Adds somebody who waits for whoever signs in with this verified e-mail address. The membership is pending until then, and shows the invitation only: whether the address is known already is not told, and `id` is the person's own once they have accepted, by their first login or `POST /v1/me/sync`. It is given then, if whoever added them could still give its role; otherwise it stays pending. The address gets an e-mail that says so. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes.
   *
   * Needs the permission `member:invite`. Its own refusals: `already_member`, `invitation_pending`, `rank_too_low`, `cross_tenant_reference`, `external_id_taken`, `email_taken`.
   *
   * @param input - What to send to add a user to the organization.
   * @throws {ApiError} 403 `rank_too_low`; 409 `already_member`, `external_id_taken`, `invitation_pending`; 422 `cross_tenant_reference`, `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.users.create({ email: "sam.lindqvist@example.com", name: "Dana Okoye", roleKey: "member" });
   */
  create(input: CreateUserBody, options?: ChangeOptions): Call<CreateUserAnswer>;

  /**
   * Get a user of the organization
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`.
   *
   * @param userId - Id or external id of the user.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.users.get("jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r");
   */
  get(userId: string, options?: ReadOptions): Call<GetUserAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(userId: string, options: RequestOptions): Call<GetUserAnswer | undefined>;

  /**
   * Get a user's profile
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`.
   *
   * @param userId - Id or external id of the user.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.users.getProfile("jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r");
   */
  getProfile(userId: string, options?: ReadOptions): Call<GetUserProfileAnswer>;
  /** getProfile unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getProfile(userId: string, options: RequestOptions): Call<GetUserProfileAnswer | undefined>;

  /**
   * List the users of the organization
   *
   * Newest membership first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {roleId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.users.list()) console.log(row);
   */
  list(input?: Query<"listUsers">, options?: ReadOptions): ListCall<ListUsersRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listUsers"> | undefined, options: RequestOptions): Call<Page<ListUsersRow> | undefined>;

}

/** Calls of `portico.webServices`. */
export interface WebServicesResource {
  /**
   * Delete a web service
   *
   * Moves it to the trash, where no sync revives it; the provider is not asked to do anything. Its links say `deleted`. With `permanent=true`, deletes for good what is in the trash: a sync that finds it then brings it anew.
   *
   * Needs the permission `resource:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
   *
   * @param webServiceId - Id of the web service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `already_deleted`, `in_use`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.webServices.delete("d1nc5m5zmrz5gkgkd11nwkm4p9ws1rd9");
   */
  delete(webServiceId: string, input?: Query<"deleteWebService">, options?: ChangeOptions): Call<Result<"deleteWebService">>;

  /**
   * Get a web service
   *
   * Needs the permission `resource:read`.
   *
   * @param webServiceId - Id of the web service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.webServices.get("d1nc5m5zmrz5gkgkd11nwkm4p9ws1rd9");
   */
  get(webServiceId: string, input?: Query<"getWebService">, options?: ReadOptions): Call<GetWebServiceAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(webServiceId: string, input: Query<"getWebService"> | undefined, options: RequestOptions): Call<GetWebServiceAnswer | undefined>;

  /**
   * List web services
   *
   * Newest first unless sorted otherwise; of whoever reaches granted docks alone, theirs. With `include=full` a page has 12 rows at most. Supported together: {createdFrom/createdTo, sort=created}, {dockId, createdFrom/createdTo, sort=created}, {provider, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * Needs the permission `resource:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const row of portico.webServices.list()) console.log(row);
   */
  list(input?: Query<"listWebServices">, options?: ReadOptions): ListCall<ListWebServicesRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listWebServices"> | undefined, options: RequestOptions): Call<Page<ListWebServicesRow> | undefined>;

  /**
   * Restore a web service
   *
   * Takes it out of the trash. Syncs keep it as the provider has it again, and its links say how it is.
   *
   * Needs the permission `resource:restore`. Its own refusals: `not_deleted`, `dock_deleted`.
   *
   * @param webServiceId - Id of the web service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 409 `dock_deleted`, `not_deleted`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const webService = await portico.webServices.restore("d1nc5m5zmrz5gkgkd11nwkm4p9ws1rd9");
   */
  restore(webServiceId: string, options?: ChangeOptions): Call<WebService>;

  /**
   * Update a web service
   *
   * Its tags and metadata; all else is as the provider has it. Fields left out stay as they are; null clears `metadata`.
   *
   * Needs the permission `resource:update`.
   *
   * @param webServiceId - Id of the web service.
   * @param input - What to send to update a web service.
   * @throws {ApiError} 403 `not_assigned`; 404 `not_found`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * const webService = await portico.webServices.update("d1nc5m5zmrz5gkgkd11nwkm4p9ws1rd9", { tags: ["production"] });
   */
  update(webServiceId: string, input: UpdateWebServiceBody, options?: ChangeOptions): Call<WebService>;

}

/** Calls of `portico.webhookDeliveries`. */
export interface WebhookDeliveriesResource {
  /**
   * Get a webhook delivery
   *
   * How often it was sent, what came of the last attempt, and when the next one is due.
   *
   * Needs the permission `webhook:read`.
   *
   * @param webhookDeliveryId - Id of the webhook delivery.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const webhookDelivery = await portico.webhookDeliveries.get("d3r4j66jb4r9yjxjn34zqbqg11ncw1ar");
   */
  get(webhookDeliveryId: string, options?: ReadOptions): Call<WebhookDelivery>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(webhookDeliveryId: string, options: RequestOptions): Call<WebhookDelivery | undefined>;

  /**
   * List webhook deliveries
   *
   * Newest first unless sorted otherwise: what was sent to which endpoint, how often, and what it answered. A delivery is kept for 30 days. Supported together: {endpointId, from/to, sort=createdAt}, {endpointId, status, from/to, sort=createdAt}, {from/to, sort=createdAt}, {status, from/to, sort=createdAt}.
   *
   * Needs the permission `webhook:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const webhookDelivery of portico.webhookDeliveries.list()) console.log(webhookDelivery);
   */
  list(input?: Query<"listWebhookDeliveries">, options?: ReadOptions): ListCall<WebhookDelivery>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listWebhookDeliveries"> | undefined, options: RequestOptions): Call<Page<WebhookDelivery> | undefined>;

  /**
   * Send a webhook delivery again
   *
   * At once, with the same body and `webhook-id`, and with all its retries; also one that has arrived before. A receiver tells by the id that it has had it.
   *
   * Needs the permission `webhook:manage`. Its own refusals: `invalid_state_transition`.
   *
   * @param webhookDeliveryId - Id of the webhook delivery.
   * @throws {ApiError} 400 `dry_run_unsupported`; 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.webhookDeliveries.redeliver("d3r4j66jb4r9yjxjn34zqbqg11ncw1ar");
   */
  redeliver(webhookDeliveryId: string, options?: RequestOptions): Call<WebhookDelivery>;

}

/** Calls of `portico.webhookEndpoints`. */
export interface WebhookEndpointsResource {
  /**
   * Create a webhook endpoint
   *
   * The answer carries the `secret`, once: deliveries are signed with it as Standard Webhooks has it, so that published libraries verify them. An organization has 20 endpoints at most, unless the platform gives it more.
   *
   * Needs the permission `webhook:create`. Its own refusals: `limit_reached`, `encryption_not_configured`, `url_taken`.
   *
   * @param input - What to send to create a webhook endpoint.
   * @throws {ApiError} 409 `limit_reached`, `url_taken`; 422 `read_only_field`, `url_not_allowed`; 503 `encryption_not_configured`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.webhookEndpoints.create({
   *   url: "https://hooks.example.com/portico",
   *   description: "Copies schedules into the calendar.",
   *   eventTypes: ["schedule.created", "schedule.updated"],
   *   status: "active",
   * });
   */
  create(input: CreateWebhookEndpointBody, options?: ChangeOptions): Call<CreateWebhookEndpointAnswer>;

  /**
   * Delete a webhook endpoint
   *
   * Deletes it for good.
   *
   * Needs the permission `webhook:delete`. Its own refusals: `in_use`.
   *
   * @param webhookEndpointId - Id of the webhook endpoint.
   * @throws {ApiError} 404 `not_found`; 409 `in_use`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.webhookEndpoints.delete("y6x65zx3wpnypds8xq94ctzjjqq58tk6");
   */
  delete(webhookEndpointId: string, options?: ChangeOptions): Call<Result<"deleteWebhookEndpoint">>;

  /**
   * Get a webhook endpoint
   *
   * Needs the permission `webhook:read`.
   *
   * @param webhookEndpointId - Id of the webhook endpoint.
   * @throws {ApiError} 404 `not_found`; and what any call may be refused with.
   *
   * @example
   * const webhookEndpoint = await portico.webhookEndpoints.get("y6x65zx3wpnypds8xq94ctzjjqq58tk6");
   */
  get(webhookEndpointId: string, options?: ReadOptions): Call<WebhookEndpoint>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(webhookEndpointId: string, options: RequestOptions): Call<WebhookEndpoint | undefined>;

  /**
   * List webhook endpoints
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `webhook:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const webhookEndpoint of portico.webhookEndpoints.list()) console.log(webhookEndpoint);
   */
  list(input?: Query<"listWebhookEndpoints">, options?: ReadOptions): ListCall<WebhookEndpoint>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listWebhookEndpoints"> | undefined, options: RequestOptions): Call<Page<WebhookEndpoint> | undefined>;

  /**
   * Send the failed deliveries of a webhook endpoint again
   *
   * Those of events between `from` and `to`: after the endpoint was away for too long, or was disabled. More than 200 follow after the answer.
   *
   * Needs the permission `webhook:manage`. Its own refusals: `invalid_state_transition`.
   *
   * @param webhookEndpointId - Id of the webhook endpoint.
   * @param input - What to send to send the failed deliveries of a webhook endpoint again.
   * @throws {ApiError} 400 `dry_run_unsupported`; 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; 422 `read_only_field`; and what any call may be refused with.
   *
   * @example
   * await portico.webhookEndpoints.replay("y6x65zx3wpnypds8xq94ctzjjqq58tk6", {
   *   from: Date.parse("2026-01-15T09:30:00.000Z"),
   *   to: Date.parse("2026-01-15T10:30:00.000Z"),
   * });
   */
  replay(webhookEndpointId: string, input: ReplayWebhookDeliveriesBody, options?: RequestOptions): Call<ReplayWebhookDeliveriesAnswer>;

  /**
   * Rotate the secret of a webhook endpoint
   *
   * The answer carries the new `secret`, once. Deliveries are signed with both for 24 hours, until `previousSecretExpiresAt`, so that a receiver can change over without losing any. Within that time it is refused unless `force` is true.
   *
   * Needs the permission `webhook:manage`. Its own refusals: `rotation_pending`, `encryption_not_configured`.
   *
   * @param webhookEndpointId - Id of the webhook endpoint.
   * @param input - What to send to rotate the secret of a webhook endpoint.
   * @throws {ApiError} 404 `not_found`; 409 `rotation_pending`; 412 `precondition_failed`; 422 `read_only_field`; 503 `encryption_not_configured`; and what any call may be refused with.
   *
   * @example
   * const answer = await portico.webhookEndpoints.rotate("y6x65zx3wpnypds8xq94ctzjjqq58tk6", { force: false });
   */
  rotate(webhookEndpointId: string, input?: RotateWebhookSecretBody, options?: ChangeOptions): Call<RotateWebhookSecretAnswer>;

  /**
   * Test a webhook endpoint
   *
   * Sends it a `ping`, whatever events it wants, also when it is disabled; the answer is the delivery, whose row tells what comes of it.
   *
   * Needs the permission `webhook:manage`.
   *
   * @param webhookEndpointId - Id of the webhook endpoint.
   * @throws {ApiError} 400 `dry_run_unsupported`; 404 `not_found`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * await portico.webhookEndpoints.test("y6x65zx3wpnypds8xq94ctzjjqq58tk6");
   */
  test(webhookEndpointId: string, options?: RequestOptions): Call<WebhookDelivery>;

  /**
   * Update a webhook endpoint
   *
   * Fields left out stay as they are; null clears an optional field. Disabling it gives up what waits for it. Another URL, and activating it, forgets that it failed.
   *
   * Needs the permission `webhook:update`. Its own refusals: `url_taken`.
   *
   * @param webhookEndpointId - Id of the webhook endpoint.
   * @param input - What to send to update a webhook endpoint.
   * @throws {ApiError} 404 `not_found`; 409 `url_taken`; 412 `precondition_failed`; 422 `read_only_field`, `url_not_allowed`; and what any call may be refused with.
   *
   * @example
   * const webhookEndpoint = await portico.webhookEndpoints.update("y6x65zx3wpnypds8xq94ctzjjqq58tk6", { url: "https://hooks.example.com/portico" });
   */
  update(webhookEndpointId: string, input: UpdateWebhookEndpointBody, options?: ChangeOptions): Call<WebhookEndpoint>;

}

/** Calls of `portico.webhookEvents`. */
export interface WebhookEventsResource {
  /**
   * List messages of providers
   *
   * What identity and payment providers have told of the organization, and what came of it; newest first unless sorted otherwise. Their data is left out. A message is kept for 30 days. Supported together: {from/to, sort=createdAt}.
   *
   * Needs the permission `webhook:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
   *
   * @throws {ApiError} 400 `invalid_cursor`, `unsupported_filter`; and what any call may be refused with.
   *
   * @example
   * for await (const webhookEvent of portico.webhookEvents.list()) console.log(webhookEvent);
   */
  list(input?: Query<"listWebhookEvents">, options?: ReadOptions): ListCall<WebhookEvent>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listWebhookEvents"> | undefined, options: RequestOptions): Call<Page<WebhookEvent> | undefined>;

  /**
   * Work on a failed message of a provider again
   *
   * Once what kept it from being applied is mended. It is tried after the answer.
   *
   * Needs the permission `webhook:manage`. Its own refusals: `invalid_state_transition`.
   *
   * @param eventId - Id of the webhook event.
   * @throws {ApiError} 404 `not_found`; 409 `invalid_state_transition`; 412 `precondition_failed`; and what any call may be refused with.
   *
   * @example
   * const webhookEvent = await portico.webhookEvents.replay("gs4fynh0jxstgpt1xt5cgf4h223xx784");
   */
  replay(eventId: string, options?: ChangeOptions): Call<WebhookEvent>;

}

/** Typed properties for the resources that the client defines at run time. */
export abstract class Resources {
  declare readonly agentApiLogs: AgentApiLogsResource;
  declare readonly agentEnrollmentTokens: AgentEnrollmentTokensResource;
  declare readonly agents: AgentsResource;
  declare readonly apiKeys: ApiKeysResource;
  declare readonly apiLogs: ApiLogsResource;
  declare readonly auditLogs: AuditLogsResource;
  declare readonly billLineItems: BillLineItemsResource;
  declare readonly billingAdjustments: BillingAdjustmentsResource;
  declare readonly bills: BillsResource;
  declare readonly clientMembers: ClientMembersResource;
  declare readonly clientResources: ClientResourcesResource;
  declare readonly clients: ClientsResource;
  declare readonly dataSourceSites: DataSourceSitesResource;
  declare readonly dataSources: DataSourcesResource;
  declare readonly databases: DatabasesResource;
  declare readonly dockPermissions: DockPermissionsResource;
  declare readonly dockSyncHistory: DockSyncHistoryResource;
  declare readonly docks: DocksResource;
  declare readonly domains: DomainsResource;
  declare readonly entities: EntitiesResource;
  declare readonly entityRelationships: EntityRelationshipsResource;
  declare readonly eventLogs: EventLogsResource;
  declare readonly files: FilesResource;
  declare readonly globalEntities: GlobalEntitiesResource;
  declare readonly healthChecks: HealthChecksResource;
  declare readonly integrations: IntegrationsResource;
  declare readonly invitations: InvitationsResource;
  declare readonly items: ItemsResource;
  declare readonly me: MeResource;
  declare readonly memberships: MembershipsResource;
  declare readonly operationPermissions: OperationPermissionsResource;
  declare readonly operationServices: OperationServicesResource;
  declare readonly organizations: OrganizationsResource;
  declare readonly permissions: PermissionsResource;
  declare readonly pricingTiers: PricingTiersResource;
  declare readonly projectResources: ProjectResourcesResource;
  declare readonly projects: ProjectsResource;
  declare readonly providers: ProvidersResource;
  declare readonly roles: RolesResource;
  declare readonly scheduledJobs: ScheduledJobsResource;
  declare readonly schedules: SchedulesResource;
  declare readonly servers: ServersResource;
  declare readonly sites: SitesResource;
  declare readonly subscriptionTiers: SubscriptionTiersResource;
  declare readonly subscriptions: SubscriptionsResource;
  declare readonly syncHistory: SyncHistoryResource;
  declare readonly teamMembers: TeamMembersResource;
  declare readonly teams: TeamsResource;
  declare readonly todos: TodosResource;
  declare readonly usageRecords: UsageRecordsResource;
  declare readonly users: UsersResource;
  declare readonly webServices: WebServicesResource;
  declare readonly webhookDeliveries: WebhookDeliveriesResource;
  declare readonly webhookEndpoints: WebhookEndpointsResource;
  declare readonly webhookEvents: WebhookEventsResource;
}
