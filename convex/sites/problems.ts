import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `sites` refuse with, beyond what any operation may answer. */
export const problems = {
  enrollment_exhausted: [409, "The enrolment token is used up", "Create a new enrolment token for the site."],
  guid_in_use: [
    409,
    "The device GUID is in use",
    "Rotate the agent's key or move it, as an administrator; or enrol again once the agent is shown offline.",
  ],
  guid_taken: [409, "The device GUID is taken", "Use the agent that has this GUID, or delete it to restore this one."],
  site_has_agents: [409, "The site has agents", "Move or delete its agents, or send `cascade=true`."],
  site_not_active: [409, "The site is not active", "Activate the site first."],
} as const satisfies ProblemRows;
