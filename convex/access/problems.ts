import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `access` refuse with, beyond what any operation may answer. */
export const problems = {
  key_taken: [409, "The key is taken", "Choose another key; a restore takes one too."],
  name_taken: [409, "The name is taken", "Choose another name; a restore takes one too."],
  role_in_use: [409, "The role is in use", "Give its members another role first."],
  system_role: [409, "Built-in roles cannot be changed", "Create a custom role instead."],
  team_in_use: [409, "The team is in use", "Give what refers to the team, which `detail` names, another team first."],
  scope_not_allowed: [
    422,
    "A scope cannot be granted",
    "Grant only scopes that you hold yourself and that are not for people only.",
  ],
} as const satisfies ProblemRows;
