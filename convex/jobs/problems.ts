import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `jobs` refuse with, beyond what any operation may answer. */
export const problems = {
  lock_lost: [
    409,
    "Somebody else has it, or nobody",
    "Stop working on it: its lease ended, or it was never yours. Nothing of the request was stored; claim again.",
  ],
  job_queued: [409, "Another job of its key waits or runs", "Use that one, or try again once it has ended."],
  sync_in_progress: [409, "A synchronization of it runs", "Wait until the run has ended; the sync history has it."],
  reserved_action: [422, "The action is the deployment's own", "Name an action that begins with `x.`."],
  reserved_event_type: [
    422,
    "The event is the deployment's own",
    "Name an event that does not begin with `entity.` or `operation.`.",
  ],
} as const satisfies ProblemRows;
