import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

crons.hourly("delete expired audit rows", { minuteUTC: 7 }, internal.core.records.retention.deleteExpired, {
  table: "auditLogs",
});
crons.hourly("delete expired agent logs", { minuteUTC: 17 }, internal.core.records.retention.deleteExpired, {
  table: "agentApiLogs",
});
crons.hourly("delete expired idempotency keys", { minuteUTC: 27 }, internal.core.records.retention.deleteExpired, {
  table: "idempotencyKeys",
});
crons.hourly("delete expired revocations", { minuteUTC: 29 }, internal.core.records.retention.deleteExpired, {
  table: "revokedTokens",
});
crons.hourly("delete expired webhook events", { minuteUTC: 47 }, internal.core.records.retention.deleteExpired, {
  table: "webhookEvents",
});
crons.daily("forget rate limits", { hourUTC: 3, minuteUTC: 33 }, internal.core.access.rateLimits.forgetOld, {});
crons.hourly("retry failed webhook events", { minuteUTC: 57 }, internal.tenancy.clerkEvents.retryFailed, {});
crons.hourly("purge deleted organizations", { minuteUTC: 37 }, internal.tenancy.purging.purgeDue, {});
crons.interval("expire invitations", { minutes: 5 }, internal.tenancy.invitationUpkeep.expire, {});
crons.interval("go on with jobs", { minutes: 1 }, internal.jobs.runner.resumeDue, {});
crons.interval("send e-mails again", { minutes: 5 }, internal.messaging.sending.retryDue, {});
crons.interval("mark offline agents", { minutes: 1 }, internal.sites.offlineAgents.mark, {});

export default crons;
