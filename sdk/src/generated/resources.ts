// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { Call } from "../runtime/call";
import type { RequestOptions } from "../runtime/engine";
import type { ListCall } from "../runtime/listCall";
import type { Body, Conditional, Query, Result, Row } from "../runtime/operationTypes";

/** Calls of `portico.agents`. */
export interface AgentsResource {
  /**
   * Report that the calling agent is alive
   *
   * @example await portico.agents.checkIn(input)
   */
  checkIn(input: Body<"checkInAgent">, options?: RequestOptions): Call<Result<"checkInAgent">>;

  /**
   * Delete a agent
   *
   * @example await portico.agents.delete(agentId)
   */
  delete(agentId: string, input?: Query<"deleteAgent">, options?: RequestOptions): Call<Result<"deleteAgent">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(agentId: string, options: Conditional): Call<Result<"getAgent"> | undefined>;
  /**
   * Get a agent
   *
   * @example await portico.agents.get(agentId)
   */
  get(agentId: string, options?: RequestOptions): Call<Result<"getAgent">>;

  /**
   * List agents
   *
   * @example for await (const row of portico.agents.list()) …
   */
  list(input?: Query<"listAgents">, options?: RequestOptions): ListCall<Row<"listAgents">>;

  /**
   * Move an agent to a site
   *
   * @deprecated The API announces the end of this operation.
   * @example await portico.agents.move(agentId, siteId)
   */
  move(agentId: string, siteId: string, input?: Body<"moveAgent"> & Query<"moveAgent">, options?: RequestOptions): Call<Result<"moveAgent">>;

  /**
   * Restore a deleted agent
   *
   * @example await portico.agents.restore(agentId)
   */
  restore(agentId: string, options?: RequestOptions): Call<Result<"restoreAgent">>;

  /** self unless the `ETag` in `ifNoneMatch` is still current. */
  self(options: Conditional): Call<Result<"getAgentSelf"> | undefined>;
  /**
   * Get the calling agent
   *
   * @example await portico.agents.self()
   */
  self(options?: RequestOptions): Call<Result<"getAgentSelf">>;

  /**
   * Update a agent
   *
   * @example await portico.agents.update(agentId)
   */
  update(agentId: string, input?: Body<"updateAgent">, options?: RequestOptions): Call<Result<"updateAgent">>;

}

/** Calls of `portico.me`. */
export interface MeResource {
  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(options: Conditional): Call<Result<"getMe"> | undefined>;
  /**
   * Get the caller
   *
   * @example await portico.me.get()
   */
  get(options?: RequestOptions): Call<Result<"getMe">>;

}

/** Calls of `portico.organizations`. */
export interface OrganizationsResource {
  /**
   * Create up to 100 organizations
   *
   * @example await portico.organizations.batchCreate(input)
   */
  batchCreate(input: Body<"batchCreateOrganizations">, options?: RequestOptions): Call<Result<"batchCreateOrganizations">>;

  /**
   * Create a organization
   *
   * @example await portico.organizations.create(input)
   */
  create(input: Body<"createOrganization">, options?: RequestOptions): Call<Result<"createOrganization">>;

  /**
   * Delete a organization
   *
   * @example await portico.organizations.delete(organizationId)
   */
  delete(organizationId: string, input?: Query<"deleteOrganization">, options?: RequestOptions): Call<Result<"deleteOrganization">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(organizationId: string, options: Conditional): Call<Result<"getOrganization"> | undefined>;
  /**
   * Get a organization
   *
   * @example await portico.organizations.get(organizationId)
   */
  get(organizationId: string, options?: RequestOptions): Call<Result<"getOrganization">>;

  /**
   * List organizations
   *
   * @example for await (const row of portico.organizations.list()) …
   */
  list(input?: Query<"listOrganizations">, options?: RequestOptions): ListCall<Row<"listOrganizations">>;

  /**
   * Restore a deleted organization
   *
   * @example await portico.organizations.restore(organizationId)
   */
  restore(organizationId: string, options?: RequestOptions): Call<Result<"restoreOrganization">>;

  /**
   * Update a organization
   *
   * @example await portico.organizations.update(organizationId)
   */
  update(organizationId: string, input?: Body<"updateOrganization">, options?: RequestOptions): Call<Result<"updateOrganization">>;

}

/** Calls of `portico.schedules`. */
export interface SchedulesResource {
  /**
   * Activate a draft schedule
   *
   * @example await portico.schedules.activate(scheduleId)
   */
  activate(scheduleId: string, options?: RequestOptions): Call<Result<"activateSchedule">>;

  /**
   * Create up to 100 schedules
   *
   * @example await portico.schedules.batchCreate(input)
   */
  batchCreate(input: Body<"batchCreateSchedules">, options?: RequestOptions): Call<Result<"batchCreateSchedules">>;

  /**
   * Cancel a schedule
   *
   * A completed schedule cannot be cancelled.
   *
   * @example await portico.schedules.cancel(scheduleId)
   */
  cancel(scheduleId: string, input?: Body<"cancelSchedule">, options?: RequestOptions): Call<Result<"cancelSchedule">>;

  /**
   * Create a schedule
   *
   * @example await portico.schedules.create(input)
   */
  create(input: Body<"createSchedule">, options?: RequestOptions): Call<Result<"createSchedule">>;

  /**
   * Delete a schedule
   *
   * @example await portico.schedules.delete(scheduleId)
   */
  delete(scheduleId: string, input?: Query<"deleteSchedule">, options?: RequestOptions): Call<Result<"deleteSchedule">>;

  /** get unless the `ETag` in `ifNoneMatch` is still current. */
  get(scheduleId: string, options: Conditional): Call<Result<"getSchedule"> | undefined>;
  /**
   * Get a schedule
   *
   * @example await portico.schedules.get(scheduleId)
   */
  get(scheduleId: string, options?: RequestOptions): Call<Result<"getSchedule">>;

  /**
   * List schedules
   *
   * @example for await (const row of portico.schedules.list()) …
   */
  list(input?: Query<"listSchedules">, options?: RequestOptions): ListCall<Row<"listSchedules">>;

  /**
   * Restore a deleted schedule
   *
   * @example await portico.schedules.restore(scheduleId)
   */
  restore(scheduleId: string, options?: RequestOptions): Call<Result<"restoreSchedule">>;

  /**
   * Update a schedule
   *
   * @example await portico.schedules.update(scheduleId)
   */
  update(scheduleId: string, input?: Body<"updateSchedule">, options?: RequestOptions): Call<Result<"updateSchedule">>;

}

/** Typed properties for the resources that the client defines at run time. */
export abstract class Resources {
  declare readonly agents: AgentsResource;
  declare readonly me: MeResource;
  declare readonly organizations: OrganizationsResource;
  declare readonly schedules: SchedulesResource;
}
