import type { Doc } from "../../_generated/dataModel";

/** How a check ended. */
export type HealthOutcome = "success" | "failure";

/** What is known of a resource between two checks. */
interface Health extends Pick<Doc<"healthChecks">, "status" | "failureCount"> {
  readonly successCount?: number | undefined;
}

/** What an organization calls down, and what recovered: failures and successes in a row. */
export interface HealthThresholds {
  readonly down: number;
  readonly recovery: number;
}

/** The organization's thresholds; one success is a recovery unless it says otherwise. */
export function thresholdsOf({
  healthDownThreshold,
  healthRecoveryThreshold,
}: Pick<Doc<"organizations">["settings"], "healthDownThreshold" | "healthRecoveryThreshold">): HealthThresholds {
  return { down: healthDownThreshold, recovery: healthRecoveryThreshold ?? 1 };
}

/**
 * The health after one more check (SM-health). A failure is `degraded` below the threshold and `down` from it on; a success is
 * `healthy`, but what is down stays so until enough successes have come in a row, so that it cannot flap at every check.
 */
export function healthAfter(
  previous: Health | undefined,
  outcome: HealthOutcome,
  { down, recovery }: HealthThresholds,
): Health {
  const { status = "healthy", failureCount = 0, successCount = 0 } = previous ?? {};
  if (outcome === "failure") {
    const failures = failureCount + 1;
    // A threshold that was raised since makes nothing better.
    const isDown = status === "down" || failures >= down;
    return { status: isDown ? "down" : "degraded", failureCount: failures, successCount: undefined };
  }
  const successes = successCount + 1;
  if (status === "down" && successes < recovery) return { status, failureCount, successCount: successes };
  return { status: "healthy", failureCount: 0, successCount: undefined };
}

/** What a change of status is called to those who are told of it; undefined where it is nobody's news. */
export function healthEvent(
  before: Health["status"] | undefined,
  after: Health["status"],
): "health.down" | "health.recovered" | undefined {
  if (after === "down") return before === "down" ? undefined : "health.down";
  return before === "down" && after === "healthy" ? "health.recovered" : undefined;
}
