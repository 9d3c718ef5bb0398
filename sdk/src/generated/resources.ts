// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { Call } from "../runtime/call";
import type { RequestOptions } from "../runtime/engine";
import type { ListCall } from "../runtime/listCall";
import type { Body, Conditional, Query, Result, Row } from "../runtime/operationTypes";

/** Calls of `portico.agentApiLogs`. */
export interface AgentApiLogsResource {
  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(logId: string, options: Conditional): Call<Result<"getAgentApiLog"> | undefined>;
  /**
   * Get an agent API log
   *
   * Needs the permission `agentApiLog:read`.
   *
   * @example await portico.agentApiLogs.get(logId)
   */
  get(logId: string, options?: RequestOptions): Call<Result<"getAgentApiLog">>;

  /**
   * List agent API logs
   *
   * Newest first unless sorted otherwise. Supported together: {agentId, createdFrom/createdTo or from/to, sort=created or createdAt}, {createdFrom/createdTo or from/to, sort=created or createdAt}, {siteId, createdFrom/createdTo or from/to, sort=created or createdAt}.
   *
   * Needs the permission `agentApiLog:read`.
   *
   * @example for await (const row of portico.agentApiLogs.list()) …
   */
  list(input?: Query<"listAgentApiLogs">, options?: RequestOptions): ListCall<Row<"listAgentApiLogs">>;

}

/** Calls of `portico.agentEnrollmentTokens`. */
export interface AgentEnrollmentTokensResource {
  /**
   * Create an agent enrolment token
   *
   * The answer shows `token` once; devices enrol with it at the site, 30 days long unless `expiresAt` says otherwise.
   *
   * Needs the permission `agentEnrollment:create`.
   *
   * @example await portico.agentEnrollmentTokens.create(input)
   */
  create(input: Body<"createAgentEnrollmentToken">, options?: RequestOptions): Call<Result<"createAgentEnrollmentToken">>;

  /**
   * List agent enrolment tokens
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {siteId, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `agentEnrollment:read`.
   *
   * @example for await (const row of portico.agentEnrollmentTokens.list()) …
   */
  list(input?: Query<"listAgentEnrollmentTokens">, options?: RequestOptions): ListCall<Row<"listAgentEnrollmentTokens">>;

  /**
   * Revoke an agent enrolment token
   *
   * No device enrols with it any more; agents enrolled before stay. Revoking it again changes nothing.
   *
   * Needs the permission `agentEnrollment:revoke`.
   *
   * @example await portico.agentEnrollmentTokens.revoke(tokenId)
   */
  revoke(tokenId: string, options?: RequestOptions): Call<Result<"revokeAgentEnrollmentToken">>;

}

/** Calls of `portico.agents`. */
export interface AgentsResource {
  /**
   * Check in as an agent
   *
   * Called by the device with its agent key. `facts` replace the agent's `metadata`; left out, it stays.
   *
   * For device agents.
   *
   * @example await portico.agents.checkIn(input)
   */
  checkIn(input: Body<"checkInAgent">, options?: RequestOptions): Call<Result<"checkInAgent">>;

  /**
   * Delete an agent
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `agent:delete`.
   *
   * @example await portico.agents.delete(agentId)
   */
  delete(agentId: string, input?: Query<"deleteAgent">, options?: RequestOptions): Call<Result<"deleteAgent">>;

  /**
   * Enrol a device
   *
   * Called by the device with an enrolment token. A new GUID becomes an agent of the token's site (201); the agent of that site that has the GUID gets the facts and a new key (200), if it has never checked in or is offline; one in use is 409 `guid_in_use`. The answer shows `key` once.
   *
   * For holders of an enrolment token.
   *
   * @example await portico.agents.enroll(input)
   */
  enroll(input: Body<"enrollAgent">, options?: RequestOptions): Call<Result<"enrollAgent">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(agentId: string, options: Conditional): Call<Result<"getAgent"> | undefined>;
  /**
   * Get an agent
   *
   * For members of the organization; machines and assigned roles need the permission `agent:read`.
   *
   * @example await portico.agents.get(agentId)
   */
  get(agentId: string, options?: RequestOptions): Call<Result<"getAgent">>;

  /** getSelf unless the `ETag` in `ifNoneMatch` is still current. */
  getSelf(options: Conditional): Call<Result<"getAgentSelf"> | undefined>;
  /**
   * Get the calling agent
   *
   * For device agents.
   *
   * @example await portico.agents.getSelf()
   */
  getSelf(options?: RequestOptions): Call<Result<"getAgentSelf">>;

  /**
   * List agents
   *
   * Newest first unless sorted otherwise. Supported together: {connectionStatus, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {guid, createdFrom/createdTo, sort=created}, {lastCheckinFrom/lastCheckinTo, sort=lastCheckinAt}, {siteId, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `agent:read`.
   *
   * @example for await (const row of portico.agents.list()) …
   */
  list(input?: Query<"listAgents">, options?: RequestOptions): ListCall<Row<"listAgents">>;

  /**
   * Restore an agent
   *
   * Needs the permission `agent:restore`.
   *
   * @example await portico.agents.restore(agentId)
   */
  restore(agentId: string, options?: RequestOptions): Call<Result<"restoreAgent">>;

  /**
   * Revoke an agent's key
   *
   * The next check-in is refused. Only rotating the key makes the agent usable again; enrolling it does not.
   *
   * Needs the permission `agent:revoke`.
   *
   * @example await portico.agents.revoke(agentId)
   */
  revoke(agentId: string, options?: RequestOptions): Call<Result<"revokeAgent">>;

  /**
   * Rotate an agent's key
   *
   * The old key stops at once, and the answer shows the new `key` once. A revoked agent is active again.
   *
   * Needs the permission `agent:update`.
   *
   * @example await portico.agents.rotateKey(agentId)
   */
  rotateKey(agentId: string, options?: RequestOptions): Call<Result<"rotateAgentKey">>;

  /**
   * Update an agent
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `agent:update`.
   *
   * @example await portico.agents.update(agentId)
   */
  update(agentId: string, input?: Body<"updateAgent">, options?: RequestOptions): Call<Result<"updateAgent">>;

}

/** Calls of `portico.apiKeys`. */
export interface ApiKeysResource {
  /**
   * Create an API key
   *
   * The answer carries the key, once. Its scopes are among the caller's own rights; without `expiresAt` it does not expire.
   *
   * Needs the permission `apiKey:create`.
   *
   * @example await portico.apiKeys.create(input)
   */
  create(input: Body<"createApiKey">, options?: RequestOptions): Call<Result<"createApiKey">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(apiKeyId: string, options: Conditional): Call<Result<"getApiKey"> | undefined>;
  /**
   * Get a API key
   *
   * Needs the permission `apiKey:read`.
   *
   * @example await portico.apiKeys.get(apiKeyId)
   */
  get(apiKeyId: string, options?: RequestOptions): Call<Result<"getApiKey">>;

  /**
   * List API keys
   *
   * Newest first unless sorted otherwise. Supported together: {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * Needs the permission `apiKey:read`.
   *
   * @example for await (const row of portico.apiKeys.list()) …
   */
  list(input?: Query<"listApiKeys">, options?: RequestOptions): ListCall<Row<"listApiKeys">>;

  /**
   * Revoke an API key
   *
   * At once and for good; an old key in its grace time stops too.
   *
   * Needs the permission `apiKey:revoke`.
   *
   * @example await portico.apiKeys.revoke(apiKeyId)
   */
  revoke(apiKeyId: string, options?: RequestOptions): Call<Result<"revokeApiKey">>;

  /**
   * Rotate an API key
   *
   * The answer carries the new key, once. The old one works for `graceSeconds` more, none unless given. All its scopes are among the caller's own rights, and its maker's rank is not above the caller's.
   *
   * Needs the permission `apiKey:update`.
   *
   * @example await portico.apiKeys.rotate(apiKeyId)
   */
  rotate(apiKeyId: string, input?: Body<"rotateApiKey">, options?: RequestOptions): Call<Result<"rotateApiKey">>;

  /**
   * Update an API key
   *
   * Changes its name, or takes scopes away.
   *
   * Needs the permission `apiKey:update`.
   *
   * @example await portico.apiKeys.update(apiKeyId)
   */
  update(apiKeyId: string, input?: Body<"updateApiKey">, options?: RequestOptions): Call<Result<"updateApiKey">>;

}

/** Calls of `portico.auditLogs`. */
export interface AuditLogsResource {
  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(auditLogId: string, options: Conditional): Call<Result<"getAuditLog"> | undefined>;
  /**
   * Get an audit log
   *
   * Needs the permission `auditLog:read`.
   *
   * @example await portico.auditLogs.get(auditLogId)
   */
  get(auditLogId: string, options?: RequestOptions): Call<Result<"getAuditLog">>;

  /**
   * Get the history of a record
   *
   * Every audit row of one record, newest first unless sorted otherwise; also of one that is gone.
   *
   * Needs the permission `auditLog:read`.
   *
   * @example for await (const row of portico.auditLogs.getRecordHistory(tableName, recordId)) …
   */
  getRecordHistory(tableName: string, recordId: string, input?: Query<"getRecordHistory">, options?: RequestOptions): ListCall<Row<"getRecordHistory">>;

  /**
   * List the audit trail
   *
   * Newest first unless sorted otherwise. Reading it leaves a row of its own, `audit.read`, once an hour and actor. Supported together: {action, from/to, sort=createdAt}, {from/to, sort=createdAt}, {result, from/to, sort=createdAt}, {tableName, from/to, sort=createdAt}, {tableName, recordId, from/to, sort=createdAt}, {userId, from/to, sort=createdAt}.
   *
   * Needs the permission `auditLog:read`.
   *
   * @example for await (const row of portico.auditLogs.list()) …
   */
  list(input?: Query<"listAuditLogs">, options?: RequestOptions): ListCall<Row<"listAuditLogs">>;

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
   * @example await portico.items.batchCreate(input)
   */
  batchCreate(input: Body<"batchCreateItems">, options?: RequestOptions): Call<Result<"batchCreateItems">>;

  /**
   * Create an item
   *
   * Needs the permission `item:create`.
   *
   * @example await portico.items.create(input)
   */
  create(input: Body<"createItem">, options?: RequestOptions): Call<Result<"createItem">>;

  /**
   * Delete an item
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `item:delete`.
   *
   * @example await portico.items.delete(itemId)
   */
  delete(itemId: string, input?: Query<"deleteItem">, options?: RequestOptions): Call<Result<"deleteItem">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(itemId: string, options: Conditional): Call<Result<"getItem"> | undefined>;
  /**
   * Get an item
   *
   * For members of the organization; machines and assigned roles need the permission `item:read`.
   *
   * @example await portico.items.get(itemId)
   */
  get(itemId: string, options?: RequestOptions): Call<Result<"getItem">>;

  /**
   * List items
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `item:read`.
   *
   * @example for await (const row of portico.items.list()) …
   */
  list(input?: Query<"listItems">, options?: RequestOptions): ListCall<Row<"listItems">>;

  /**
   * Restore an item
   *
   * Needs the permission `item:restore`.
   *
   * @example await portico.items.restore(itemId)
   */
  restore(itemId: string, options?: RequestOptions): Call<Result<"restoreItem">>;

  /**
   * Update an item
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `item:update`.
   *
   * @example await portico.items.update(itemId)
   */
  update(itemId: string, input?: Body<"updateItem">, options?: RequestOptions): Call<Result<"updateItem">>;

}

/** Calls of `portico.me`. */
export interface MeResource {
  /**
   * Delete the current user
   *
   * Ends every membership and makes the user anonymous for good. Refused while the user owns an organization.
   *
   * For signed-in people.
   *
   * @example await portico.me.delete()
   */
  delete(options?: RequestOptions): Call<Result<"deleteCurrentUser">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(options: Conditional): Call<Result<"getCurrentUser"> | undefined>;
  /**
   * Get the current user
   *
   * With the organization that requests act in unless they name another one (the token's, the one of `Portico-Organization`, or the user's default), and the user's membership and role there.
   *
   * For signed-in people.
   *
   * @example await portico.me.get()
   */
  get(options?: RequestOptions): Call<Result<"getCurrentUser">>;

  /** getPermissions unless the `ETag` in `ifNoneMatch` is still current. */
  getPermissions(options: Conditional): Call<Result<"getMyPermissions"> | undefined>;
  /**
   * Get one's own rights
   *
   * What the caller's role in the organization allows, `:own` where it reaches only the caller's own rows.
   *
   * For members of the organization; machines and assigned roles need the permission `me:read`.
   *
   * @example await portico.me.getPermissions()
   */
  getPermissions(options?: RequestOptions): Call<Result<"getMyPermissions">>;

  /** getProfile unless the `ETag` in `ifNoneMatch` is still current. */
  getProfile(options: Conditional): Call<Result<"getMyProfile"> | undefined>;
  /**
   * Get one's own profile
   *
   * The user's name stands in until a profile is written.
   *
   * For signed-in people.
   *
   * @example await portico.me.getProfile()
   */
  getProfile(options?: RequestOptions): Call<Result<"getMyProfile">>;

  /** getSettings unless the `ETag` in `ifNoneMatch` is still current. */
  getSettings(options: Conditional): Call<Result<"getMySettings"> | undefined>;
  /**
   * Get one's own settings
   *
   * For signed-in people.
   *
   * @example await portico.me.getSettings()
   */
  getSettings(options?: RequestOptions): Call<Result<"getMySettings">>;

  /**
   * Switch the default organization
   *
   * Requests that name no organization act in this one from now on. Name it by `organizationId` or by `slug`.
   *
   * For signed-in people.
   *
   * @example await portico.me.switchOrganization(input)
   */
  switchOrganization(input: Body<"switchOrganization">, options?: RequestOptions): Call<Result<"switchOrganization">>;

  /**
   * Synchronize the current user with the token
   *
   * Creates the user of a token that was never seen before, or links the user who was added with the same e-mail address. Takes name, picture and a verified address from the token, and accepts the memberships that wait for that address. An address that the token does not call verified counts for nothing.
   *
   * For anybody with a token of a trusted issuer, known here yet or not.
   *
   * @example await portico.me.sync()
   */
  sync(options?: RequestOptions): Call<Result<"syncCurrentUser">>;

  /**
   * Update the current user
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * For signed-in people.
   *
   * @example await portico.me.update()
   */
  update(input?: Body<"updateCurrentUser">, options?: RequestOptions): Call<Result<"updateCurrentUser">>;

  /**
   * Update one's own settings
   *
   * Fields left out stay as they are; null brings an optional field back to its default.
   *
   * For signed-in people.
   *
   * @example await portico.me.updateSettings()
   */
  updateSettings(input?: Body<"updateMySettings">, options?: RequestOptions): Call<Result<"updateMySettings">>;

  /**
   * Write one's own profile
   *
   * Replaces it: what is left out goes back to its default.
   *
   * For signed-in people.
   *
   * @example await portico.me.upsertProfile()
   */
  upsertProfile(input?: Body<"upsertMyProfile">, options?: RequestOptions): Call<Result<"upsertMyProfile">>;

}

/** Calls of `portico.memberships`. */
export interface MembershipsResource {
  /**
   * Ban a member
   *
   * Refuses every request of a member of lower rank, until `until` or for good. The reason is an internal note.
   *
   * Needs the permission `member:ban`.
   *
   * @example await portico.memberships.ban(membershipId, input)
   */
  ban(membershipId: string, input: Body<"banMember">, options?: RequestOptions): Call<Result<"banMember">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(membershipId: string, options: Conditional): Call<Result<"getMembership"> | undefined>;
  /**
   * Get a membership
   *
   * For members of the organization; machines and assigned roles need the permission `member:read`.
   *
   * @example await portico.memberships.get(membershipId)
   */
  get(membershipId: string, options?: RequestOptions): Call<Result<"getMembership">>;

  /**
   * Leave the organization
   *
   * For members of the organization; machines and assigned roles need the permission `me:update`.
   *
   * @example await portico.memberships.leave()
   */
  leave(options?: RequestOptions): Call<Result<"leaveOrganization">>;

  /**
   * List memberships
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {roleId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {userId, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `member:read`.
   *
   * @example for await (const row of portico.memberships.list()) …
   */
  list(input?: Query<"listMemberships">, options?: RequestOptions): ListCall<Row<"listMemberships">>;

  /**
   * Remove a member
   *
   * Ends the membership for good; what the member wrote stays.
   *
   * Needs the permission `member:remove`.
   *
   * @example await portico.memberships.remove(membershipId)
   */
  remove(membershipId: string, options?: RequestOptions): Call<Result<"removeMembership">>;

  /**
   * Lift a ban
   *
   * Needs the permission `member:ban`.
   *
   * @example await portico.memberships.unban(membershipId)
   */
  unban(membershipId: string, options?: RequestOptions): Call<Result<"unbanMember">>;

  /**
   * Update a membership
   *
   * Changes the role (by `roleId` or `roleKey`), the status or the metadata of a member of lower rank. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes; ownership is transferred, not assigned.
   *
   * Needs the permission `member:update`.
   *
   * @example await portico.memberships.update(membershipId)
   */
  update(membershipId: string, input?: Body<"updateMembership">, options?: RequestOptions): Call<Result<"updateMembership">>;

  /**
   * Update one's own membership
   *
   * Fields left out stay as they are; null clears.
   *
   * For members of the organization; machines and assigned roles need the permission `me:update`.
   *
   * @example await portico.memberships.updateMine()
   */
  updateMine(input?: Body<"updateMyMembership">, options?: RequestOptions): Call<Result<"updateMyMembership">>;

}

/** Calls of `portico.organizations`. */
export interface OrganizationsResource {
  /**
   * Create an organization
   *
   * The caller becomes its owner. The slug is made from the name unless given.
   *
   * For signed-in people.
   *
   * @example await portico.organizations.create(input)
   */
  create(input: Body<"createOrganization">, options?: RequestOptions): Call<Result<"createOrganization">>;

  /**
   * Delete an organization
   *
   * Every key and every member is refused from now on. It can be restored until `purgeAfter`. Send the organization's slug as `confirmSlug`.
   *
   * Needs the permission `organization:delete`.
   *
   * @example await portico.organizations.delete(organizationId)
   */
  delete(organizationId: string, input: Query<"deleteOrganization">, options?: RequestOptions): Call<Result<"deleteOrganization">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(organizationId: string, options: Conditional): Call<Result<"getOrganization"> | undefined>;
  /**
   * Get an organization
   *
   * A deleted one too, until it is purged.
   *
   * For members of the organization; machines and assigned roles need the permission `organization:read`.
   *
   * @example await portico.organizations.get(organizationId)
   */
  get(organizationId: string, options?: RequestOptions): Call<Result<"getOrganization">>;

  /** getBySlug unless the `ETag` in `ifNoneMatch` is still current. */
  getBySlug(slug: string, options: Conditional): Call<Result<"getOrganizationBySlug"> | undefined>;
  /**
   * Get an organization by its slug
   *
   * With up to 20 of its members, if the caller may read users.
   *
   * For members of the organization; machines and assigned roles need the permission `organization:read`.
   *
   * @example await portico.organizations.getBySlug(slug)
   */
  getBySlug(slug: string, options?: RequestOptions): Call<Result<"getOrganizationBySlug">>;

  /**
   * List one's own organizations
   *
   * Last joined first unless sorted otherwise, each with the caller's role in it. A page may hold fewer rows than asked for.
   *
   * For signed-in people.
   *
   * @example for await (const row of portico.organizations.list()) …
   */
  list(input?: Query<"listOrganizations">, options?: RequestOptions): ListCall<Row<"listOrganizations">>;

  /**
   * Restore an organization
   *
   * Needs the permission `organization:delete`.
   *
   * @example await portico.organizations.restore(organizationId)
   */
  restore(organizationId: string, options?: RequestOptions): Call<Result<"restoreOrganization">>;

  /**
   * Update an organization
   *
   * Fields left out stay as they are, in `settings` too; null clears an optional field. `externalId` is set once, by the owner.
   *
   * Needs the permission `organization:update`.
   *
   * @example await portico.organizations.update(organizationId)
   */
  update(organizationId: string, input?: Body<"updateOrganization">, options?: RequestOptions): Call<Result<"updateOrganization">>;

}

/** Calls of `portico.permissions`. */
export interface PermissionsResource {
  /** list unless the `ETag` in `ifNoneMatch` is still current. */
  list(options: Conditional): Call<Result<"listPermissions"> | undefined>;
  /**
   * List the permissions
   *
   * The whole catalogue: what roles and API keys are made of. The same for every organization.
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`.
   *
   * @example await portico.permissions.list()
   */
  list(options?: RequestOptions): Call<Result<"listPermissions">>;

}

/** Calls of `portico.roles`. */
export interface RolesResource {
  /**
   * Create a role
   *
   * Needs the permission `role:create`.
   *
   * @example await portico.roles.create(input)
   */
  create(input: Body<"createRole">, options?: RequestOptions): Call<Result<"createRole">>;

  /**
   * Delete a role
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `role:delete`.
   *
   * @example await portico.roles.delete(roleId)
   */
  delete(roleId: string, input?: Query<"deleteRole">, options?: RequestOptions): Call<Result<"deleteRole">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(roleId: string, options: Conditional): Call<Result<"getRole"> | undefined>;
  /**
   * Get a role
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`.
   *
   * @example await portico.roles.get(roleId)
   */
  get(roleId: string, options?: RequestOptions): Call<Result<"getRole">>;

  /**
   * List roles
   *
   * The organization's own roles, newest first unless sorted otherwise; with `includeGlobal=true` the built-in ones lead. Supported together: {createdFrom/createdTo, sort=created}, {key, createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `role:read`.
   *
   * @example for await (const row of portico.roles.list()) …
   */
  list(input?: Query<"listRoles">, options?: RequestOptions): ListCall<Row<"listRoles">>;

  /**
   * Restore a role
   *
   * Needs the permission `role:restore`.
   *
   * @example await portico.roles.restore(roleId)
   */
  restore(roleId: string, options?: RequestOptions): Call<Result<"restoreRole">>;

  /**
   * Update a role
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `role:update`.
   *
   * @example await portico.roles.update(roleId)
   */
  update(roleId: string, input?: Body<"updateRole">, options?: RequestOptions): Call<Result<"updateRole">>;

}

/** Calls of `portico.schedules`. */
export interface SchedulesResource {
  /**
   * Activate a schedule
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.activate(scheduleId)
   */
  activate(scheduleId: string, options?: RequestOptions): Call<Result<"activateSchedule">>;

  /**
   * Create up to 100 schedules
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `schedule:create`.
   *
   * @example await portico.schedules.batchCreate(input)
   */
  batchCreate(input: Body<"batchCreateSchedules">, options?: RequestOptions): Call<Result<"batchCreateSchedules">>;

  /**
   * Cancel a schedule
   *
   * The reason, if given, stands in the audit trail.
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.cancel(scheduleId)
   */
  cancel(scheduleId: string, input?: Body<"cancelSchedule">, options?: RequestOptions): Call<Result<"cancelSchedule">>;

  /**
   * Complete a schedule
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.complete(scheduleId)
   */
  complete(scheduleId: string, options?: RequestOptions): Call<Result<"completeSchedule">>;

  /**
   * Create a schedule
   *
   * Needs the permission `schedule:create`.
   *
   * @example await portico.schedules.create(input)
   */
  create(input: Body<"createSchedule">, options?: RequestOptions): Call<Result<"createSchedule">>;

  /**
   * Delete a schedule
   *
   * Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `schedule:delete`.
   *
   * @example await portico.schedules.delete(scheduleId)
   */
  delete(scheduleId: string, input?: Query<"deleteSchedule">, options?: RequestOptions): Call<Result<"deleteSchedule">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(scheduleId: string, options: Conditional): Call<Result<"getSchedule"> | undefined>;
  /**
   * Get a schedule
   *
   * For members of the organization; machines and assigned roles need the permission `schedule:read`.
   *
   * @example await portico.schedules.get(scheduleId)
   */
  get(scheduleId: string, options?: RequestOptions): Call<Result<"getSchedule">>;

  /**
   * List schedules
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {startFrom/startTo, sort=startDate}, {status, startFrom/startTo, sort=startDate}, {userId, startFrom/startTo, sort=startDate}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `schedule:read`.
   *
   * @example for await (const row of portico.schedules.list()) …
   */
  list(input?: Query<"listSchedules">, options?: RequestOptions): ListCall<Row<"listSchedules">>;

  /**
   * Restore a schedule
   *
   * Needs the permission `schedule:restore`.
   *
   * @example await portico.schedules.restore(scheduleId)
   */
  restore(scheduleId: string, options?: RequestOptions): Call<Result<"restoreSchedule">>;

  /**
   * Update a schedule
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `schedule:update`.
   *
   * @example await portico.schedules.update(scheduleId)
   */
  update(scheduleId: string, input?: Body<"updateSchedule">, options?: RequestOptions): Call<Result<"updateSchedule">>;

}

/** Calls of `portico.sites`. */
export interface SitesResource {
  /**
   * Create up to 100 sites
   *
   * One transaction: all are created, or none. Pointers of errors carry the item's index.
   *
   * Needs the permission `site:create`.
   *
   * @example await portico.sites.batchCreate(input)
   */
  batchCreate(input: Body<"batchCreateSites">, options?: RequestOptions): Call<Result<"batchCreateSites">>;

  /**
   * Create a site
   *
   * Needs the permission `site:create`.
   *
   * @example await portico.sites.create(input)
   */
  create(input: Body<"createSite">, options?: RequestOptions): Call<Result<"createSite">>;

  /**
   * Delete a site
   *
   * Moves it to the trash; with `cascade=true` its agents go with it and their keys stop. With `permanent=true`, deletes for good what is in the trash.
   *
   * Needs the permission `site:delete`.
   *
   * @example await portico.sites.delete(siteId)
   */
  delete(siteId: string, input?: Query<"deleteSite">, options?: RequestOptions): Call<Result<"deleteSite">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(siteId: string, options: Conditional): Call<Result<"getSite"> | undefined>;
  /**
   * Get a site
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @example await portico.sites.get(siteId)
   */
  get(siteId: string, options?: RequestOptions): Call<Result<"getSite">>;

  /** getView unless the `ETag` in `ifNoneMatch` is still current. */
  getView(siteId: string, options: Conditional): Call<Result<"getSiteView"> | undefined>;
  /**
   * Get a site with its agents counted
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @example await portico.sites.getView(siteId)
   */
  getView(siteId: string, options?: RequestOptions): Call<Result<"getSiteView">>;

  /**
   * List sites
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {psaCompanyId, createdFrom/createdTo, sort=created}, {slug, createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @example for await (const row of portico.sites.list()) …
   */
  list(input?: Query<"listSites">, options?: RequestOptions): ListCall<Row<"listSites">>;

  /**
   * List sites with their agents counted
   *
   * Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `site:read`.
   *
   * @example for await (const row of portico.sites.listView()) …
   */
  listView(input?: Query<"listSitesView">, options?: RequestOptions): ListCall<Row<"listSitesView">>;

  /**
   * Restore a site
   *
   * Needs the permission `site:restore`.
   *
   * @example await portico.sites.restore(siteId)
   */
  restore(siteId: string, options?: RequestOptions): Call<Result<"restoreSite">>;

  /**
   * Update a site
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `site:update`.
   *
   * @example await portico.sites.update(siteId)
   */
  update(siteId: string, input?: Body<"updateSite">, options?: RequestOptions): Call<Result<"updateSite">>;

}

/** Calls of `portico.todos`. */
export interface TodosResource {
  /**
   * Create a todo
   *
   * Needs the permission `todo:create`.
   *
   * @example await portico.todos.create(input)
   */
  create(input: Body<"createTodo">, options?: RequestOptions): Call<Result<"createTodo">>;

  /**
   * Delete a todo
   *
   * Deletes it for good.
   *
   * Needs the permission `todo:delete`.
   *
   * @example await portico.todos.delete(todoId)
   */
  delete(todoId: string, options?: RequestOptions): Call<Result<"deleteTodo">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(todoId: string, options: Conditional): Call<Result<"getTodo"> | undefined>;
  /**
   * Get a todo
   *
   * For members of the organization; machines and assigned roles need the permission `todo:read`.
   *
   * @example await portico.todos.get(todoId)
   */
  get(todoId: string, options?: RequestOptions): Call<Result<"getTodo">>;

  /**
   * List todos
   *
   * Newest first unless sorted otherwise. Supported together: {completed, createdFrom/createdTo, sort=created}, {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `todo:read`.
   *
   * @example for await (const row of portico.todos.list()) …
   */
  list(input?: Query<"listTodos">, options?: RequestOptions): ListCall<Row<"listTodos">>;

  /**
   * Toggle a todo
   *
   * Flips `completed`.
   *
   * Needs the permission `todo:update`.
   *
   * @example await portico.todos.toggle(todoId)
   */
  toggle(todoId: string, options?: RequestOptions): Call<Result<"toggleTodo">>;

  /**
   * Update a todo
   *
   * Fields left out stay as they are; null clears an optional field.
   *
   * Needs the permission `todo:update`.
   *
   * @example await portico.todos.update(todoId)
   */
  update(todoId: string, input?: Body<"updateTodo">, options?: RequestOptions): Call<Result<"updateTodo">>;

}

/** Calls of `portico.users`. */
export interface UsersResource {
  /**
   * Add a user to the organization
   *
   * Finds the user with this verified e-mail address, or adds one who waits for the first login. The membership is pending until then, and shows the invitation only; a user who is known already accepts it by `POST /v1/me/sync`. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes.
   *
   * Needs the permission `member:invite`.
   *
   * @example await portico.users.create(input)
   */
  create(input: Body<"createUser">, options?: RequestOptions): Call<Result<"createUser">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(userId: string, options: Conditional): Call<Result<"getUser"> | undefined>;
  /**
   * Get a user of the organization
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`.
   *
   * @example await portico.users.get(userId)
   */
  get(userId: string, options?: RequestOptions): Call<Result<"getUser">>;

  /** getProfile unless the `ETag` in `ifNoneMatch` is still current. */
  getProfile(userId: string, options: Conditional): Call<Result<"getUserProfile"> | undefined>;
  /**
   * Get a user's profile
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`.
   *
   * @example await portico.users.getProfile(userId)
   */
  getProfile(userId: string, options?: RequestOptions): Call<Result<"getUserProfile">>;

  /**
   * List the users of the organization
   *
   * Newest membership first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {roleId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
   *
   * For members of the organization; machines and assigned roles need the permission `user:read`.
   *
   * @example for await (const row of portico.users.list()) …
   */
  list(input?: Query<"listUsers">, options?: RequestOptions): ListCall<Row<"listUsers">>;

}

/** Typed properties for the resources that the client defines at run time. */
export abstract class Resources {
  declare readonly agentApiLogs: AgentApiLogsResource;
  declare readonly agentEnrollmentTokens: AgentEnrollmentTokensResource;
  declare readonly agents: AgentsResource;
  declare readonly apiKeys: ApiKeysResource;
  declare readonly auditLogs: AuditLogsResource;
  declare readonly items: ItemsResource;
  declare readonly me: MeResource;
  declare readonly memberships: MembershipsResource;
  declare readonly organizations: OrganizationsResource;
  declare readonly permissions: PermissionsResource;
  declare readonly roles: RolesResource;
  declare readonly schedules: SchedulesResource;
  declare readonly sites: SitesResource;
  declare readonly todos: TodosResource;
  declare readonly users: UsersResource;
}
