/**
 * The order in which the reference shows resources: people and their rights, work, devices, then the deployment's own
 * routes.
 */
const order = [
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
  "schedules",
  "todos",
  "items",
  "sites",
  "agents",
  "agentEnrollmentTokens",
  "agentApiLogs",
  "healthChecks",
  "apiLogs",
  "auditLogs",
  "batch",
  "oauth",
  "platform",
  "documentation",
];

/** Where the reference shows a resource, counted from 0. */
export function placeOf(resource: string): number {
  return order.includes(resource) ? order.indexOf(resource) : order.length;
}
