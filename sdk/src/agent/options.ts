import type { CheckInAgentAnswer, CheckInAgentBody, EnrollAgentBody } from "../generated/models";
import type { AgentStorage } from "./storage";

/** Who a device is: what enrolment asks for, beside the GUID. */
export type DeviceIdentity = Omit<EnrollAgentBody, "guid">;

/** What a check-in tells, beside the troubles that were noted. */
export type CheckInReport = Omit<CheckInAgentBody, "errors">;

/** What an agent tells of its work, for logs. None of it holds a credential. */
export type AgentEvent =
  | { readonly type: "enrolled"; readonly agentId: string; readonly guid: string }
  | { readonly type: "enrollmentFailed"; readonly error: unknown; readonly nextInMs: number }
  | { readonly type: "checkedIn"; readonly answer: CheckInAgentAnswer; readonly nextInMs: number }
  | { readonly type: "checkInFailed"; readonly error: unknown; readonly nextInMs: number }
  /** The server has refused what was reported, and would again: these troubles are given up. */
  | { readonly type: "reportRefused"; readonly errors: readonly string[]; readonly error: unknown }
  /** What was to be kept is in memory alone; the agent goes on. */
  | { readonly type: "storageFailed"; readonly error: unknown };

/** Options of an agent. */
export interface AgentOptions {
  /** Origin of the REST API, without `/v1`. */
  readonly baseUrl: string;
  /** Keeps the key, the GUID and what has not been reported yet: `fileStorage(path)`. */
  readonly storage: AgentStorage;
  /** `enr_…` of the device's site; needed until the device has enrolled. */
  readonly enrollmentToken?: string | undefined;
  /** Who the device is; asked when it enrols. */
  readonly device: DeviceIdentity | (() => DeviceIdentity | Promise<DeviceIdentity>);
  /** An id that the device has by itself, so that an agent that is installed anew is the same one. Made up and kept unless given. */
  readonly guid?: string | undefined;
  /** What a check-in tells; asked before each. Version, host name and address of the device unless given. */
  readonly report?: (() => CheckInReport | Promise<CheckInReport>) | undefined;
  /** Milliseconds for a request. Default 20 000. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** This device's clock, in milliseconds since the epoch; it may be wrong. */
  readonly now?: (() => number) | undefined;
  readonly onEvent?: ((event: AgentEvent) => void) | undefined;
}

/** The agent of one device. */
export interface DeviceAgent {
  /**
   * Enrols the device unless it has, and checks in until `stop` fires, at the pace that the server asks for. Whatever else fails is
   * tried again, ever more rarely, for years if need be.
   *
   * @throws {ApiError} when the server refuses the enrolment, or the agent's key and the storage has no other.
   * @throws {Error} when the storage holds something else, or a key of another server, or another agent is using it.
   */
  run(stop: AbortSignal): Promise<void>;
  /**
   * Enrols the device unless it has, and checks in once.
   *
   * @throws {PorticoError} when that fails; what was to be reported waits for the next one.
   * @throws {Error} as `run` does.
   */
  checkIn(): Promise<CheckInAgentAnswer>;
  /**
   * Notes a trouble for the next check-in that arrives; it outlives a restart. Beyond 500 of them the oldest are left out, and
   * counted.
   *
   * @throws {Error} when the storage fails; the trouble is noted in memory all the same. Also when another agent is using it, as a
   * process that runs beside the agent's would: the trouble is not noted then.
   */
  note(trouble: string): Promise<void>;
  /** The server's clock as this device knows it: milliseconds since the epoch, whatever its own clock says. */
  now(): number;
}
