import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation } from "../../_generated/server";
import { decryptSecret } from "../wire/encryption";
import { hourMs, minuteMs } from "../wire/durations";
import { engineTables } from "../wire/engineTables";
import { failureOf } from "../wire/errors";
import { appendAudit } from "./audit";
import type { SecretPlace } from "../wire/encryption";
import type { Sealed } from "../wire/sealed";
import type { ActionCtx, MutationCtx } from "../../_generated/server";
import type { Doc, Id, TableNames } from "../../_generated/dataModel";
import type { ObjectType } from "convex/values";

const readAction = "credential.decrypt";
/** A webhook's secret may be read a thousand times a minute; the trail says that it is in use, and tells every kind of failure. */
const readIntervalMs = hourMs;
const failureIntervalMs = minuteMs;
/** How many of a row's latest audit rows are looked at for one like it. */
const lookBack = 50;

const readingArguments = {
  organizationId: v.id(engineTables.tenants),
  table: v.string(),
  recordId: v.string(),
  errorMessage: v.optional(v.string()),
};
type Reading = ObjectType<typeof readingArguments>;

const noteReference = makeFunctionReference<"mutation", Reading, null>("core/records/sealedSecrets:noteReading");

/** A secret of a row, as an action opens it. */
export interface RowSecret extends SecretPlace {
  readonly organizationId: Id<"organizations">;
  readonly recordId: string;
  readonly sealed: Sealed;
}

/**
 * Reads a secret of a row and leaves that in the audit trail, as an error where it cannot be read: at most once an hour for each row,
 * and failures once a minute. Nothing is read that could not be noted.
 * @throws {ProblemError} 503 `encryption_not_configured`, as `decryptSecret` does
 */
export async function openSecret(
  ctx: Pick<ActionCtx, "runMutation">,
  { recordId, sealed, ...place }: RowSecret,
): Promise<string> {
  const { table, organizationId } = place;
  try {
    const plaintext = await decryptSecret({ ...place, sealed });
    await ctx.runMutation(noteReference, { table, organizationId, recordId });
    return plaintext;
  } catch (error) {
    const errorMessage = failureOf(error).problem?.detail;
    if (errorMessage !== undefined)
      await ctx.runMutation(noteReference, { table, organizationId, recordId, errorMessage });
    throw error;
  }
}

/** Writes what `openSecret` did, unless the trail tells it already. */
export const noteReading = internalMutation({
  args: readingArguments,
  returns: v.null(),
  handler: async (ctx, { organizationId, table, recordId, errorMessage }) => {
    const now = Date.now();
    const organization = await ctx.db.get(engineTables.tenants, organizationId);
    const result = errorMessage === undefined ? "success" : "error";
    if (!organization || (await wasNoted(ctx, { organizationId, table, recordId }, result, now))) return null;
    const entry = { action: readAction, operation: "access", tableName: asTable(table), recordId, result } as const;
    const told = errorMessage === undefined ? entry : { ...entry, errorMessage };
    await appendAudit(ctx, { actorType: "system" }, organization, {}, told, now);
    return null;
  },
});

async function wasNoted(
  ctx: MutationCtx,
  { organizationId, table, recordId }: Omit<Reading, "errorMessage">,
  result: Doc<"auditLogs">["result"],
  now: number,
): Promise<boolean> {
  const since = now - (result === "success" ? readIntervalMs : failureIntervalMs);
  const recent = await ctx.db
    .query(engineTables.audit)
    .withIndex("by_organizationId_and_tableName_and_recordId_and_createdAt", (q) =>
      q.eq("organizationId", organizationId).eq("tableName", table).eq("recordId", recordId).gt("createdAt", since),
    )
    .order("desc")
    .take(lookBack);
  return recent.some((row) => row.action === readAction && row.result === result);
}

/** `openSecret` alone calls this, with a table by its type. */
function asTable(table: string): TableNames {
  return table as TableNames;
}
