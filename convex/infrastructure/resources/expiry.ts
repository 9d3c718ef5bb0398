import { dayMs } from "../../core/wire/durations";
import type { Doc } from "../../_generated/dataModel";

/** Days before the end of a registration on which administrators are told of it. */
export const noticeDays = [30, 7, 1] as const;

/**
 * What to note of a domain that has to be told of now: how many notices of this very end are due by now. Undefined where nothing is
 * due, or it was told; days that no cron ran are made up for by one notice.
 */
export function dueNotice(
  { expiresAt, expiryNotices }: Pick<Doc<"domains">, "expiresAt" | "expiryNotices">,
  now: number,
): NonNullable<Doc<"domains">["expiryNotices"]> | undefined {
  if (expiresAt === undefined || expiresAt <= now) return undefined;
  const count = noticeDays.filter((days) => expiresAt - now <= days * dayMs).length;
  const told = expiryNotices?.expiresAt === expiresAt ? expiryNotices.count : 0;
  return count > told ? { expiresAt, count } : undefined;
}
