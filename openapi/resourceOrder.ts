/**
 * The order in which the reference shows resources: work, with which README begins, people and their rights, devices, then the
 * deployment's own routes.
 */
const order = [
  "schedules",
  "todos",
  "items",
  "me",
  "organizations",
  "memberships",
  "users",
  "userProfiles",
  "userSettings",
  "roles",
  "permissions",
  "teams",
  "teamMembers",
  "clients",
  "clientMembers",
  "clientResources",
  "apiKeys",
  "sites",
  "agents",
  "agentEnrollmentTokens",
  "agentApiLogs",
  "healthChecks",
  "apiLogs",
  "auditLogs",
  "webhookEndpoints",
  "webhookDeliveries",
  "webhookEvents",
  "batch",
  "oauth",
  "platform",
  "documentation",
];

/** Where the reference shows a resource, counted from 0. */
export function placeOf(resource: string): number {
  return order.includes(resource) ? order.indexOf(resource) : order.length;
}
