import { limitsOf, rateLimitNames } from "../../convex/core/wire/rateLimits";

/** Operations with a limit of their own, which `RATE_LIMITS` names as well. */
export const limitedOperations = ["createInvitation", "createOrganization"] as const;

/**
 * Refuses a `RATE_LIMITS` that says less than it seems to: the functions read past what they do not know.
 * @throws {Error} with one line that names the entry
 */
export function assertRateLimits(text: string | undefined): void {
  if (text === undefined || text === "") return;
  const known: readonly string[] = [...rateLimitNames, ...limitedOperations];
  for (const entry of text.split(",")) {
    const [[name = ""] = []] = limitsOf(entry);
    if (known.includes(name)) continue;
    throw new Error(`RATE_LIMITS takes entries such as apiKey=1200 of ${known.join(", ")}; "${entry.trim()}" is none.`);
  }
}
