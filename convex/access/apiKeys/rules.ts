import { invalidField, ProblemError } from "../../core/wire/errors";
import { dayMs } from "../../core/wire/durations";
import { coversRights, isGrantable, missingRight } from "../../core/access/rights";
import type { Rights } from "../../core/access/rights";
import type { Standing } from "../../core/access/standing";

const maximumLifetimeMs = 2 * 365 * dayMs;

/** Throws 422 for the first scope that is unknown, for people only, or further than `held` reaches. */
export function assertGrantable(held: Rights, scopes: readonly string[]): void {
  const at = scopes.findIndex((scope) => !isGrantable(scope) || !coversRights(held, [scope]));
  if (at >= 0) throw notAllowed(at, `${scopes[at]} is no scope that you can grant.`);
}

/** Throws 422 unless `next` only leaves scopes out. */
export function assertNarrowed(current: readonly string[], next: readonly string[]): void {
  const at = next.findIndex((scope) => !current.includes(scope));
  if (at >= 0) throw notAllowed(at, `Scopes can only be taken away; the key does not have ${next[at]}.`);
}

/** Throws 403 unless whoever takes a key over could do all that it can: every scope, and with its owner's rank. */
export function assertMayTakeOver(caller: Standing, scopes: readonly string[], ownerRank: number): void {
  const missing = missingRight(caller.rights, scopes);
  if (missing !== undefined)
    throw new ProblemError(
      "forbidden",
      `The key allows ${missing}; only keys within one's own rights can be taken over.`,
    );
  if (ownerRank > caller.rank)
    throw new ProblemError("rank_too_low", "The key acts with its owner's rank, which is above one's own.");
}

/** Throws 400 unless the key ends in the future and within two years. */
export function assertLifetime(expiresAt: number | undefined, now: number): void {
  if (expiresAt === undefined) return;
  if (expiresAt <= now) throw invalidField("/expiresAt", "too_small", "expiresAt must be in the future.");
  if (expiresAt > now + maximumLifetimeMs)
    throw invalidField("/expiresAt", "too_big", "A key lives two years at most.");
}

function notAllowed(at: number, message: string): ProblemError {
  return new ProblemError("scope_not_allowed", message, [
    { pointer: `/scopes/${at}`, code: "scope_not_allowed", message },
  ]);
}
