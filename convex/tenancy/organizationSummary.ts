import * as z from "zod";
import { described, integer, rowId } from "../core/schema/fields";
import { reachOf } from "../core/access/rights";
import { organizationCounts } from "./organizationCounts";
import { organizationQuotaFields } from "./tables";
import type { Count, CountLimits } from "../core/records/counting";
import type { TenantQueryContext } from "../core/operations/declaration";

const maximumCounted = 1000;
const maximumRowsRead = 30_000;
/** Half of what a query may read: the rows that reach the limit are read before it is known. */
const maximumBytesRead = 8 * 1024 * 1024;

/** How much each of so many counts may read, so that all of them stay within one query. */
export function readLimits(kinds: number): CountLimits {
  return {
    rows: Math.min(maximumCounted, Math.floor(maximumRowsRead / kinds)),
    bytes: Math.floor(maximumBytesRead / kinds),
  };
}

function countSchema(says: string) {
  return described(
    z.object({
      count: described(integer(0, maximumCounted), "How many there are, or were counted."),
      isCapped: described(
        z.boolean(),
        `There are more than were counted: ${maximumCounted} rows are, or fewer where rows are large.`,
      ),
    }),
    `${says} Absent where the caller may not read all of them.`,
  ).optional();
}

function quotaSchema(says: string) {
  return described(
    z.object({
      used: described(integer(0, Number.MAX_SAFE_INTEGER), "How much of it is in use.", 12),
      limit: described(integer(0, Number.MAX_SAFE_INTEGER), "How much of it the organization has.", 1000),
    }),
    says,
  );
}

/** An organization in numbers, as far as the caller may read what is counted. */
export function summaryDocument() {
  return z.object({
    organizationId: rowId("organizations"),
    counts: described(
      z.object(
        Object.fromEntries(Object.entries(organizationCounts).map(([name, { says }]) => [name, countSchema(says)])),
      ),
      "How many rows of a kind the organization has; those in the trash do not count.",
    ),
    quotas: described(
      z.object(
        Object.fromEntries(
          Object.entries(organizationQuotaFields).map(([name, field]) => [
            name,
            quotaSchema(field.unwrap().description ?? ""),
          ]),
        ),
      ),
      "What the organization has only so much of. Absent where the caller may not change the organization.",
    ).optional(),
  });
}

/** Counts what the caller may read all of. */
export async function summaryOf({ db, tenant }: TenantQueryContext): Promise<object> {
  const limits = readLimits(Object.keys(organizationCounts).length);
  const counts: Record<string, Count> = {};
  for (const [name, countable] of Object.entries(organizationCounts)) {
    if (reachOf(tenant.rights, countable.permission) === "all") counts[name] = await db.count(countable, limits);
  }
  const seesQuotas = reachOf(tenant.rights, "organization:update") === "all";
  return {
    organizationId: tenant.organization._id,
    counts,
    ...(seesQuotas ? { quotas: await db.quotaUses() } : {}),
  };
}
