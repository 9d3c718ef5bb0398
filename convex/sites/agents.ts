import * as z from "zod";
import { crud } from "../core/resources/crud";
import { withPublicId } from "../core/records/documents";
import { credentialKinds } from "../core/wire/credentialKinds";
import { ProblemError } from "../core/wire/errors";
import { ExistingRow } from "../core/operations/existingRow";
import { deviceFacts, integer, rowId, text, timestampMs } from "../core/schema/fields";
import { mutationOperation, queryOperation, secretOperation } from "../core/operations/define";
import { documentWith } from "../core/resources/resource";
import { logAgentCall } from "./agents/log";
import { agents } from "./agents/resource";
import { errorLine, externalAddress, factsOf, reportSummary } from "./agents/rules";
import { enrollDevice } from "./agents/enrollment";
import { agentFields, maximumFactBytes } from "./tables";

const { list, get, update, delete: remove, restore } = crud(agents);
export { list, get, update, remove as delete, restore };

const maximumListedDrops = 100;
const key = z.string().optional().meta({ description: "The agent's key itself, shown this once." });
const checkinInterval = integer(60, 86_400).meta({ description: "Seconds from one check-in to the next." });

export const enroll = secretOperation({
  name: "sites/agents:enroll",
  operationId: "enrollAgent",
  noun: "agent",
  method: "POST",
  path: "/agents/enroll",
  summary: "Enrol a device",
  description:
    "Called by the device with an enrolment token. A new GUID becomes an agent of the token's site (201); the agent of that site that has the GUID gets the facts and a new key (200), if it has never checked in or is offline; one in use is 409 `guid_in_use`. The answer shows `key` once.",
  access: "enrollment",
  restOnly: true,
  status: 201,
  answersExisting: true,
  body: {
    guid: agentFields.guid,
    hostname: agentFields.hostname,
    platform: agentFields.platform,
    version: agentFields.version,
    ipAddress: agentFields.ipAddress,
    macAddress: agentFields.macAddress,
  },
  readOnly: agents.readOnly,
  secret: { prefix: credentialKinds.agent.issued, field: "key" },
  output: documentWith(agents, { key, checkinIntervalSeconds: checkinInterval }),
  problems: [
    "enrollment_expired",
    "enrollment_exhausted",
    "site_not_active",
    { target: "agent_revoked" },
    "guid_in_use",
  ],
  handler: async (ctx, device) => {
    const { agent, isExisting } = await enrollDevice(ctx, device);
    const { agentCheckinIntervalSeconds } = ctx.tenant.organization.settings;
    const document = { ...withPublicId(agent), checkinIntervalSeconds: agentCheckinIntervalSeconds };
    return isExisting ? new ExistingRow(document) : document;
  },
});

export const checkIn = mutationOperation({
  name: "sites/agents:checkIn",
  operationId: "checkInAgent",
  noun: "agent",
  // A row of agentApiLogs tells of every check-in; an audit row each minute and device would bury what people did.
  audit: false,
  method: "POST",
  path: "/agents/check-in",
  summary: "Check in as an agent",
  description:
    "Called by the device with its agent key. `facts` replace the agent's `metadata`; left out, it stays. No fact costs a device its check-in.",
  access: "agent",
  permission: "agent:checkin",
  body: {
    version: agentFields.version,
    hostname: agentFields.hostname.optional(),
    ipAddress: agentFields.ipAddress,
    facts: deviceFacts(maximumFactBytes).optional(),
    errors: z
      .array(text(1, 1000))
      .max(50)
      .optional()
      .meta({ description: "What went wrong on the device since the last check-in." }),
  },
  output: z.object({
    serverTime: timestampMs(),
    nextCheckinInSeconds: checkinInterval,
    settings: z.object({ agentCheckinIntervalSeconds: checkinInterval, timezone: z.string().max(64) }),
    droppedFacts: z
      .array(z.object({ pointer: z.string(), code: z.string(), message: z.string() }))
      .max(maximumListedDrops)
      .optional()
      .meta({ description: "What of the facts was left out and why, as in a problem's `errors`." }),
  }),
  handler: async (ctx, { version, hostname, ipAddress, facts, errors }) => {
    const { caller, now, origin, tenant } = ctx;
    const { agentCheckinIntervalSeconds, timezone } = tenant.organization.settings;
    const { metadata, droppedFacts } = factsOf(facts, maximumFactBytes);
    await agents.patch(ctx, caller.agent, {
      lastCheckinAt: now,
      checkinIntervalSeconds: agentCheckinIntervalSeconds,
      connectionStatus: "online",
      version,
      ...(hostname === undefined ? {} : { hostname }),
      ...(ipAddress === undefined ? {} : { ipAddress }),
      ...(metadata ? { metadata } : {}),
      ...externalAddress(origin.ip),
    });
    // `psaSiteId` stays unset: the site would have to be read for it, and this is the most frequent call there is.
    await logAgentCall(ctx, caller.agent, {
      endpoint: "/v1/agents/check-in",
      statusCode: 200,
      reqMetadata: reportSummary({ facts: metadata, errors }),
      ...errorLine({ errors }),
    });
    return {
      serverTime: now,
      nextCheckinInSeconds: agentCheckinIntervalSeconds,
      settings: { agentCheckinIntervalSeconds, timezone },
      ...(droppedFacts.length > 0 ? { droppedFacts: droppedFacts.slice(0, maximumListedDrops) } : {}),
    };
  },
});

export const getSelf = queryOperation({
  name: "sites/agents:getSelf",
  operationId: "getAgentSelf",
  noun: "agent",
  method: "GET",
  path: "/agents/self",
  summary: "Get the calling agent",
  access: "agent",
  permission: "agent:checkin",
  output: agents.document,
  handler: async ({ caller }) => withPublicId(caller.agent),
});

export const rotateKey = secretOperation({
  name: "sites/agents:rotateKey",
  operationId: "rotateAgentKey",
  noun: "agent",
  audit: "credential.rotate",
  method: "POST",
  path: "/agents/{agentId}/rotate-key",
  summary: "Rotate an agent's key",
  description:
    "The old key and its tokens stop at once, and the answer shows the new `key` once. A revoked agent is active again.",
  access: "permission",
  permission: "agent:update",
  on: agents,
  params: { agentId: rowId("agents") },
  secret: { prefix: credentialKinds.agent.issued, field: "key" },
  output: documentWith(agents, { key }),
  handler: async (ctx) => {
    const changes = { keyHash: ctx.secret.hash, keyRotatedAt: ctx.now, credentialStatus: "active" } as const;
    return withPublicId(await agents.patch(ctx, ctx.row, changes));
  },
});

export const revoke = mutationOperation({
  name: "sites/agents:revoke",
  operationId: "revokeAgent",
  noun: "agent",
  method: "POST",
  path: "/agents/{agentId}/revoke",
  summary: "Revoke an agent's key",
  description:
    "The next check-in is refused. Only rotating the key makes the agent usable again; enrolling it does not.",
  access: "permission",
  permission: "agent:revoke",
  on: agents,
  params: { agentId: rowId("agents") },
  output: agents.document,
  problems: [{ target: "agent_revoked" }],
  handler: async (ctx) => {
    if (ctx.row.credentialStatus === "revoked")
      throw new ProblemError({ target: "agent_revoked" }, "The agent's key is revoked already.");
    return withPublicId(await agents.patch(ctx, ctx.row, { credentialStatus: "revoked" }));
  },
});
