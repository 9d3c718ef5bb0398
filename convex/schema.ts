import { defineSchema } from "convex/server";
import { apiKeys, roles } from "./access/tables";
import { auditLogs } from "./observability/tables";
import { idempotencyKeys } from "./platform/tables";
import { agentApiLogs, agentEnrollmentTokens, agents, sites } from "./sites/tables";
import { memberships, organizations, userProfiles, userSettings, users } from "./tenancy/tables";
import { items, schedules, todos } from "./workspace/tables";

export default defineSchema({
  agentApiLogs,
  agentEnrollmentTokens,
  agents,
  apiKeys,
  auditLogs,
  idempotencyKeys,
  items,
  memberships,
  organizations,
  roles,
  schedules,
  sites,
  todos,
  userProfiles,
  userSettings,
  users,
});
