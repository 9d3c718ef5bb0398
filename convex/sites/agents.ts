import * as z from "zod";
import { crud } from "../core/resources/crud";
import { changedFields } from "../core/records/audit";
import { ProblemError } from "../core/wire/errors";
import { ExistingRow } from "../core/operations/existingRow";
import { described, deviceFacts, integer, text, timestampMs } from "../core/schema/fields";
import { credentialField } from "../core/resources/operations";
import { recordHealth } from "../observability/recordHealth";
import { documentWith } from "../core/resources/resource";
import { logAgentCall } from "./agents/log";
import { agents } from "./agents/resource";
import { errorLine, externalAddress, factsOf, isLoggedWhenQuiet, reportSummary } from "./agents/rules";
import { enrollDevice } from "./agents/enrollment";
import { agentFields, maximumFactBytes } from "./tables";

const { list, get, update, delete: remove, restore } = crud(agents);
export { list, get, update, remove as delete, restore };

const maximumListedDrops = 100;
const checkinInterval = () => described(integer(60, 86_400), "Seconds from one check-in to the next.", 300);

export const enroll = agents.at("/enroll").issue("enroll", {
  summary: "Enrol a device",
  description:
    "Called by the device with an enrolment token. A new GUID becomes an agent of the token's site (201); the agent of that site that has the GUID gets the facts and a new key (200), if it has never checked in or is offline; one in use is 409 `guid_in_use`. The answer shows `key` once.",
  access: "enrollment",
  input: () => ({
    guid: agentFields.guid,
    hostname: agentFields.hostname,
    platform: agentFields.platform,
    version: agentFields.version,
    ipAddress: agentFields.ipAddress,
    macAddress: agentFields.macAddress,
  }),
  output: () => documentWith(agents, { ...credentialField(agents), checkinIntervalSeconds: checkinInterval() }),
  problems: [
    "enrollment_expired",
    "enrollment_exhausted",
    "site_not_active",
    { target: "agent_revoked" },
    "guid_in_use",
    "limit_reached",
  ],
  departs: { status: 201, answersExisting: true, restOnly: true, audit: "agent.enroll" },
  handler: async (ctx, device) => {
    const { agent, isExisting } = await enrollDevice(ctx, device);
    const { agentCheckinIntervalSeconds } = ctx.tenant.organization.settings;
    const enrolled = { ...agent, checkinIntervalSeconds: agentCheckinIntervalSeconds };
    return isExisting ? new ExistingRow(enrolled) : enrolled;
  },
});

export const checkIn = agents.at("/check-in").change("checkIn", {
  summary: "Check in as an agent",
  description:
    "Called by the device with its agent key. `facts` replace the agent's `metadata`; left out, it stays. No fact costs a device its check-in. `errors` are a failure of the agent's health, none a success. The log of agents' calls shows check-ins that change something beside the facts or report errors, and one in 60 of the others.",
  access: "agent",
  permission: "checkin",
  input: () => ({
    version: agentFields.version,
    hostname: agentFields.hostname.optional(),
    ipAddress: agentFields.ipAddress,
    facts: deviceFacts(maximumFactBytes).optional(),
    errors: described(z.array(text(1, 1000)).max(50), "What went wrong on the device since the last check-in.", [
      "The disk is almost full.",
    ]).optional(),
  }),
  output: () =>
    z.object({
      serverTime: described(timestampMs(), "The server's clock."),
      nextCheckinInSeconds: checkinInterval(),
      settings: described(
        z.object({
          agentCheckinIntervalSeconds: checkinInterval(),
          timezone: described(
            z.string().max(64),
            "IANA name of the time zone that the organization works in.",
            "Europe/Zurich",
          ),
        }),
        "What the organization has set for its agents.",
      ),
      droppedFacts: described(
        z
          .array(
            z.object({
              pointer: described(z.string(), "JSON Pointer (RFC 6901) to the fact.", "/facts/disks"),
              code: described(z.string(), "What is wrong with it, for programs.", "too_deep"),
              message: described(
                z.string(),
                "What is wrong with it, for people.",
                "JSON may be nested 16 levels deep at most.",
              ),
            }),
          )
          .max(maximumListedDrops),
        "What of the facts was left out and why, as in a problem's `errors`.",
      ).optional(),
    }),
  // The agents' own log tells of check-ins; an audit row each minute and device would bury what people did.
  departs: { operationId: "checkInAgent", audit: false, readOnly: undefined },
  handler: async (ctx, { version, hostname, ipAddress, facts, errors }) => {
    const { caller, now, origin, tenant } = ctx;
    const { agentCheckinIntervalSeconds, timezone } = tenant.organization.settings;
    const { metadata, droppedFacts } = factsOf(facts, maximumFactBytes);
    const told = {
      checkinIntervalSeconds: agentCheckinIntervalSeconds,
      connectionStatus: "online" as const,
      version,
      ...(hostname === undefined ? {} : { hostname }),
      ...(ipAddress === undefined ? {} : { ipAddress }),
      ...(metadata ? { metadata } : {}),
      ...externalAddress(origin.ip),
    };
    // Facts are not news: many, such as an uptime, differ each time.
    const isNews = changedFields(caller.agent, told).some((field) => field !== "metadata");
    await agents.patch(ctx, caller.agent, { lastCheckinAt: now, ...told });
    const line = errorLine({ errors });
    await recordHealth(
      ctx,
      tenant.organization,
      {
        resourceType: "agent",
        resourceId: caller.agent._id,
        outcome: line.errorMessage === undefined ? "success" : "failure",
        ...line,
      },
      { onChange: true },
    );
    // `psaSiteId` stays unset: the site would have to be read for it, and this is the most frequent call there is.
    if (isNews || line.errorMessage !== undefined || isLoggedWhenQuiet(caller.agent, agentCheckinIntervalSeconds, now))
      await logAgentCall(ctx, caller.agent, {
        endpoint: "/v1/agents/check-in",
        statusCode: 200,
        reqMetadata: reportSummary({ facts: metadata, errors }),
        ...line,
      });
    return {
      serverTime: now,
      nextCheckinInSeconds: agentCheckinIntervalSeconds,
      settings: { agentCheckinIntervalSeconds, timezone },
      ...(droppedFacts.length > 0 ? { droppedFacts: droppedFacts.slice(0, maximumListedDrops) } : {}),
    };
  },
});

export const getSelf = agents.at("/self").read("getSelf", {
  summary: "Get the calling agent",
  access: "agent",
  permission: "checkin",
  handler: async ({ caller }) => caller.agent,
});

export const rotateKey = agents.issue("rotateKey", {
  summary: "Rotate an agent's key",
  description:
    "The old key and its tokens stop at once, and the answer shows the new `key` once. A revoked agent is active again.",
  handler: (ctx) =>
    agents.patch(ctx, ctx.row, { keyHash: ctx.secret.hash, keyRotatedAt: ctx.now, credentialStatus: "active" }),
});

export const revoke = agents.change("revoke", {
  summary: "Revoke an agent's key",
  description:
    "The next check-in is refused. Only rotating the key makes the agent usable again; enrolling it does not.",
  permission: "revoke",
  problems: [{ target: "agent_revoked" }],
  handler: async (ctx) => {
    if (ctx.row.credentialStatus === "revoked")
      throw new ProblemError({ target: "agent_revoked" }, "The agent's key is revoked already.");
    return agents.patch(ctx, ctx.row, { credentialStatus: "revoked" });
  },
});
