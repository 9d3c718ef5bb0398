import { makeFunctionReference } from "convex/server";
import type { JobStep, JobStepResult } from "../core/operations/scheduledWork";

const stepOf = (name: string) => makeFunctionReference<"mutation", JobStep, JobStepResult>(name);

/** What this deployment runs itself, each by the function that does a step of it, declared with `jobStep`. */
export const builtInActions = {
  "organization.purge": stepOf("tenancy/purging:step"),
} as const;
export type BuiltInAction = keyof typeof builtInActions;

/** Whether this deployment runs jobs of this action itself. */
export function isBuiltInAction(action: string): action is BuiltInAction {
  return Object.hasOwn(builtInActions, action);
}
