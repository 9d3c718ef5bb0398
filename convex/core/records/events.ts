import { makeFunctionReference } from "convex/server";
import { jsonTextOf } from "../wire/jsonText";
import { dayMs } from "../wire/durations";
import { engineTables, fanOutEvents } from "../wire/engineTables";
import { tableMetadata } from "../schema/tableMetadata";
import { withPublicId } from "./documents";
import { tenantOf } from "./reader";
import type { EventRule, PlainEvent, TableMetadata } from "../schema/table";
import type { Doc, Id, TableNames } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

/** Bytes that a receiver has to take at most. */
export const maximumPayloadBytes = 64 * 1024;
/** Bytes of events that one transaction may write before each is cut to {@link leastPayloadBytes}: a change of many rows tells of each. */
const fullPayloadsBytes = 4 * 1024 * 1024;
/** Room for the head of an event and the names of all its fields. */
const leastPayloadBytes = 2048;
const retentionMs = 30 * dayMs;
/** More endpoints than an organization may have. */
const endpointsRead = 50;

const fanOut = makeFunctionReference<"mutation", { organizationId: Id<"organizations"> }, null>(fanOutEvents);

/** The events that tables declare. */
export type EventType = (typeof tableMetadata)[TableNames]["events"][number]["type"];

/** The events of one table. */
export type EventOf<Table extends TableNames> = (typeof tableMetadata)[Table]["events"][number]["type"];

/** Every event that this deployment tells, in the order of the tables. */
export function eventTypes(): readonly EventType[] {
  return [...new Set(Object.values(tableMetadata).flatMap(({ events }) => events.map(({ type }) => type)))];
}

/** A write as the events of its table see it. */
interface Write {
  readonly kind: PlainEvent;
  readonly before: object | undefined;
  readonly after: object;
}

/** The organization that a row belongs to, where the transaction has read it before. */
type Known = Pick<Doc<"organizations">, "_id" | "hasWebhooks"> | undefined;

/** Publishes what the table of a written row declares of such a write: the first event that it is, or none. */
export async function publishWrite(
  ctx: MutationCtx,
  table: TableNames,
  write: Write,
  organization: Known,
  now: number,
): Promise<void> {
  if (organization && !organization.hasWebhooks && table !== engineTables.tenants) return;
  const { events }: TableMetadata = tableMetadata[table];
  const event = events.find((rule) => isEvent(rule, write));
  if (event) await publish(ctx, table, event.type, write.after, now);
}

/** Notes that an organization has webhooks, so that its writes look for them from now on. A mark of the engine's, which is no change. */
export async function noteWebhooks(ctx: MutationCtx, organization: Known): Promise<void> {
  if (organization && !organization.hasWebhooks)
    await ctx.db.patch(engineTables.tenants, organization._id, { hasWebhooks: true });
}

/** Whether a write is what a rule says: of one of its kinds, from one of its states, into its state. */
function isEvent({ on = [], was = {}, becomes = {} }: EventRule, { kind, before, after }: Write): boolean {
  return (
    on.includes(kind) &&
    Object.entries(was).every(
      ([field, values]) => !before || values.some((value) => value === fieldOf(before, field)),
    ) &&
    Object.entries(becomes).every(
      ([field, value]) => fieldOf(after, field) === value && (!before || fieldOf(before, field) !== value),
    )
  );
}

function fieldOf(row: object, field: string): unknown {
  return Object.getOwnPropertyDescriptor(row, field)?.value;
}

/**
 * Writes down an event of a row and which endpoints want it, in the transaction of what it tells. One row, however many those are: the
 * deliveries are made of it afterwards, so that neither the change nor its transaction grows with them. `added` is told with the row, where the
 * rule of the event names it.
 */
export async function publish(
  ctx: MutationCtx,
  table: TableNames,
  type: string,
  row: object,
  now: number,
  added: object = {},
): Promise<void> {
  const organizationId = organizationOf(ctx, table, row);
  if (organizationId === null) return;
  const endpoints = await endpointsOf(ctx, organizationId);
  const wanting = endpoints.filter(({ eventTypes: wanted }) => wanted.includes("*") || wanted.includes(type));
  if (wanting.length === 0) return;
  const memory = memoryOf(ctx);
  const roomBytes = fullPayloadsBytes - memory.payloadsBytes;
  const mostBytes = Math.min(maximumPayloadBytes, Math.max(leastPayloadBytes, roomBytes));
  const event = eventOf(table, type, { ...row, ...added }, organizationId, now, mostBytes);
  memory.payloadsBytes += sizeOf(event.payload);
  await ctx.db.insert(engineTables.outbox, {
    ...event,
    endpointIds: wanting.map(({ _id }) => _id),
    status: "pending",
    createdAt: now,
    expiresAt: now + retentionMs,
  });
  if (memory.fannedOut.has(organizationId)) return;
  memory.fannedOut.add(organizationId);
  await ctx.scheduler.runAfter(0, fanOut, { organizationId });
}

/** An event, made once for all that are told of it. */
interface NewEvent {
  readonly organizationId: Id<"organizations">;
  readonly eventId: string;
  readonly eventType: string;
  readonly payload: string;
}

/** What receivers get: the row as answers show it, less what they show to some callers only. */
export function eventOf(
  table: TableNames,
  type: string,
  row: object,
  organizationId: Id<"organizations">,
  now: number,
  mostBytes = maximumPayloadBytes,
): NewEvent {
  const { secret, untold }: TableMetadata = tableMetadata[table];
  const hidden = new Set([...secret, ...untold, "_creationTime"]);
  const data = Object.fromEntries(
    Object.entries(withPublicId(asStored(row))).filter(([field, value]) => !hidden.has(field) && value !== undefined),
  );
  const eventId = `evt_${crypto.randomUUID().replaceAll("-", "")}`;
  const payload = boundedPayload({ id: eventId, type, createdAt: now, organizationId }, data, mostBytes);
  return { organizationId, eventId, eventType: type, payload };
}

/** Leaves out the largest fields where the whole would be too long, and says which. */
function boundedPayload(head: object, data: Record<string, unknown>, mostBytes: number): string {
  const kept = { ...data };
  const omitted: string[] = [];
  for (;;) {
    const text = jsonTextOf({ ...head, data: kept, ...(omitted.length > 0 ? { omitted } : {}) });
    if (sizeOf(text) <= mostBytes) return text;
    const [largest] = Object.keys(kept).toSorted((left, right) => sizeOf(kept[right]) - sizeOf(kept[left]));
    if (largest === undefined) return text;
    omitted.push(largest);
    delete kept[largest];
  }
}

function sizeOf(value: unknown): number {
  return new TextEncoder().encode(typeof value === "string" ? value : jsonTextOf(value)).length;
}

/** Writes a delivery to one endpoint, of an event that it alone is told of. Whoever asked for it has it sent. */
export async function deliver(
  ctx: Pick<MutationCtx, "db">,
  endpointId: Id<"webhookEndpoints">,
  event: NewEvent,
  now: number,
): Promise<Doc<"webhookDeliveries">> {
  const values = newDelivery(endpointId, event, now);
  const _id = await ctx.db.insert(engineTables.deliveries, { ...values, payload: event.payload });
  return { ...values, payload: event.payload, _id, _creationTime: now };
}

/** A delivery of an event as it begins, due at once. */
export function newDelivery(
  endpointId: Id<"webhookEndpoints">,
  { organizationId, eventId, eventType }: Pick<NewEvent, "organizationId" | "eventId" | "eventType">,
  createdAt: number,
) {
  return {
    organizationId,
    eventId,
    eventType,
    endpointId,
    status: "pending",
    attempts: 0,
    nextRetryAt: createdAt,
    createdAt,
    expiresAt: createdAt + retentionMs,
  } as const;
}

/** What one transaction knows by now. Its context is its own, and goes with it. */
interface Memory {
  readonly endpoints: Map<string, Promise<Doc<"webhookEndpoints">[]>>;
  /** Organizations whose events will be fanned out once this is committed. */
  readonly fannedOut: Set<string>;
  payloadsBytes: number;
}
const memories = new WeakMap<object, Memory>();

function memoryOf(ctx: object): Memory {
  const known = memories.get(ctx) ?? { endpoints: new Map(), fannedOut: new Set(), payloadsBytes: 0 };
  memories.set(ctx, known);
  return known;
}

/** Read once in a transaction, whatever many rows it writes. */
function endpointsOf(ctx: MutationCtx, organizationId: Id<"organizations">): Promise<Doc<"webhookEndpoints">[]> {
  const { endpoints } = memoryOf(ctx);
  const known = endpoints.get(organizationId);
  if (known) return known;
  const read = ctx.db
    .query(engineTables.endpoints)
    .withIndex("by_organizationId_and_status", (q) => q.eq("organizationId", organizationId).eq("status", "active"))
    .take(endpointsRead);
  endpoints.set(organizationId, read);
  return read;
}

/** Whose row it is; an organization is its own, and what belongs to none tells nobody. */
function organizationOf(ctx: MutationCtx, table: TableNames, row: object): Id<"organizations"> | null {
  const named = table === engineTables.tenants ? fieldOf(row, "_id") : tenantOf(row);
  return typeof named === "string" ? ctx.db.normalizeId(engineTables.tenants, named) : null;
}

/** Every row has its id. */
function asStored(row: object): { _id: string } {
  return row as { _id: string };
}
