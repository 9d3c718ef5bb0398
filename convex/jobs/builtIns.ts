import { makeFunctionReference } from "convex/server";
import type { JobAction, JobStep, JobStepResult } from "../core/operations/scheduledWork";
import type { FunctionReference } from "convex/server";

interface Named {
  /** What jobs call it; a name that ends in `.*` stands for all that begin so. */
  readonly action: string;
  /** It also runs in organizations that are in the trash; all others wait until those are restored. */
  readonly runsInTrash?: true;
}
/** A built-in action that is done step by step, each a transaction, declared with `jobStep`. */
interface Stepwise extends Named {
  readonly kind: "steps";
  readonly run: FunctionReference<"mutation", "public" | "internal", JobStep, JobStepResult>;
}
/** One that asks others, declared with `jobAction`. */
interface Asking extends Named {
  readonly kind: "action";
  readonly run: FunctionReference<"action", "public" | "internal", JobAction, null>;
}
export type BuiltIn = Stepwise | Asking;

const steps = (action: string, name: string): Stepwise => ({
  kind: "steps",
  action,
  run: makeFunctionReference<"mutation", JobStep, JobStepResult>(name),
});

/** The function that does an action which asks others, by its path: a line of {@link builtIns}. */
export const asking = (action: string, name: string): Asking => ({
  kind: "action",
  action,
  run: makeFunctionReference<"action", JobAction, null>(name),
});

/** What this deployment runs itself, each by the function that does it. */
export const builtIns: readonly BuiltIn[] = [
  { ...steps("organization.purge", "tenancy/purging:step"), runsInTrash: true },
  steps("entity.cleanup", "integrations/entityCleanup:step"),
  steps("dock.cleanup", "infrastructure/dockCleanup:step"),
  asking("dock.sync", "infrastructure/dockSync:run"),
  asking("operation.run", "infrastructure/operationJobs:run"),
  asking("dataSource.test", "integrations/sourceJobs:test"),
  asking("sync.*", "integrations/sourceJobs:sync"),
];

/** Actions that go on in organizations that are in the trash. */
export const actionsInTrash: readonly string[] = builtIns.flatMap(({ action, runsInTrash }) =>
  runsInTrash ? [action] : [],
);

/** How this deployment runs jobs of an action, or undefined where it does not. */
export function builtInOf(action: string): BuiltIn | undefined {
  const isOf = ({ action: name }: BuiltIn) =>
    name.endsWith(".*") ? action.startsWith(name.slice(0, -1)) : action === name;
  return builtIns.find(({ action: name }) => name === action) ?? builtIns.find(isOf);
}
