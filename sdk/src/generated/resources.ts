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
  CancelBillBody,
  CancelScheduleBody,
  CheckInAgentAnswer,
  CheckInAgentBody,
  Client,
  ClientMember,
  CreateAgentEnrollmentTokenAnswer,
  CreateAgentEnrollmentTokenBody,
  CreateApiKeyAnswer,
  CreateApiKeyBody,
  CreateBillLineItemBody,
  CreateBillingAdjustmentBody,
  CreateClientBody,
  CreateInvitationBody,
  CreateItemBody,
  CreateOrganizationBody,
  CreatePricingTierBody,
  CreateRoleBody,
  CreateScheduleBody,
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
  DeclineInvitationAnswer,
  DeclineInvitationBody,
  EnrollAgentAnswer,
  EnrollAgentBody,
  File,
  GenerateBillBody,
  GetBillAnswer,
  GetBillPageAnswer,
  GetCurrentUserAnswer,
  GetFileAnswer,
  GetHealthSummaryAnswer,
  GetMyPermissionsAnswer,
  GetMyProfileAnswer,
  GetMySettingsAnswer,
  GetMySubscriptionAnswer,
  GetOrganizationBySlugAnswer,
  GetOrganizationSummaryAnswer,
  GetSiteViewAnswer,
  GetUsageSummaryAnswer,
  GetUserAnswer,
  GetUserProfileAnswer,
  GrantSubscriptionBody,
  HealthCheck,
  Invitation,
  Item,
  ListClientResourcesRow,
  ListMyInvitationsRow,
  ListMyTeamsRow,
  ListOrganizationsRow,
  ListPermissionsAnswer,
  ListSitesViewRow,
  ListUsersRow,
  MarkBillPaidBody,
  Membership,
  Organization,
  PricingTier,
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
  RestoreRoleBody,
  RestoreSiteBody,
  RestoreTeamBody,
  Role,
  RotateAgentKeyAnswer,
  RotateApiKeyAnswer,
  RotateApiKeyBody,
  RotateWebhookSecretAnswer,
  RotateWebhookSecretBody,
  Schedule,
  SetOrganizationStatusBody,
  Site,
  Subscription,
  SubscriptionTier,
  SwitchOrganizationAnswer,
  SwitchOrganizationBody,
  Team,
  TeamMember,
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
  UpdateItemBody,
  UpdateMembershipBody,
  UpdateMyMembershipBody,
  UpdateMySettingsAnswer,
  UpdateMySettingsBody,
  UpdateOrganizationBody,
  UpdatePricingTierBody,
  UpdateRoleBody,
  UpdateScheduleBody,
  UpdateSiteBody,
  UpdateSubscriptionTierBody,
  UpdateTeamBody,
  UpdateTeamMemberBody,
  UpdateTodoBody,
  UpdateWebhookEndpointBody,
  UploadFileAnswer,
  UpsertMyProfileAnswer,
  UpsertMyProfileBody,
  UsageRecord,
  User,
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
   * @example
   * const agentApiLog = await portico.agentApiLogs.get(logId);
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
   * @example
   * const createAgentEnrollmentTokenAnswer = await portico.agentEnrollmentTokens.create({
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
   * @example
   * const agentEnrollmentToken = await portico.agentEnrollmentTokens.revoke(tokenId);
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
   * @example
   * const checkInAgentAnswer = await portico.agents.checkIn({
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
   * @example
   * await portico.agents.delete(agentId);
   */
  delete(agentId: string, input?: Query<"deleteAgent">, options?: ChangeOptions): Call<Result<"deleteAgent">>;

  /**
   * Enrol a device
   *
   * Called by the device with an enrolment token. A new GUID becomes an agent of the token's site (201); the agent of that site that has the GUID gets the facts and a new key (200), if it has never checked in or is offline; one in use is 409 `guid_in_use`. The answer shows `key` once.
   *
   * For holders of an enrolment token. Its own refusals: `enrollment_expired`, `enrollment_exhausted`, `site_not_active`, `agent_revoked`, `guid_in_use`.
   *
   * @example
   * const enrollAgentAnswer = await portico.agents.enroll({
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
   * @example
   * const agent = await portico.agents.get(agentId);
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
   * Needs the permission `agent:restore`. Its own refusals: `not_deleted`, `site_not_active`, `guid_taken`.
   *
   * @example
   * const agent = await portico.agents.restore(agentId);
   */
  restore(agentId: string, options?: ChangeOptions): Call<Agent>;

  /**
   * Revoke an agent's key
   *
   * The next check-in is refused. Only rotating the key makes the agent usable again; enrolling it does not.
   *
   * Needs the permission `agent:revoke`. Its own refusals: `agent_revoked`.
   *
   * @example
   * const agent = await portico.agents.revoke(agentId);
   */
  revoke(agentId: string, options?: ChangeOptions): Call<Agent>;

  /**
   * Rotate an agent's key
   *
   * The old key and its tokens stop at once, and the answer shows the new `key` once. A revoked agent is active again.
   *
   * Needs the permission `agent:update`.
   *
   * @example
   * const rotateAgentKeyAnswer = await portico.agents.rotateKey(agentId);
   */
  rotateKey(agentId: string, options?: ChangeOptions): Call<RotateAgentKeyAnswer>;

  /**
   * Update an agent
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `agent:update`. Its own refusals: `guid_taken`.
   *
   * @example
   * const agent = await portico.agents.update(agentId, { tags: ["maintenance"] });
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
   * @example
   * const apiKey = await portico.apiKeys.adopt(apiKeyId);
   */
  adopt(apiKeyId: string, options?: ChangeOptions): Call<ApiKey>;

  /**
   * Create an API key
   *
   * The answer carries the key, once. Its scopes are among the caller's own rights; without `expiresAt` it does not expire. The caller is its owner: the key never does more than its owner could at the moment, and is suspended while the owner is no active member.
   *
   * Needs the permission `apiKey:create`. Its own refusals: `scope_not_allowed`.
   *
   * @example
   * const createApiKeyAnswer = await portico.apiKeys.create({ name: "Nightly export", scopes: ["schedule:read"], requestsPerMinute: 600 });
   */
  create(input: CreateApiKeyBody, options?: ChangeOptions): Call<CreateApiKeyAnswer>;

  /**
   * Get a API key
   *
   * Needs the permission `apiKey:read`.
   *
   * @example
   * const apiKey = await portico.apiKeys.get(apiKeyId);
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
   * @example
   * const apiKey = await portico.apiKeys.revoke(apiKeyId);
   */
  revoke(apiKeyId: string, options?: ChangeOptions): Call<ApiKey>;

  /**
   * Rotate an API key
   *
   * The answer carries the new key, once. The old one and its tokens work for `graceSeconds` more, none unless given. All its scopes are among the caller's own rights, and its owner's rank is not above the caller's. The owner stays; `adopt` changes it.
   *
   * Needs the permission `apiKey:update`. Its own refusals: `key_revoked`, `rank_too_low`.
   *
   * @example
   * const rotateApiKeyAnswer = await portico.apiKeys.rotate(apiKeyId, { graceSeconds: 3600 });
   */
  rotate(apiKeyId: string, input?: RotateApiKeyBody, options?: ChangeOptions): Call<RotateApiKeyAnswer>;

  /**
   * Update an API key
   *
   * Changes its name or its limit, or takes scopes away. Without a limit of its own (null) it has the organization's.
   *
   * Needs the permission `apiKey:update`. Its own refusals: `scope_not_allowed`.
   *
   * @example
   * const apiKey = await portico.apiKeys.update(apiKeyId, { name: "Nightly export" });
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
   * @example
   * const apiLog = await portico.apiLogs.get(apiLogId);
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
   * @example
   * const auditLog = await portico.auditLogs.get(auditLogId);
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
   * @example
   * for await (const auditLog of portico.auditLogs.getRecordHistory(tableName, recordId)) console.log(auditLog);
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
   * @example
   * const billLineItem = await portico.billLineItems.create(billId, {
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
   * @example
   * await portico.billLineItems.delete(billId, lineItemId);
   */
  delete(billId: string, lineItemId: string, options?: ChangeOptions): Call<Result<"deleteBillLineItem">>;

  /**
   * List the lines of a bill
   *
   * Newest first unless sorted otherwise.
   *
   * Needs the permission `bill:read`. Its own refusals: `invalid_cursor`.
   *
   * @example
   * for await (const billLineItem of portico.billLineItems.list(billId)) console.log(billLineItem);
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
   * @example
   * for await (const billLineItem of portico.billLineItems.listByIntegration()) console.log(billLineItem);
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
   * @example
   * const billLineItem = await portico.billLineItems.update(billId, lineItemId, { description: "endpoint, 2026-01-01 to 2026-01-31" });
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
   * @example
   * await portico.billingAdjustments.delete(billingAdjustmentId);
   */
  delete(billingAdjustmentId: string, options?: ChangeOptions): Call<Result<"deleteBillingAdjustment">>;

  /**
   * Get a billing adjustment
   *
   * Needs the permission `billingAdjustment:read`.
   *
   * @example
   * const billingAdjustment = await portico.billingAdjustments.get(billingAdjustmentId);
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
   * @example
   * const billingAdjustment = await portico.billingAdjustments.update(billingAdjustmentId, { amount: 2500 });
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
   * @example
   * const bill = await portico.bills.cancel(billId, { reason: "Wrong price in January." });
   */
  cancel(billId: string, input?: CancelBillBody, options?: ChangeOptions): Call<Bill>;

  /**
   * Delete a draft
   *
   * Deletes it for good with its lines.
   *
   * Needs the permission `bill:delete`. Its own refusals: `bill_not_draft`.
   *
   * @example
   * await portico.bills.delete(billId);
   */
  delete(billId: string, options?: ChangeOptions): Call<Result<"deleteBill">>;

  /**
   * Finalize a bill
   *
   * Computes the draft a last time, gives it the next number, and closes its period: usage that is recorded for it later counts in the first open one. Refused before its last day has passed. What is finalized stays as it is.
   *
   * Needs the permission `bill:finalize`. Its own refusals: `invalid_state_transition`, `period_not_over`, `no_pricing_tier`, `currency_mismatch`, `bill_too_large`.
   *
   * @example
   * const bill = await portico.bills.finalize(billId);
   */
  finalize(billId: string, options?: ChangeOptions): Call<Bill>;

  /**
   * Generate a bill
   *
   * A draft for whole days in the organization's time zone: a line for each price, from the usage that belongs to them, and the adjustments that meet them. No two bills cover one day, but for cancelled ones.
   *
   * Needs the permission `bill:generate`. Its own refusals: `period_overlap`, `no_pricing_tier`, `currency_mismatch`, `bill_too_large`.
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
   * @example
   * const getBillAnswer = await portico.bills.get(billId);
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
   * @example
   * const getBillPageAnswer = await portico.bills.getPage(billId);
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
   * @example
   * const bill = await portico.bills.pay(billId, { paidAt: Date.parse("2026-02-14T00:00:00.000Z") });
   */
  pay(billId: string, input?: MarkBillPaidBody, options?: ChangeOptions): Call<Bill>;

  /**
   * Compute a draft again
   *
   * From usage, prices and adjustments as they are now. Lines that somebody added stay.
   *
   * Needs the permission `bill:generate`. Its own refusals: `bill_not_draft`, `no_pricing_tier`, `currency_mismatch`, `bill_too_large`.
   *
   * @example
   * const bill = await portico.bills.regenerate(billId);
   */
  regenerate(billId: string, options?: ChangeOptions): Call<Bill>;

  /**
   * Update a bill
   *
   * Changes the notes of a draft; null clears them.
   *
   * Needs the permission `bill:update`. Its own refusals: `bill_not_draft`, `bill_number_taken`.
   *
   * @example
   * const bill = await portico.bills.update(billId, { notes: "Thank you." });
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
   * @example
   * const clientMember = await portico.clientMembers.add(clientId, { userId: "xvcpq2b60gypf1ckwc9ceze3vnke5x7c", roleKey: "member" });
   */
  add(clientId: string, input: AddClientMemberBody, options?: ChangeOptions): Call<ClientMember>;

  /**
   * List the members of a client
   *
   * Newest first unless sorted otherwise.
   *
   * For members of the organization; machines and assigned roles need the permission `client:read`. Its own refusals: `invalid_cursor`.
   *
   * @example
   * for await (const clientMember of portico.clientMembers.list(clientId)) console.log(clientMember);
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
   * @example
   * await portico.clientMembers.remove(clientId, userId);
   */
  remove(clientId: string, userId: string, options?: ChangeOptions): Call<Result<"removeClientMember">>;

  /**
   * Update a member of a client
   *
   * Gives another role there, by `roleId` or `roleKey`, to a member whose role there is below one's own. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes.
   *
   * Needs the permission `client:manageMembers`. Its own refusals: `rank_too_low`, `already_member`.
   *
   * @example
   * const clientMember = await portico.clientMembers.update(clientId, userId, { roleKey: "member" });
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
   * @example
   * for await (const listClientResourcesRow of portico.clientResources.list(clientId)) console.log(listClientResourcesRow);
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
   * @example
   * await portico.clients.delete(clientId);
   */
  delete(clientId: string, input?: Query<"deleteClient">, options?: ChangeOptions): Call<Result<"deleteClient">>;

  /**
   * Get a client
   *
   * For members of the organization; machines and assigned roles need the permission `client:read`.
   *
   * @example
   * const client = await portico.clients.get(clientId);
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
   * @example
   * const client = await portico.clients.restore(clientId, { name: "Harbour Foods" });
   */
  restore(clientId: string, input?: RestoreClientBody, options?: ChangeOptions): Call<Client>;

  /**
   * Update a client
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `client:update`. Its own refusals: `name_taken`.
   *
   * @example
   * const client = await portico.clients.update(clientId, { name: "Harbour Foods" });
   */
  update(clientId: string, input: UpdateClientBody, options?: ChangeOptions): Call<Client>;

}

/** Calls of `portico.files`. */
export interface FilesResource {
  /**
   * Create an upload URL
   *
   * Send the file's bytes to it by POST, with their `Content-Type` and without a credential, and register the `storageId` that comes back. What is not registered within a day is deleted.
   *
   * Needs the permission `file:create`. Its own refusals: `payload_too_large`.
   *
   * @example
   * const createUploadUrlAnswer = await portico.files.createUploadUrl({ purpose: "avatar", size: 48213 });
   */
  createUploadUrl(input: CreateUploadUrlBody, options?: RequestOptions): Call<CreateUploadUrlAnswer>;

  /**
   * Delete a file
   *
   * Refused while a row holds it. Nobody can read it any more; its bytes are deleted with `permanent=true`, which what is in the trash already takes.
   *
   * Needs the permission `file:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `file_in_use`.
   *
   * @example
   * await portico.files.delete(fileId);
   */
  delete(fileId: string, input?: Query<"deleteFile">, options?: ChangeOptions): Call<Result<"deleteFile">>;

  /**
   * Download a file
   *
   * Its bytes. Pictures may be shown in a page, everything else is saved; nothing of it runs. One range can be asked for. A file of more than 20 MiB is answered with 302 and the address of the storage, which holds for whoever has it and until the file is deleted.
   *
   * For members of the organization; machines and assigned roles need the permission `file:read`.
   *
   * @example
   * await portico.files.download(fileId);
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
   * @example
   * const getFileAnswer = await portico.files.get(fileId);
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
   * @example
   * for await (const file of portico.files.list()) console.log(file);
   */
  list(input?: Query<"listFiles">, options?: ReadOptions): ListCall<File>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listFiles"> | undefined, options: RequestOptions): Call<Page<File> | undefined>;

  /**
   * Register an uploaded file
   *
   * Makes bytes that were sent to an upload URL a file of the organization. They can be registered once; what does not fit its purpose is deleted.
   *
   * Needs the permission `file:create`. Its own refusals: `not_found`, `already_registered`, `payload_too_large`, `unsupported_media_type`, `not_an_image`, `image_too_large`.
   *
   * @example
   * const registerFileAnswer = await portico.files.register({
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
   * Needs the permission `file:create`. Its own refusals: `payload_too_large`, `unsupported_media_type`, `not_an_image`, `image_too_large`.
   *
   * @example
   * const uploadFileAnswer = await portico.files.upload(bytes, { fileName: "logo.png" });
   */
  upload(bytes: Bytes, input: { fileName: string; filePurpose?: "avatar" | "logo" | "favicon" | "post_media" | "course_thumbnail" | "lesson_attachment" | "event_cover" | "other" | undefined }, options?: RequestOptions): Call<UploadFileAnswer>;

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
   * @example
   * await portico.healthChecks.delete(healthCheckId);
   */
  delete(healthCheckId: string, options?: ChangeOptions): Call<Result<"deleteHealthCheck">>;

  /**
   * Get a health check
   *
   * For members of the organization; machines and assigned roles need the permission `healthCheck:read`.
   *
   * @example
   * const healthCheck = await portico.healthChecks.get(healthCheckId);
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
   * const getHealthSummaryAnswer = await portico.healthChecks.getSummary();
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
   * @example
   * const recordHealthChecksAnswer = await portico.healthChecks.recordBatch({
   *   items: [{ resourceType: "agent", resourceId: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r", outcome: "success", latencyMs: 42, metadata: { probe: "fra-1" } }],
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
   * @example
   * const healthCheck = await portico.healthChecks.reset(healthCheckId);
   */
  reset(healthCheckId: string, options?: ChangeOptions): Call<HealthCheck>;

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
   * @example
   * const acceptInvitationAnswer = await portico.invitations.accept({ token: "inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs" });
   */
  accept(input: AcceptInvitationBody, options?: ChangeOptions): Call<AcceptInvitationAnswer>;

  /**
   * Invite somebody by e-mail
   *
   * Sends an e-mail with a token, which nobody else sees, to accept the invitation with. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes. It is given when the invitation is accepted, if whoever invited could still give it then. One invitation of an address is pending at a time.
   *
   * Needs the permission `member:invite`. Its own refusals: `already_member`, `invitation_pending`, `rank_too_low`, `cross_tenant_reference`.
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
   * @example
   * const declineInvitationAnswer = await portico.invitations.decline({ token: "inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs" });
   */
  decline(input: DeclineInvitationBody, options?: ChangeOptions): Call<DeclineInvitationAnswer>;

  /**
   * Get an invitation
   *
   * Needs the permission `member:invite`.
   *
   * @example
   * const invitation = await portico.invitations.get(invitationId);
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
   * @example
   * const invitation = await portico.invitations.resend(invitationId);
   */
  resend(invitationId: string, options?: ChangeOptions): Call<Invitation>;

  /**
   * Revoke an invitation
   *
   * Its token opens nothing any more. Revoking it again changes nothing.
   *
   * Needs the permission `member:invite`. Its own refusals: `invalid_state_transition`.
   *
   * @example
   * const invitation = await portico.invitations.revoke(invitationId);
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
   * @example
   * const batchCreateItemsAnswer = await portico.items.batchCreate({
   *   items: [{ name: "Flow meter", status: "open", description: "Measures the water in the north basin.", tags: ["maintenance"], metadata: { costCenter: "4711" } }],
   * });
   */
  batchCreate(input: BatchCreateItemsBody, options?: ChangeOptions): Call<BatchCreateItemsAnswer>;

  /**
   * Create an item
   *
   * Needs the permission `item:create`.
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
   * @example
   * await portico.items.delete(itemId);
   */
  delete(itemId: string, input?: Query<"deleteItem">, options?: ChangeOptions): Call<Result<"deleteItem">>;

  /**
   * Get an item
   *
   * For members of the organization; machines and assigned roles need the permission `item:read`.
   *
   * @example
   * const item = await portico.items.get(itemId);
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
   * @example
   * const item = await portico.items.restore(itemId);
   */
  restore(itemId: string, options?: ChangeOptions): Call<Item>;

  /**
   * Update an item
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `item:update`.
   *
   * @example
   * const item = await portico.items.update(itemId, { name: "Pressure sensor" });
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
   * const getCurrentUserAnswer = await portico.me.get();
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
   * const getMyPermissionsAnswer = await portico.me.getPermissions();
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
   * const getMyProfileAnswer = await portico.me.getProfile();
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
   * const getMySettingsAnswer = await portico.me.getSettings();
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
   * @example
   * for await (const listMyInvitationsRow of portico.me.listInvitations()) console.log(listMyInvitationsRow);
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
   * @example
   * const switchOrganizationAnswer = await portico.me.switchOrganization({ organizationId: "north-wind-energy" });
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
   * @example
   * const user = await portico.me.update({ name: "Dana Okoye" });
   */
  update(input: UpdateCurrentUserBody, options?: ChangeOptions): Call<User>;

  /**
   * Update one's own settings
   *
   * Fields left out stay as they are; null brings an optional field back to its default.
   *
   * For signed-in people.
   *
   * @example
   * const updateMySettingsAnswer = await portico.me.updateSettings({ theme: "light" });
   */
  updateSettings(input: UpdateMySettingsBody, options?: ChangeOptions): Call<UpdateMySettingsAnswer>;

  /**
   * Write one's own profile
   *
   * Replaces it: what is left out goes back to its default.
   *
   * For signed-in people.
   *
   * @example
   * const upsertMyProfileAnswer = await portico.me.upsertProfile({ displayName: "Dana Okoye" });
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
   * @example
   * const membership = await portico.memberships.ban(membershipId, { reason: "Kept posting advertisements after two warnings." });
   */
  ban(membershipId: string, input: BanMemberBody, options?: ChangeOptions): Call<Membership>;

  /**
   * Get a membership
   *
   * For members of the organization; machines and assigned roles need the permission `member:read`.
   *
   * @example
   * const membership = await portico.memberships.get(membershipId);
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
   * @example
   * await portico.memberships.remove(membershipId);
   */
  remove(membershipId: string, options?: ChangeOptions): Call<Result<"removeMembership">>;

  /**
   * Lift a ban
   *
   * The member's requests, and those of the member's API keys, are answered again.
   *
   * Needs the permission `member:ban`. Its own refusals: `not_banned`, `rank_too_low`.
   *
   * @example
   * const membership = await portico.memberships.unban(membershipId);
   */
  unban(membershipId: string, options?: ChangeOptions): Call<Membership>;

  /**
   * Update a membership
   *
   * Changes the role (by `roleId` or `roleKey`), the status or the metadata of a member of lower rank; of an administrator, if one holds all the administrator's rights. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes, and what it allows on assigned rows if one has that on every row or is in all of the member's teams and with all of the member's clients; activating a member gives the role anew. Ownership is not assigned; the owner transfers it by `POST /v1/organizations/{organizationId}/transfer-ownership`. The member's API keys do no more than the member from then on, and are suspended while the membership is inactive. A member whose role changes is told so, by a notification and by e-mail.
   *
   * Needs the permission `member:update`. Its own refusals: `last_admin`, `sole_owner`, `rank_too_low`, `invalid_state_transition`, `cross_tenant_reference`, `already_member`.
   *
   * @example
   * const membership = await portico.memberships.update(membershipId, { roleKey: "member" });
   */
  update(membershipId: string, input: UpdateMembershipBody, options?: ChangeOptions): Call<Membership>;

  /**
   * Update one's own membership
   *
   * Fields left out stay as they are; null clears.
   *
   * For members of the organization; machines and assigned roles need the permission `me:update`. Its own refusals: `cross_tenant_reference`.
   *
   * @example
   * const membership = await portico.memberships.updateMine({ metadata: { costCenter: "4711" } });
   */
  updateMine(input: UpdateMyMembershipBody, options?: ChangeOptions): Call<Membership>;

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
   * @example
   * const organization = await portico.organizations.create({
   *   name: "North Wind Energy",
   *   slug: "north-wind-energy",
   *   externalId: "org_5bT1xW9",
   *   metadata: { costCenter: "4711" },
   *   settings: { timezone: "Europe/Zurich", currency: "eur", healthDownThreshold: 3, healthRecoveryThreshold: 1, agentCheckinIntervalSeconds: 300, apiLogRetentionDays: 30, apiLogSuccessPercent: 1, auditRetentionDays: 365, trashRetentionDays: 30, userRequestsPerMinute: 6000, apiKeyRequestsPerMinute: 6000, agentRequestsPerMinute: 6000 },
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
   * @example
   * await portico.organizations.delete(organizationId);
   */
  delete(organizationId: string, input: Query<"deleteOrganization">, options?: ChangeOptions): Call<Result<"deleteOrganization">>;

  /**
   * Get an organization
   *
   * A deleted one too, until it is purged.
   *
   * For members of the organization; machines and assigned roles need the permission `organization:read`.
   *
   * @example
   * const organization = await portico.organizations.get(organizationId);
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
   * @example
   * const getOrganizationBySlugAnswer = await portico.organizations.getBySlug(slug);
   */
  getBySlug(slug: string, options?: ReadOptions): Call<GetOrganizationBySlugAnswer>;
  /** getBySlug unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  getBySlug(slug: string, options: RequestOptions): Call<GetOrganizationBySlugAnswer | undefined>;

  /**
   * Get an organization in numbers
   *
   * How many members, sites, agents and other rows it has, each where the caller may read all of them. A number ends at 1,000 and says so.
   *
   * For members of the organization; machines and assigned roles need the permission `organization:read`.
   *
   * @example
   * const getOrganizationSummaryAnswer = await portico.organizations.getSummary(organizationId);
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
   * @example
   * for await (const listOrganizationsRow of portico.organizations.list()) console.log(listOrganizationsRow);
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
   * @example
   * const purgeOrganizationAnswer = await portico.organizations.purge(organizationId, { confirmSlug: "north-wind-energy" });
   */
  purge(organizationId: string, input: PurgeOrganizationBody, options?: ChangeOptions): Call<PurgeOrganizationAnswer>;

  /**
   * Restore an organization
   *
   * It has kept its names. Refused once its purge has begun.
   *
   * Needs the permission `organization:delete`. Its own refusals: `not_deleted`, `purged`, `slug_taken`, `external_id_taken`.
   *
   * @example
   * const organization = await portico.organizations.restore(organizationId);
   */
  restore(organizationId: string, options?: ChangeOptions): Call<Organization>;

  /**
   * Set an organization's status
   *
   * Shuts an organization down or opens it again: every request to one that is `inactive` or `suspended` is refused. The reason stands in its audit trail. Setting the status that it has changes nothing; one in the trash has to be restored by its owner.
   *
   * For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts. Its own refusals: `invalid_state_transition`.
   *
   * @example
   * const organization = await portico.organizations.setStatus(organizationId, {
   *   status: "active",
   *   reason: "The last three bills were not paid.",
   * });
   */
  setStatus(organizationId: string, input: SetOrganizationStatusBody, options?: ChangeOptions): Call<Organization>;

  /**
   * Transfer the ownership of an organization
   *
   * An active member becomes the owner, and the owner who calls becomes an administrator, at once; both are told by a notification. Transferring to oneself changes nothing. API keys go on.
   *
   * Needs the permission `organization:transfer`. Its own refusals: `not_a_member`.
   *
   * @example
   * const organization = await portico.organizations.transferOwnership(organizationId, { userId: "xvcpq2b60gypf1ckwc9ceze3vnke5x7c" });
   */
  transferOwnership(organizationId: string, input: TransferOwnershipBody, options?: ChangeOptions): Call<Organization>;

  /**
   * Update an organization
   *
   * Fields left out stay as they are, in `settings` too; null clears an optional field. `externalId` is set once, by the owner.
   *
   * Needs the permission `organization:update`. Its own refusals: `slug_taken`, `external_id_taken`.
   *
   * @example
   * const organization = await portico.organizations.update(organizationId, { name: "North Wind Energy" });
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
   * const listPermissionsAnswer = await portico.permissions.list();
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
   * @example
   * const pricingTier = await portico.pricingTiers.create({
   *   integrationId: "sn8sd27tr0exc3y1t4s96vr0rf149v25",
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
   * @example
   * await portico.pricingTiers.delete(pricingTierId);
   */
  delete(pricingTierId: string, options?: ChangeOptions): Call<Result<"deletePricingTier">>;

  /**
   * Get a pricing tier
   *
   * Needs the permission `pricingTier:read`.
   *
   * @example
   * const pricingTier = await portico.pricingTiers.get(pricingTierId);
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
   * @example
   * const pricingTier = await portico.pricingTiers.update(pricingTierId, { description: "A managed device." });
   */
  update(pricingTierId: string, input: UpdatePricingTierBody, options?: ChangeOptions): Call<PricingTier>;

}

/** Calls of `portico.roles`. */
export interface RolesResource {
  /**
   * Create a role
   *
   * Needs the permission `role:create`. Its own refusals: `key_taken`, `rank_too_low`, `name_taken`.
   *
   * @example
   * const role = await portico.roles.create({
   *   key: "fieldEngineer",
   *   name: "Field engineer",
   *   description: "Plans and does the work on sites.",
   *   rights: ["schedule:read"],
   *   areaPermissions: { projects: "read", resources: "read", docks: "read", operations: "read", settings: "read" },
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
   * @example
   * await portico.roles.delete(roleId);
   */
  delete(roleId: string, input?: Query<"deleteRole">, options?: ChangeOptions): Call<Result<"deleteRole">>;

  /**
   * Get a role
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`.
   *
   * @example
   * const role = await portico.roles.get(roleId);
   */
  get(roleId: string, options?: ReadOptions): Call<Role>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(roleId: string, options: RequestOptions): Call<Role | undefined>;

  /**
   * List roles
   *
   * The organization's own roles, newest first unless sorted otherwise; with `includeGlobal=true` the built-in ones lead. Supported together: {createdFrom/createdTo, sort=created}, {key, createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
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
   * @example
   * const role = await portico.roles.restore(roleId, { key: "fieldEngineer" });
   */
  restore(roleId: string, input?: RestoreRoleBody, options?: ChangeOptions): Call<Role>;

  /**
   * Update a role
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `role:update`. Its own refusals: `system_role`, `rank_too_low`, `key_taken`, `name_taken`.
   *
   * @example
   * const role = await portico.roles.update(roleId, { name: "Field engineer" });
   */
  update(roleId: string, input: UpdateRoleBody, options?: ChangeOptions): Call<Role>;

}

/** Calls of `portico.schedules`. */
export interface SchedulesResource {
  /**
   * Activate a schedule
   *
   * Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
   *
   * @example
   * const schedule = await portico.schedules.activate(scheduleId);
   */
  activate(scheduleId: string, options?: ChangeOptions): Call<Schedule>;

  /**
   * Create up to 100 schedules
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `schedule:create`.
   *
   * @example
   * const batchCreateSchedulesAnswer = await portico.schedules.batchCreate({
   *   items: [{ title: "Service the pumps", description: "Replace the filters on the roof.", startDate: Date.parse("2026-01-15T09:30:00.000Z"), endDate: Date.parse("2026-01-15T10:30:00.000Z"), status: "draft" }],
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
   * @example
   * const schedule = await portico.schedules.cancel(scheduleId, { reason: "Rescheduled to next week." });
   */
  cancel(scheduleId: string, input?: CancelScheduleBody, options?: ChangeOptions): Call<Schedule>;

  /**
   * Complete a schedule
   *
   * Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
   *
   * @example
   * const schedule = await portico.schedules.complete(scheduleId);
   */
  complete(scheduleId: string, options?: ChangeOptions): Call<Schedule>;

  /**
   * Create a schedule
   *
   * Needs the permission `schedule:create`.
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
   * @example
   * await portico.schedules.delete(scheduleId);
   */
  delete(scheduleId: string, input?: Query<"deleteSchedule">, options?: ChangeOptions): Call<Result<"deleteSchedule">>;

  /**
   * Get a schedule
   *
   * For members of the organization; machines and assigned roles need the permission `schedule:read`.
   *
   * @example
   * const schedule = await portico.schedules.get(scheduleId);
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
   * @example
   * const schedule = await portico.schedules.restore(scheduleId);
   */
  restore(scheduleId: string, options?: ChangeOptions): Call<Schedule>;

  /**
   * Update a schedule
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
   *
   * @example
   * const schedule = await portico.schedules.update(scheduleId, { title: "Service the pumps" });
   */
  update(scheduleId: string, input: UpdateScheduleBody, options?: ChangeOptions): Call<Schedule>;

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
   * @example
   * const batchCreateSitesAnswer = await portico.sites.batchCreate({
   *   items: [{ name: "Antwerp depot", slug: "antwerp-depot", status: "active", psaCompanyId: "10443", psaParentCompanyId: "10400", metadata: { costCenter: "4711" } }],
   * });
   */
  batchCreate(input: BatchCreateSitesBody, options?: ChangeOptions): Call<BatchCreateSitesAnswer>;

  /**
   * Create a site
   *
   * Needs the permission `site:create`. Its own refusals: `slug_taken`.
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
   * @example
   * await portico.sites.delete(siteId);
   */
  delete(siteId: string, input?: Query<"deleteSite">, options?: ChangeOptions): Call<Result<"deleteSite">>;

  /**
   * Get a site
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @example
   * const site = await portico.sites.get(siteId);
   */
  get(siteId: string, options?: ReadOptions): Call<Site>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(siteId: string, options: RequestOptions): Call<Site | undefined>;

  /**
   * Get a site with its agents counted
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @example
   * const getSiteViewAnswer = await portico.sites.getView(siteId);
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
   * @example
   * for await (const listSitesViewRow of portico.sites.listView()) console.log(listSitesViewRow);
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
   * @example
   * const site = await portico.sites.restore(siteId, { slug: "rotterdam-depot" });
   */
  restore(siteId: string, input?: RestoreSiteBody, options?: ChangeOptions): Call<Site>;

  /**
   * Update a site
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `site:update`. Its own refusals: `invalid_state_transition`, `slug_taken`.
   *
   * @example
   * const site = await portico.sites.update(siteId, { name: "Rotterdam depot" });
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
   * @example
   * await portico.subscriptionTiers.delete(subscriptionTierId);
   */
  delete(subscriptionTierId: string, options?: ChangeOptions): Call<Result<"deleteSubscriptionTier">>;

  /**
   * Get a subscription tier
   *
   * For members of the organization; machines and assigned roles need the permission `subscriptionTier:read`.
   *
   * @example
   * const subscriptionTier = await portico.subscriptionTiers.get(subscriptionTierId);
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
   * @example
   * const subscriptionTier = await portico.subscriptionTiers.update(subscriptionTierId, { name: "Pro" });
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
   * @example
   * const subscription = await portico.subscriptions.get(subscriptionId);
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
   * const getMySubscriptionAnswer = await portico.subscriptions.getMine();
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
   * @example
   * const subscription = await portico.subscriptions.revoke(subscriptionId);
   */
  revoke(subscriptionId: string, options?: ChangeOptions): Call<Subscription>;

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
   * @example
   * const teamMember = await portico.teamMembers.add(teamId, { userId: "xvcpq2b60gypf1ckwc9ceze3vnke5x7c", roleKey: "member" });
   */
  add(teamId: string, input: AddTeamMemberBody, options?: ChangeOptions): Call<TeamMember>;

  /**
   * List the members of a team
   *
   * Newest first unless sorted otherwise.
   *
   * For members of the organization; machines and assigned roles need the permission `team:read`. Its own refusals: `invalid_cursor`.
   *
   * @example
   * for await (const teamMember of portico.teamMembers.list(teamId)) console.log(teamMember);
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
   * @example
   * await portico.teamMembers.remove(teamId, userId);
   */
  remove(teamId: string, userId: string, options?: ChangeOptions): Call<Result<"removeTeamMember">>;

  /**
   * Update a member of a team
   *
   * Gives another role there, by `roleId` or `roleKey`, to a member whose role there is below one's own. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes.
   *
   * Needs the permission `team:manageMembers`. Its own refusals: `rank_too_low`, `already_member`.
   *
   * @example
   * const teamMember = await portico.teamMembers.update(teamId, userId, { roleKey: "member" });
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
   * @example
   * await portico.teams.delete(teamId);
   */
  delete(teamId: string, input?: Query<"deleteTeam">, options?: ChangeOptions): Call<Result<"deleteTeam">>;

  /**
   * Get a team
   *
   * For members of the organization; machines and assigned roles need the permission `team:read`.
   *
   * @example
   * const team = await portico.teams.get(teamId);
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
   * @example
   * for await (const listMyTeamsRow of portico.teams.listMine()) console.log(listMyTeamsRow);
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
   * @example
   * const team = await portico.teams.restore(teamId, { name: "Field service" });
   */
  restore(teamId: string, input?: RestoreTeamBody, options?: ChangeOptions): Call<Team>;

  /**
   * Update a team
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `team:update`. Its own refusals: `name_taken`.
   *
   * @example
   * const team = await portico.teams.update(teamId, { name: "Field service" });
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
   * @example
   * await portico.todos.delete(todoId);
   */
  delete(todoId: string, options?: ChangeOptions): Call<Result<"deleteTodo">>;

  /**
   * Get a todo
   *
   * For members of the organization; machines and assigned roles need the permission `todo:read`.
   *
   * @example
   * const todo = await portico.todos.get(todoId);
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
   * @example
   * const todo = await portico.todos.toggle(todoId);
   */
  toggle(todoId: string, options?: ChangeOptions): Call<Todo>;

  /**
   * Update a todo
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `todo:update`.
   *
   * @example
   * const todo = await portico.todos.update(todoId, { text: "Order spare parts" });
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
   * @example
   * await portico.usageRecords.delete(usageId);
   */
  delete(usageId: string, options?: ChangeOptions): Call<Result<"deleteUsageRecord">>;

  /**
   * Get what usage comes to
   *
   * Units by integration, tier and price of the days asked for, in the organization's time zone, and what they would cost. What nothing prices has no cost. What counts in another period than that in which it was used is found in that one.
   *
   * Needs the permission `usage:read`. Its own refusals: `bill_too_large`.
   *
   * @example
   * const getUsageSummaryAnswer = await portico.usageRecords.getSummary();
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
   * @example
   * const usageRecord = await portico.usageRecords.record({
   *   integrationId: "sn8sd27tr0exc3y1t4s96vr0rf149v25",
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
   * @example
   * const recordUsageBatchAnswer = await portico.usageRecords.recordBatch({
   *   items: [{ integrationId: "sn8sd27tr0exc3y1t4s96vr0rf149v25", tierName: "endpoint", units: 12, recordedAt: Date.parse("2026-01-15T09:30:00.000Z"), siteId: "vgjrscpr0s5bgtdbca1fhanbxhvcw347", dataSourceId: "awz8j4qzh63j7xs58nm6gesg0y43py42", externalRef: "meter-7:2026-01-15T09", metadata: { meter: "7" } }],
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
   * @example
   * const createUserAnswer = await portico.users.create({ email: "sam.lindqvist@example.com", name: "Dana Okoye", roleKey: "member" });
   */
  create(input: CreateUserBody, options?: ChangeOptions): Call<CreateUserAnswer>;

  /**
   * Get a user of the organization
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`.
   *
   * @example
   * const getUserAnswer = await portico.users.get(userId);
   */
  get(userId: string, options?: ReadOptions): Call<GetUserAnswer>;
  /** get unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  get(userId: string, options: RequestOptions): Call<GetUserAnswer | undefined>;

  /**
   * Get a user's profile
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`.
   *
   * @example
   * const getUserProfileAnswer = await portico.users.getProfile(userId);
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
   * @example
   * for await (const listUsersRow of portico.users.list()) console.log(listUsersRow);
   */
  list(input?: Query<"listUsers">, options?: ReadOptions): ListCall<ListUsersRow>;
  /** list unless the `ETag` in `ifNoneMatch` is still current: then undefined. */
  list(input: Query<"listUsers"> | undefined, options: RequestOptions): Call<Page<ListUsersRow> | undefined>;

}

/** Calls of `portico.webhookDeliveries`. */
export interface WebhookDeliveriesResource {
  /**
   * List webhook deliveries
   *
   * Newest first unless sorted otherwise: what was sent to which endpoint, how often, and what it answered. A delivery is kept for 30 days. Supported together: {endpointId, from/to, sort=createdAt}, {endpointId, status, from/to, sort=createdAt}, {from/to, sort=createdAt}, {status, from/to, sort=createdAt}.
   *
   * Needs the permission `webhook:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
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
   * @example
   * const webhookDelivery = await portico.webhookDeliveries.redeliver(webhookDeliveryId);
   */
  redeliver(webhookDeliveryId: string, options?: RequestOptions): Call<WebhookDelivery>;

}

/** Calls of `portico.webhookEndpoints`. */
export interface WebhookEndpointsResource {
  /**
   * Create a webhook endpoint
   *
   * The answer carries the `secret`, once: deliveries are signed with it as Standard Webhooks has it, so that published libraries verify them. An organization has 20 endpoints at most.
   *
   * Needs the permission `webhook:create`. Its own refusals: `limit_reached`, `encryption_not_configured`, `url_taken`.
   *
   * @example
   * const createWebhookEndpointAnswer = await portico.webhookEndpoints.create({
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
   * @example
   * await portico.webhookEndpoints.delete(webhookEndpointId);
   */
  delete(webhookEndpointId: string, options?: ChangeOptions): Call<Result<"deleteWebhookEndpoint">>;

  /**
   * Get a webhook endpoint
   *
   * Needs the permission `webhook:read`.
   *
   * @example
   * const webhookEndpoint = await portico.webhookEndpoints.get(webhookEndpointId);
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
   * @example
   * const replayWebhookDeliveriesAnswer = await portico.webhookEndpoints.replay(webhookEndpointId, {
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
   * @example
   * const rotateWebhookSecretAnswer = await portico.webhookEndpoints.rotate(webhookEndpointId, { force: false });
   */
  rotate(webhookEndpointId: string, input?: RotateWebhookSecretBody, options?: ChangeOptions): Call<RotateWebhookSecretAnswer>;

  /**
   * Test a webhook endpoint
   *
   * Sends it a `ping`, whatever events it wants, also when it is disabled; the answer is the delivery, whose row tells what comes of it.
   *
   * Needs the permission `webhook:manage`.
   *
   * @example
   * const webhookDelivery = await portico.webhookEndpoints.test(webhookEndpointId);
   */
  test(webhookEndpointId: string, options?: RequestOptions): Call<WebhookDelivery>;

  /**
   * Update a webhook endpoint
   *
   * Fields left out stay as they are; null clears an optional field. Disabling it gives up what waits for it. Another URL, and activating it, forgets that it failed.
   *
   * Needs the permission `webhook:update`. Its own refusals: `url_taken`.
   *
   * @example
   * const webhookEndpoint = await portico.webhookEndpoints.update(webhookEndpointId, { url: "https://hooks.example.com/portico" });
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
   * @example
   * const webhookEvent = await portico.webhookEvents.replay(eventId);
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
  declare readonly files: FilesResource;
  declare readonly healthChecks: HealthChecksResource;
  declare readonly invitations: InvitationsResource;
  declare readonly items: ItemsResource;
  declare readonly me: MeResource;
  declare readonly memberships: MembershipsResource;
  declare readonly organizations: OrganizationsResource;
  declare readonly permissions: PermissionsResource;
  declare readonly pricingTiers: PricingTiersResource;
  declare readonly roles: RolesResource;
  declare readonly schedules: SchedulesResource;
  declare readonly sites: SitesResource;
  declare readonly subscriptionTiers: SubscriptionTiersResource;
  declare readonly subscriptions: SubscriptionsResource;
  declare readonly teamMembers: TeamMembersResource;
  declare readonly teams: TeamsResource;
  declare readonly todos: TodosResource;
  declare readonly usageRecords: UsageRecordsResource;
  declare readonly users: UsersResource;
  declare readonly webhookDeliveries: WebhookDeliveriesResource;
  declare readonly webhookEndpoints: WebhookEndpointsResource;
  declare readonly webhookEvents: WebhookEventsResource;
}
