import { ProblemError } from "../wire/errors";

/** A state field and the transitions it may make; everything else is 409. */
export interface StateMachine<Field extends string = string> {
  readonly field: Field;
  readonly transitions: Readonly<Record<string, readonly string[]>>;
}

/** Staying in a state is no transition. @throws {ProblemError} 409 when the machine knows no way from one state to the other */
export function assertTransition({ field, transitions }: StateMachine, from: unknown, to: unknown): void {
  if (typeof from !== "string" || typeof to !== "string" || to === from) return;
  const allowed = transitions[from] ?? [];
  if (allowed.includes(to)) return;
  const ways = allowed.length > 0 ? `allowed from ${from}: ${allowed.join(", ")}` : `${from} is final`;
  throw new ProblemError("invalid_state_transition", `${field} cannot go from ${from} to ${to}; ${ways}.`);
}
