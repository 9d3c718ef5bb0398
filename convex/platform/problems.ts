import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `platform` refuse with, beyond what any operation may answer. */
export const problems = {
  url_taken: [409, "The URL is taken", "Change the endpoint that has this URL, or choose another URL."],
  rotation_pending: [
    409,
    "The secret was rotated a short while ago",
    "Wait until `previousSecretExpiresAt`, or send `force: true`: then the secret before the last stops at once.",
  ],
} as const satisfies ProblemRows;
