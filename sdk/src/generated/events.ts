// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type {
  AgentDeletedEvent,
  AgentEnrolledEvent,
  AgentOfflineEvent,
  AgentOnlineEvent,
  AgentRestoredEvent,
  BillCancelledEvent,
  BillFinalizedEvent,
  BillPaidEvent,
  DataSourceErrorEvent,
  DataSourceSyncedEvent,
  DockErrorEvent,
  DockSyncedEvent,
  EntityCreatedEvent,
  EntityDeletedEvent,
  EntityRestoredEvent,
  EntityUpdatedEvent,
  HealthDownEvent,
  HealthRecoveredEvent,
  InvitationCreatedEvent,
  JobCompletedEvent,
  JobFailedEvent,
  MemberJoinedEvent,
  MemberRemovedEvent,
  MemberUpdatedEvent,
  OrganizationCreatedEvent,
  OrganizationDeletedEvent,
  OrganizationRestoredEvent,
  OrganizationUpdatedEvent,
  PingEvent,
  ProjectUpdatedEvent,
  ResourceCreatedEvent,
  ResourceDeletedEvent,
  ResourceUpdatedEvent,
  ScheduleCreatedEvent,
  ScheduleDeletedEvent,
  ScheduleRestoredEvent,
  ScheduleUpdatedEvent,
  SiteCreatedEvent,
  SiteDeletedEvent,
  SiteRestoredEvent,
  SiteUpdatedEvent,
  SubscriptionUpdatedEvent,
} from "./models";

/** What webhooks are told, by the type of the event. */
export interface EventsByType {
  "agent.deleted": AgentDeletedEvent;
  "agent.enrolled": AgentEnrolledEvent;
  "agent.offline": AgentOfflineEvent;
  "agent.online": AgentOnlineEvent;
  "agent.restored": AgentRestoredEvent;
  "bill.cancelled": BillCancelledEvent;
  "bill.finalized": BillFinalizedEvent;
  "bill.paid": BillPaidEvent;
  "dataSource.error": DataSourceErrorEvent;
  "dataSource.synced": DataSourceSyncedEvent;
  "dock.error": DockErrorEvent;
  "dock.synced": DockSyncedEvent;
  "entity.created": EntityCreatedEvent;
  "entity.deleted": EntityDeletedEvent;
  "entity.restored": EntityRestoredEvent;
  "entity.updated": EntityUpdatedEvent;
  "health.down": HealthDownEvent;
  "health.recovered": HealthRecoveredEvent;
  "invitation.created": InvitationCreatedEvent;
  "job.completed": JobCompletedEvent;
  "job.failed": JobFailedEvent;
  "member.joined": MemberJoinedEvent;
  "member.removed": MemberRemovedEvent;
  "member.updated": MemberUpdatedEvent;
  "organization.created": OrganizationCreatedEvent;
  "organization.deleted": OrganizationDeletedEvent;
  "organization.restored": OrganizationRestoredEvent;
  "organization.updated": OrganizationUpdatedEvent;
  "ping": PingEvent;
  "project.updated": ProjectUpdatedEvent;
  "resource.created": ResourceCreatedEvent;
  "resource.deleted": ResourceDeletedEvent;
  "resource.updated": ResourceUpdatedEvent;
  "schedule.created": ScheduleCreatedEvent;
  "schedule.deleted": ScheduleDeletedEvent;
  "schedule.restored": ScheduleRestoredEvent;
  "schedule.updated": ScheduleUpdatedEvent;
  "site.created": SiteCreatedEvent;
  "site.deleted": SiteDeletedEvent;
  "site.restored": SiteRestoredEvent;
  "site.updated": SiteUpdatedEvent;
  "subscription.updated": SubscriptionUpdatedEvent;
}
