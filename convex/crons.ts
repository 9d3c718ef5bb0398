import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

crons.hourly("remove expired audit rows", { minuteUTC: 7 }, internal.observability.auditSealing.removeExpired, {});
crons.interval("seal the audit trail", { minutes: 1 }, internal.observability.auditSealing.seal, {});
crons.hourly("delete expired request logs", { minuteUTC: 12 }, internal.core.records.retention.deleteExpired, {
  table: "apiLogs",
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
crons.daily("count anew", { hourUTC: 3, minuteUTC: 44 }, internal.core.records.recounting.run, {});
crons.hourly("purge deleted files", { minuteUTC: 2 }, internal.platform.fileUpkeep.purgeDeleted, {});
crons.hourly("delete unused files", { minuteUTC: 12 }, internal.platform.fileUpkeep.deleteUnused, {});
crons.hourly("forget uploads", { minuteUTC: 42 }, internal.core.records.retention.deleteExpired, {
  table: "fileUploads",
});
crons.daily("delete unclaimed uploads", { hourUTC: 3, minuteUTC: 22 }, internal.core.records.blobs.sweep, {});
crons.daily("forget rate limits", { hourUTC: 3, minuteUTC: 33 }, internal.core.access.rateLimits.forgetOld, {});
crons.hourly("retry failed webhook events", { minuteUTC: 57 }, internal.platform.webhookEvents.retryFailed, {});
crons.hourly("tell of subscriptions that have ended", { minuteUTC: 39 }, internal.billing.subscriptionUpkeep.end, {});
crons.hourly("purge deleted organizations", { minuteUTC: 37 }, internal.tenancy.purging.purgeDue, {});
crons.daily(
  "encrypt secrets of former keys anew",
  { hourUTC: 3, minuteUTC: 23 },
  internal.core.records.reencryption.reencryptSecrets,
  { goesOn: true },
);
crons.interval("expire invitations", { minutes: 5 }, internal.tenancy.invitationUpkeep.expire, {});
crons.interval("begin jobs that are due", { minutes: 1 }, internal.jobs.runner.sweep, {});
crons.interval("take jobs from the dead", { minutes: 1 }, internal.jobs.runner.reap, {});
crons.interval("try failed jobs again", { minutes: 1 }, internal.jobs.runner.retryDue, {});
crons.interval("take events from the dead", { minutes: 1 }, internal.jobs.upkeep.reapEvents, {});
crons.interval("try failed events again", { minutes: 1 }, internal.jobs.upkeep.retryEvents, {});
crons.interval("end silent sync runs", { minutes: 5 }, internal.jobs.upkeep.endSilentRuns, {});
crons.hourly("delete ended jobs", { minuteUTC: 19 }, internal.core.records.retention.deleteExpired, {
  table: "scheduledJobs",
});
crons.hourly("delete old event logs", { minuteUTC: 22 }, internal.core.records.retention.deleteExpired, {
  table: "eventLogs",
});
crons.daily("delete old sync history", { hourUTC: 3, minuteUTC: 42 }, internal.core.records.retention.deleteExpired, {
  table: "syncHistory",
});
crons.hourly("delete expired e-mails", { minuteUTC: 32 }, internal.messaging.forgetting.deleteExpired, {});
crons.interval("send e-mails again", { minutes: 5 }, internal.messaging.sending.retryDue, {});
crons.hourly("delete expired webhook deliveries", { minuteUTC: 52 }, internal.core.records.retention.deleteExpired, {
  table: "webhookDeliveries",
});
crons.hourly("delete expired outbox events", { minuteUTC: 54 }, internal.core.records.retention.deleteExpired, {
  table: "outboxEvents",
});
crons.interval("fan out events again", { minutes: 1 }, internal.platform.webhookFanOut.sweep, {});
crons.interval("send webhook deliveries again", { minutes: 1 }, internal.platform.webhookSending.sweep, {});
crons.interval("mark offline agents", { minutes: 1 }, internal.sites.offlineAgents.mark, {});
crons.interval("sync data sources", { minutes: 5 }, internal.integrations.sourceUpkeep.syncDue, {});
crons.interval("sync docks", { minutes: 1 }, internal.infrastructure.dockUpkeep.syncDue, {});
crons.interval("release docks of broken syncs", { minutes: 1 }, internal.infrastructure.dockUpkeep.releaseBroken, {});
crons.daily("tell of credentials that end", { hourUTC: 6, minuteUTC: 12 }, internal.integrations.sourceUpkeep.warn, {});
crons.daily("tell of domains that end", { hourUTC: 6, minuteUTC: 22 }, internal.infrastructure.resourceUpkeep.warn, {});
crons.daily(
  "keep links as their resources are",
  { hourUTC: 3, minuteUTC: 52 },
  internal.infrastructure.resourceUpkeep.repair,
  {},
);

export default crons;
