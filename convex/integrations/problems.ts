import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `integrations` refuse with, beyond what any operation may answer. */
export const problems = {
  already_linked: [409, "The site is linked already", "Use the link that there is."],
} as const satisfies ProblemRows;
