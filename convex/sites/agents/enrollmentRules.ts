import { dayMs } from "../../core/wire/durations";
import { invalidField, ProblemError } from "../../core/wire/errors";
import { isOverdue } from "./rules";
import type { Doc } from "../../_generated/dataModel";

const defaultLifetimeMs = 30 * dayMs;
const maximumLifetimeMs = 365 * dayMs;

/** When a new token ends: as asked, else in 30 days. Throws 400 for a time that is past or more than a year ahead. */
export function tokenExpiry(asked: number | undefined, now: number): number {
  if (asked === undefined) return now + defaultLifetimeMs;
  if (asked <= now) throw invalidField("/expiresAt", "too_small", "expiresAt must be in the future.");
  if (asked > now + maximumLifetimeMs)
    throw invalidField("/expiresAt", "too_big", "expiresAt may be one year ahead at most.");
  return asked;
}

/** Throws 409 when the token has enrolled as many devices as it may. */
export function assertUsesLeft({
  maxUses,
  useCount,
}: Pick<Doc<"agentEnrollmentTokens">, "maxUses" | "useCount">): void {
  if (maxUses !== undefined && useCount >= maxUses) {
    throw new ProblemError(
      "enrollment_exhausted",
      `The enrolment token was used ${maxUses} times, as often as it may.`,
    );
  }
}

/** Throws 409 unless devices may be enrolled at the site. */
export function assertEnrollable(site: Pick<Doc<"sites">, "status" | "deletedAt"> | null): void {
  if (!site || site.deletedAt !== undefined) throw new ProblemError("site_not_active", "The site is deleted.");
  if (site.status !== "active") throw new ProblemError("site_not_active", `The site is ${site.status}.`);
}

/**
 * Throws 409 unless the agent's key may be replaced by who holds a token of `siteId`: it is an agent of that site that has never
 * used its key, as after an enrolment whose answer was lost, or has been silent for as long as an offline one.
 */
export function assertReplaceable(
  agent: { readonly siteId: string } & Pick<
    Doc<"agents">,
    "lastCheckinAt" | "registeredAt" | "checkinIntervalSeconds" | "connectionStatus"
  >,
  siteId: string,
  checkinIntervalSeconds: number,
  now: number,
): void {
  if (agent.siteId !== siteId) {
    throw new ProblemError(
      "guid_in_use",
      "The agent that has this GUID is of another site; an administrator can move it.",
    );
  }
  const isSilent = agent.connectionStatus === "offline" || isOverdue(agent, checkinIntervalSeconds, now);
  if (agent.lastCheckinAt === undefined || isSilent) return;
  throw new ProblemError("guid_in_use", "The agent that has this GUID checks in with a key of its own.");
}
