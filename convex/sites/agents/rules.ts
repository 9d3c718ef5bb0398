import { keptFacts } from "../../core/schema/fields";
import { murmurHash3 } from "../../core/wire/murmurHash3";
import { pointerOf } from "../../core/operations/validation";
import type { ProblemFault } from "../../core/wire/errors";
import type { Doc } from "../../_generated/dataModel";

const maximumErrorCharacters = 1000;
const maximumAddressCharacters = 45;

/**
 * An agent is online as long as it was seen within two of the check-in intervals that it was last told: it cannot know of
 * another one before it checks in. `settingSeconds` is for agents that were told none yet.
 */
export function isOverdue(
  agent: Pick<Doc<"agents">, "lastCheckinAt" | "registeredAt" | "checkinIntervalSeconds">,
  settingSeconds: number,
  now: number,
): boolean {
  const intervalSeconds = agent.checkinIntervalSeconds ?? settingSeconds;
  return (agent.lastCheckinAt ?? agent.registeredAt) < now - 2 * intervalSeconds * 1000;
}

/** Uneventful check-ins of which the log shows one. */
const quietCheckins = 60;

/**
 * Whether the log shows a check-in that changed nothing and reported no error: the first, and then one in so many intervals. When
 * it is due depends on the agent, so that a fleet that started together is not logged together.
 */
export function isLoggedWhenQuiet(
  { _id, lastCheckinAt }: { readonly _id: string } & Pick<Doc<"agents">, "lastCheckinAt">,
  intervalSeconds: number,
  now: number,
): boolean {
  if (lastCheckinAt === undefined) return true;
  const periodMs = quietCheckins * intervalSeconds * 1000;
  const offsetMs = (murmurHash3(new TextEncoder().encode(_id))[0] ?? 0) % periodMs;
  const periodAt = (timeMs: number) => Math.floor((timeMs + offsetMs) / periodMs);
  return periodAt(now) !== periodAt(lastCheckinAt);
}

/** The address an agent was seen from, as the field to store; nothing where the runtime does not know it. */
export function externalAddress(ip: string | undefined): { extAddress?: string } {
  return ip === undefined || ip.length > maximumAddressCharacters ? {} : { extAddress: ip };
}

/** The facts of a check-in as the row keeps them, and what of them it does not. */
export function factsOf(
  facts: Readonly<Record<string, unknown>> | undefined,
  maximumBytes: number,
): { readonly metadata?: Record<string, unknown>; readonly droppedFacts: readonly ProblemFault[] } {
  if (facts === undefined) return { droppedFacts: [] };
  const { kept, dropped } = keptFacts(facts, maximumBytes);
  const droppedFacts = dropped.map(({ path, code, message }) => ({ pointer: pointerOf(path), code, message }));
  return { metadata: kept, droppedFacts };
}

/** What an agent reports of itself. */
export interface CheckinReport {
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  readonly errors?: readonly string[] | undefined;
}

/** Sizes instead of payload: the log tells that and how much an agent reported, the agent's row holds what. */
export function reportSummary({ facts = {}, errors = [] }: CheckinReport): { factCount: number; errorCount: number } {
  return { factCount: Object.keys(facts).length, errorCount: errors.length };
}

/** The reported errors as one line of at most 1,000 characters, well-formed even where the cut splits a character. */
export function errorLine({ errors = [] }: CheckinReport): { errorMessage?: string } {
  if (errors.length === 0) return {};
  return { errorMessage: errors.join("; ").slice(0, maximumErrorCharacters).toWellFormed() };
}
