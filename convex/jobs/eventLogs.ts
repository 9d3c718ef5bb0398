import * as z from "zod";
import { crud } from "../core/resources/crud";
import { described, integer, jsonObject, text, timestampMs } from "../core/schema/fields";
import { documentWith, resource } from "../core/resources/resource";
import { ProblemError } from "../core/wire/errors";
import { recordEventLog } from "./eventLog";
import { leaseUntil } from "./holding";
import { assertProcessing, failEvent, mostFailures, unprocessed } from "./processing";
import { leaseSeconds, newLockToken } from "./rules";
import { eventLogFields } from "./tables";
import { oldestEvents } from "./turns";

const eventLogs = resource({
  name: "jobs/eventLogs",
  table: "eventLogs",
  path: "/event-logs",
  fields: eventLogFields,
  list: {
    filters: ["entityId", "status", "eventType"],
    ranges: { createdAt: ["from", "to"] },
    sorts: ["createdAt"],
    created: false,
    access: "permission",
  },
});

const { get } = crud(eventLogs);
export { get };

export const list = eventLogs.list("list", {
  summary: "List event logs",
  description: "Newest first unless sorted otherwise. An event is kept for 30 days.",
});

/** What the deployment itself tells of. */
const ownEvents = ["entity.", "operation."];

const createEvent = eventLogs.at("/").change("create", {
  summary: "Create an event log",
  description: "Notes something that happened, for the organization's own processors.",
  input: () => ({
    eventType: eventLogFields.eventType,
    entityId: eventLogFields.entityId,
    payload: described(jsonObject(32_768), "What is known of it; no secrets.", { ticket: "4711" }).default({}),
  }),
  problems: ["reserved_event_type"],
  departs: { readOnly: undefined },
  handler: async (ctx, { eventType, ...given }) => {
    if (ownEvents.some((head) => eventType.startsWith(head))) {
      const message = "Events that begin with `entity.` or `operation.` are the deployment's own.";
      const errors = [{ pointer: "/eventType", code: "reserved_event_type", message }];
      throw new ProblemError("reserved_event_type", message, errors);
    }
    return recordEventLog(ctx, { organizationId: ctx.db.organizationId, eventType, ...given });
  },
});
export { createEvent as create };

export const claim = eventLogs.at("/claim").change("claim", {
  summary: "Claim event logs",
  description:
    "Gives a processor the oldest pending events. Each is this processor's alone until its lease ends, which counts as a failure. Webhooks are told of changes by themselves, whatever processors do.",
  permission: "eventLog:process",
  input: () => ({
    eventTypes: described(z.array(text(1, 80)).min(1).max(10), "Only events of these types; of all unless given.", [
      "ticket.escalated",
    ]).optional(),
    limit: described(integer(1, 100), "How many events at most.", 20).default(20),
    leaseSeconds: described(
      integer(leaseSeconds.least, leaseSeconds.most),
      "Seconds until the events are taken away.",
      leaseSeconds.usual,
    ).default(leaseSeconds.usual),
  }),
  output: () =>
    z.object({
      serverTime: described(timestampMs(), "The time here when it was answered."),
      events: described(
        z.array(
          documentWith(eventLogs, {
            lockToken: described(z.string(), "What shows that the event is this processor's.", "lck_2f6ac1d8"),
            lockExpiresAt: eventLogFields.lockExpiresAt,
          }),
        ),
        "The events, the oldest first.",
      ),
    }),
  departs: { operationId: "claimEventLogs", keysOnly: true, readOnly: undefined },
  handler: async (ctx, { eventTypes, limit, leaseSeconds: seconds }) => {
    const { db, now } = ctx;
    const events: object[] = [];
    for (const event of await oldestEvents(db, eventTypes, limit)) {
      const lockToken = newLockToken();
      const lockExpiresAt = leaseUntil(now, seconds);
      const claimed = await db.patch("eventLogs", event, { status: "processing", lockToken, lockExpiresAt });
      events.push({ ...(await eventLogs.show(ctx, claimed)), lockToken, lockExpiresAt });
    }
    return { serverTime: now, events };
  },
});

const lockTokenField = () => described(text(1, 64), "What the claim answered.", "lck_2f6ac1d8");

export const complete = eventLogs.change("complete", {
  summary: "Complete an event log",
  description: "Sent by its processor once the event is processed.",
  permission: "eventLog:process",
  input: () => ({ lockToken: lockTokenField() }),
  problems: ["lock_lost", "invalid_state_transition"],
  departs: { keysOnly: true, readOnly: undefined },
  handler: async ({ row, db, now }, { lockToken }) => {
    assertProcessing(row, lockToken);
    return db.patch("eventLogs", row, { ...unprocessed, status: "completed", processedAt: now, error: undefined });
  },
});

export const fail = eventLogs.change("fail", {
  summary: "Say that the processing of an event log has failed",
  description: `It is pending again after a wait that is longer with each failure and partly random. After ${mostFailures} failures it stays failed, and administrators are told.`,
  permission: "eventLog:process",
  input: () => ({
    lockToken: lockTokenField(),
    error: described(text(1, 1000), "Why; no secrets.", "The receiver did not answer."),
  }),
  problems: ["lock_lost", "invalid_state_transition"],
  departs: { keysOnly: true, readOnly: undefined },
  handler: async (ctx, { lockToken, error }) => {
    assertProcessing(ctx.row, lockToken);
    return failEvent(ctx, ctx.row, error);
  },
});

export const retry = eventLogs.change("retry", {
  summary: "Have a failed event log processed again",
  description: "At once; its failures are counted from the beginning.",
  permission: "eventLog:process",
  problems: ["invalid_state_transition"],
  departs: { keysOnly: true },
  handler: async ({ row, db }) => {
    if (row.status !== "failed")
      throw new ProblemError(
        "invalid_state_transition",
        `Only a failed event is processed again; this one is ${row.status}.`,
      );
    return db.patch("eventLogs", row, {
      ...unprocessed,
      status: "pending",
      retryCount: 0,
      nextRetryAt: undefined,
      processedAt: undefined,
    });
  },
});
