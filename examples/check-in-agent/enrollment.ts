import { ApiError, Portico, PorticoError } from "@portico/sdk";
import { writeAgentState, type AgentState } from "./agentState";
import { inSeconds, pause } from "./checkIn";
import { deviceIdentity, newDeviceGuid } from "./device";
import { backoffMs, retryAfterMs } from "./pace";
import type { AgentSettings } from "./settings";

/**
 * Enrols this device and keeps its key. A network that is not there yet is waited for; a refusal is not repeated.
 * @returns The state as kept, or undefined when `stop` fired first.
 * @throws {ApiError} when the server refuses the enrolment token or the device.
 */
export async function enroll(
  { url, stateFile, enrollmentToken }: AgentSettings,
  stop: AbortSignal,
  log: (line: string) => void,
): Promise<AgentState | undefined> {
  if (enrollmentToken === undefined) throw new Error("This device is not enrolled; set PORTICO_ENROLLMENT_TOKEN.");
  const portico = new Portico({ baseUrl: url, token: enrollmentToken, maxRetries: 0 });
  const guid = await newDeviceGuid();
  for (let failures = 1; !stop.aborted; failures += 1) {
    try {
      const agent = await portico.agents.enroll({ guid, ...deviceIdentity() });
      if (agent.key === undefined) throw new Error("The server enrolled this device without showing its key.");
      const state = { url, guid, agentId: agent.id, key: agent.key };
      await writeAgentState(stateFile, state);
      log(`enrolled as agent ${agent.id}, GUID ${guid}; the key is in ${stateFile}`);
      return state;
    } catch (error) {
      if (!isTemporary(error)) throw error;
      const delayMs = backoffMs(failures, retryAfterMs(error.headers));
      log(`enrolment failed (${error.message}); next try in ${inSeconds(delayMs)}`);
      await pause(delayMs, stop);
    }
  }
  return undefined;
}

function isTemporary(error: unknown): error is PorticoError {
  if (!(error instanceof PorticoError)) return false;
  return !(error instanceof ApiError) || error.status === 408 || error.status === 429 || error.status >= 500;
}
