import { calendarOf } from "../calendar";
import type { TenantMutationContext } from "../../core/operations/declaration";

/** The next number of the organization: one more than the last, which no bill loses, so that none is given twice or left out. */
export async function numberOf({
  db,
  tenant,
  now,
}: TenantMutationContext): Promise<{ readonly sequence: number; readonly number: string }> {
  const last = await db
    .index("bills", "by_organizationId_and_sequence", (q) => q.gt("sequence", 0))
    .order("desc")
    .first();
  const sequence = (last?.sequence ?? 0) + 1;
  const { date } = calendarOf(tenant.organization.settings.timezone).dayAt(now);
  return { sequence, number: `B-${date.slice(0, 4)}-${String(sequence).padStart(5, "0")}` };
}
