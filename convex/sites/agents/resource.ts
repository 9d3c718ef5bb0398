import { credentialKinds } from "../../core/wire/credentialKinds";
import { ProblemError } from "../../core/wire/errors";
import { resource } from "../../core/resources/resource";
import { forgetHealth } from "../../observability/recordHealth";
import { agentFields } from "../tables";

/** Agents as every module of the domain writes them; administrators set site, tags and metadata, devices the rest. */
export const agents = resource({
  name: "sites/agents",
  table: "agents",
  path: "/agents",
  fields: agentFields,
  credential: {
    prefix: credentialKinds.agent.issued,
    field: "key",
    description: "The agent's key itself, shown this once.",
  },
  serverOwned: [
    "guid",
    "hostname",
    "platform",
    "version",
    "ipAddress",
    "macAddress",
    "extAddress",
    "registeredAt",
    "lastCheckinAt",
    "checkinIntervalSeconds",
    "connectionStatus",
    "credentialStatus",
    "keyHash",
    "keyRotatedAt",
  ],
  list: {
    filters: ["siteId", "connectionStatus", "guid"],
    ranges: { lastCheckinAt: ["lastCheckinFrom", "lastCheckinTo"] },
    sorts: ["lastCheckinAt"],
  },
  problems: { restore: ["site_not_active", "limit_reached"] },
  hooks: {
    // The key must not come back to life with the row: only a rotation issues a usable one (SM-credential).
    beforeDelete: async (ctx, agent) => {
      await forgetHealth(ctx, "agent", agent._id);
      return { credentialStatus: "revoked" as const };
    },
    afterWrite: async (ctx, agent, previous) => {
      if (previous?.deletedAt === undefined || agent.deletedAt !== undefined) return;
      const site = await ctx.db.get("sites", agent.siteId);
      if (site?.deletedAt !== undefined) {
        throw new ProblemError("site_not_active", "The agent's site is in the trash; restore the site first.");
      }
    },
  },
});
