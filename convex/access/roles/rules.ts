import { invalidField, ProblemError } from "../../core/wire/errors";
import { assertMayEntrust } from "../../core/access/assigning";
import { everyRow } from "../../core/access/reach";
import { givenRights, isKnownRight, missingRight } from "../../core/access/rights";
import type { Standing } from "../../core/access/standing";
import type { Doc } from "../../_generated/dataModel";

type GivenRole = Parameters<typeof givenRights>[0];
type RoleValues = Pick<Doc<"roles">, "rank" | "rights" | "areaPermissions">;

/** The highest rank of a custom role; above it is the owner alone. */
const maximumCustomRank = 99;

/** Throws 400 for a right that does not exist or is the owner's alone, or for a rank out of bounds. */
export function assertValidRole({ rank, rights }: RoleValues): void {
  if (rank > maximumCustomRank)
    throw invalidField("/rank", "too_big", `The rank of a custom role is 1 to ${maximumCustomRank}.`);
  const at = rights.findIndex((right) => !isKnownRight(right));
  if (at >= 0)
    throw invalidField(`/rights/${at}`, "unknown_right", `${rights[at]} is no right that a custom role can have.`);
}

/** Throws 403 unless the role stays below its author: lower rank, and no right that the author has not. */
export function assertWithinAuthor(author: Standing, role: GivenRole & RoleValues): void {
  if (role.rank >= author.rank) throw new ProblemError("rank_too_low", "The role's rank must be below one's own.");
  const missing = missingRight(author.rights, givenRights(role));
  if (missing !== undefined)
    throw new ProblemError("rank_too_low", `The role allows ${missing}; its rights must be among one's own.`);
}

/**
 * Throws 403 if a role that people hold would gain a right which its author has on assigned rows only: what is assigned to its holders
 * is not what is assigned to the author.
 */
export function assertGainsWithinReach(author: Standing, before: GivenRole, after: GivenRole): void {
  const had = givenRights(before);
  assertMayEntrust(author, everyRow, { rights: new Set([...givenRights(after)].filter((right) => !had.has(right))) });
}

/** A key for a role that was given none: its name in camel case, letters and digits only. */
export function roleKeyOf(name: string): string {
  const words = name
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9\s_-]/g, "")
    .split(/[\s_-]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
  const key = words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
  return /^[a-z][a-zA-Z0-9]/.test(key)
    ? key.slice(0, 40)
    : `role${key.charAt(0).toUpperCase()}${key.slice(1)}`.slice(0, 40);
}
