import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type Portico, PorticoError } from "@portico/sdk";
import { agentVersion, deviceFacts, deviceIdentity } from "./device";
import { backoffMs, nextCheckInMs, retryAfterMs } from "./pace";

// The API's limits for `errors`.
const mostErrorsPerReport = 50;
const longestErrorCharacters = 1_000;

/** A 401 is final: the key was revoked or replaced, and only a person can fix that. */
export function isFinal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}

/** One check-in with what the device is now; `errors` are the troubles since the last one that was acknowledged. */
export async function checkIn(portico: Portico, errors: readonly string[]) {
  const { hostname, ipAddress } = deviceIdentity();
  return portico.agents.checkIn({
    version: agentVersion,
    hostname,
    ...(ipAddress === undefined ? {} : { ipAddress }),
    facts: await deviceFacts(),
    ...(errors.length > 0 ? { errors: [...errors] } : {}),
  });
}

/**
 * Checks in until `stop` fires, one check-in after the other. A failure is reported with the next check-in that arrives.
 * @throws {ApiError} when the server refuses the agent's key.
 */
export async function checkInUntil(stop: AbortSignal, portico: Portico, log: (line: string) => void): Promise<void> {
  let unreported: string[] = [];
  let failures = 0;
  while (!stop.aborted) {
    let delayMs: number;
    try {
      const { nextCheckinInSeconds } = await checkIn(portico, unreported);
      [unreported, failures] = [[], 0];
      delayMs = nextCheckInMs(nextCheckinInSeconds);
      log(`checked in; the next one follows in ${inSeconds(delayMs)}`);
    } catch (error) {
      if (isFinal(error)) throw error;
      // Whatever else it is, facts that cannot be read included: an agent left alone for years must not give up.
      const { reason, waitMs } = troubleOf(error);
      failures += 1;
      delayMs = backoffMs(failures, waitMs);
      unreported = [
        ...unreported,
        `${new Date().toISOString()} check-in failed: ${reason}`.slice(0, longestErrorCharacters),
      ];
      unreported = unreported.slice(-mostErrorsPerReport);
      log(`check-in failed (${reason}); next try in ${inSeconds(delayMs)}`);
    }
    await pause(delayMs, stop);
  }
}

function troubleOf(error: unknown): { reason: string; waitMs: number } {
  if (error instanceof PorticoError) return { reason: error.message, waitMs: retryAfterMs(error.headers) };
  return { reason: error instanceof Error ? error.message : String(error), waitMs: 0 };
}

/** Waits, or returns at once when `stop` fires. */
export async function pause(delayMs: number, stop: AbortSignal): Promise<void> {
  try {
    await sleep(delayMs, undefined, { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

export function inSeconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1_000)} s`;
}
