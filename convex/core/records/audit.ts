import { tableMetadata } from "../schema/tableMetadata";
import { engineTables } from "../wire/engineTables";
import { dayMs } from "../wire/durations";
import { redactedText, shownUrl } from "../wire/redaction";
import type { TableMetadata } from "../schema/table";
import type { Caller } from "../access/caller";
import type { Actor } from "../wire/restProtocol";
import type { Doc, Id, TableNames } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";

const maximumChangesCharacters = 16_384;
const maximumMessageCharacters = 1000;
const maximumUserAgentCharacters = 300;
/** How long rows that belong to no organization are kept; every other row is kept as its organization says. */
const retentionDays = 365;

/** What the request was, for the audit row; the gateway alone can know it over REST. */
export interface RequestOrigin {
  readonly requestId?: string | undefined;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/**
 * What the caller of {@link appendAudit} knows of an audit row; actor, organization, origin and time come from the
 * scope.
 */
export interface AuditEntry {
  readonly action: string;
  readonly operation: Doc<"auditLogs">["operation"];
  readonly tableName?: TableNames;
  readonly recordId?: string;
  readonly changes?: unknown;
  readonly metadata?: unknown;
  readonly result?: Doc<"auditLogs">["result"];
  readonly errorMessage?: string;
}

/** The actor's fields of an audit row. */
export function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case "user":
      return {
        actorType: "user",
        userId: caller.user._id,
        ...(caller.impersonator === undefined ? {} : { impersonatedBy: caller.impersonator }),
      };
    case "apiKey":
      return { actorType: "apiKey", apiKeyId: caller.apiKey._id };
    case "agent":
      return { actorType: "agent", agentId: caller.agent._id };
    default:
      return { actorType: "system" };
  }
}

/** Appends one audit row, in the transaction of what it tells about. Nothing else writes the table. */
export async function appendAudit(
  ctx: MutationCtx,
  actor: Actor,
  organization: Pick<Doc<"organizations">, "_id" | "settings"> | undefined,
  origin: RequestOrigin,
  entry: AuditEntry,
  now: number,
): Promise<Id<"auditLogs">> {
  const { requestId, ip, userAgent } = origin;
  return ctx.db.insert(engineTables.audit, {
    ...actor,
    ...(organization ? { organizationId: organization._id } : {}),
    action: entry.action,
    operation: entry.operation,
    ...(entry.tableName === undefined ? {} : { tableName: entry.tableName }),
    ...(entry.recordId === undefined ? {} : { recordId: entry.recordId }),
    ...(entry.changes === undefined ? {} : { changes: bounded(entry.changes) }),
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
    result: entry.result ?? "success",
    ...(entry.errorMessage === undefined
      ? {}
      : { errorMessage: entry.errorMessage.slice(0, maximumMessageCharacters) }),
    ...(ip === undefined ? {} : { ipAddress: ip }),
    ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, maximumUserAgentCharacters) }),
    ...(requestId === undefined ? {} : { requestId }),
    createdAt: now,
    expiresAt: now + (organization?.settings.auditRetentionDays ?? retentionDays) * dayMs,
  });
}

/** Too large a diff is replaced by the names of its fields, so that the audit row itself can always be written. */
function bounded(changes: unknown): unknown {
  if (JSON.stringify(changes).length <= maximumChangesCharacters) return changes;
  return { truncated: true, fields: Object.keys(Object(changes)) };
}

/** The fields of `changes` whose values differ from the row's; `updatedAt` is no change. */
export function changedFields(row: Record<string, unknown>, changes: Record<string, unknown>): readonly string[] {
  return Object.keys(changes).filter((field) => field !== "updatedAt" && !isSame(row[field], changes[field]));
}

/** `{field: {from, to}}` of the named fields in two versions of a row; secrets are redacted. */
export function changesBetween(
  table: TableNames,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  fields: readonly string[],
) {
  const changes: Record<string, { from?: unknown; to?: unknown }> = {};
  for (const field of fields) {
    changes[field] = {
      ...(before[field] === undefined ? {} : { from: redacted(table, field, before[field]) }),
      ...(after[field] === undefined ? {} : { to: redacted(table, field, after[field]) }),
    };
  }
  return changes;
}

/** The values of a row for the audit trail: system fields left out, secrets redacted. */
export function auditedValues(table: TableNames, row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([field, value]) => !field.startsWith("_") && value !== undefined)
      .map(([field, value]) => [field, redacted(table, field, value)]),
  );
}

function redacted(table: TableNames, field: string, value: unknown): unknown {
  const { secret, urls = [] }: TableMetadata = tableMetadata[table];
  if (secret.includes(field)) return redactedText;
  return urls.filter(([first]) => first === field).reduce((shown, [, ...path]) => withShownUrls(shown, path), value);
}

/** A copy of a value whose URLs at `path` are as the trail may show them. */
function withShownUrls(value: unknown, path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return typeof value === "string" ? shownUrl(value) : value;
  if (head === "[]") return Array.isArray(value) ? value.map((element) => withShownUrls(element, rest)) : value;
  if (!isPlainObject(value) || value[head] === undefined) return value;
  return { ...value, [head]: withShownUrls(value[head], rest) };
}

/** Equality of stored values, whatever the order of their fields; a field that is undefined is one that is not there. */
export function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((value, at) => isSame(value, right[at]));
  }
  if (left instanceof ArrayBuffer && right instanceof ArrayBuffer) {
    return isSame(Array.from(new Uint8Array(left)), Array.from(new Uint8Array(right)));
  }
  if (!isPlainObject(left) || !isPlainObject(right)) return false;
  for (const field in left) if (!isSame(left[field], right[field])) return false;
  for (const field in right) if (left[field] === undefined && right[field] !== undefined) return false;
  return true;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer);
}
