import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `observability` refuse with, beyond what any operation may answer. */
export const problems = {
  health_check_taken: [409, "The resource has a health check", "Use the health check that it has."],
  resource_not_found: [
    422,
    "There is no such resource",
    "Name a resource of the organization that is not in the trash, or use `custom` for one of your own.",
  ],
} as const satisfies ProblemRows;
