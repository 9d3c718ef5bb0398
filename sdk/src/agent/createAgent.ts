import { isProblem, Portico, PorticoError } from "../rest";
import type { CheckInAgentAnswer } from "../generated/models";
import { headersOf, isRefusal, patientBackoffMs, Pause, statusOf } from "../runtime/pace";
import { retryAfterMs } from "../runtime/retry";
import { randomUuid } from "../runtime/trace";
import { type AgentState, type Outbox, StateKeeper } from "./agentState";
import type { AgentEvent, AgentOptions, CheckInReport, DeviceAgent, DeviceIdentity } from "./options";
import { StorageHold } from "./storageHold";
import { addNote, catchUpMs, composed, nextCheckInMs, noteFailure, sentAgain } from "./reporting";

/** Smaller differences are the time that the answer took. */
const clockPrecisionMs = 5_000;

/**
 * The agent of a device: it enrols once, keeps its key, and checks in for years.
 *
 * @param options - See {@link AgentOptions}.
 * @example
 * const agent = createAgent({
 *   baseUrl: "https://api.example.com",
 *   enrollmentToken: process.env.PORTICO_ENROLLMENT_TOKEN,
 *   storage: fileStorage("/var/lib/acme-agent/agent.json"),
 *   device: { hostname: os.hostname(), platform: "linux", version: "1.0.0" },
 * });
 * const stop = new AbortController();
 * process.once("SIGTERM", () => stop.abort());
 * await agent.run(stop.signal);
 */
export function createAgent(options: AgentOptions): DeviceAgent {
  return new EnrollingAgent(options);
}

/** What came of a check-in. */
interface Reported {
  readonly answer: CheckInAgentAnswer;
  /** Nothing waits to be told, and what was told is how the device is now. */
  readonly isCaughtUp: boolean;
}

class EnrollingAgent implements DeviceAgent {
  readonly #options: AgentOptions;
  readonly #url: string;
  readonly #keeper: StateKeeper;
  readonly #hold: StorageHold;
  readonly #clock: () => number;
  readonly #pause = new Pause();
  #state: Promise<AgentState> | undefined;
  #clockOffsetMs = 0;
  /** The check-in under way: there is one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#url = options.baseUrl.replace(/\/+$/, "");
    this.#keeper = new StateKeeper(options.storage, this.#url);
    this.#hold = new StorageHold(options.storage, (error) => this.#tell({ type: "storageFailed", error }));
    this.#clock = options.now ?? (() => Date.now());
  }

  now(): number {
    return this.#clock() + this.#clockOffsetMs;
  }

  async run(stop: AbortSignal): Promise<void> {
    stop.addEventListener("abort", this.#pause.wake);
    try {
      await this.#hold.during(async () => {
        const state = await this.#enrolled(stop);
        if (state) await this.#checkInUntil(stop, state);
      });
    } finally {
      stop.removeEventListener("abort", this.#pause.wake);
    }
  }

  async checkIn(): Promise<CheckInAgentAnswer> {
    return this.#hold.during(async () => {
      const state = await this.#enrolled();
      // Without a signal enrolment ends in a state, or throws.
      if (!state) throw new Error("The agent was stopped before it had enrolled.");
      const { answer } = await this.#inTurn(() => this.#reported(state));
      return answer;
    });
  }

  async note(trouble: string): Promise<void> {
    await this.#hold.during(async () => {
      const state = await this.#kept();
      addNote(state, `${new Date(this.now()).toISOString()} ${trouble}`);
      await this.#keeper.write(state);
    });
  }

  async #checkInUntil(stop: AbortSignal, state: AgentState): Promise<void> {
    for (let failures = 0; !stop.aborted;) {
      let nextInMs: number;
      try {
        const { answer, isCaughtUp } = await this.#inTurn(() => this.#reported(state));
        failures = 0;
        const { nextCheckinInSeconds } = answer;
        nextInMs = isCaughtUp ? nextCheckInMs(nextCheckinInSeconds) : catchUpMs(nextCheckinInSeconds);
        this.#tell({ type: "checkedIn", answer, nextInMs });
      } catch (error) {
        if (isDismissal(error) && !(await this.#keeper.renewKey(state))) throw error;
        // Whatever else it is, facts that cannot be read included: an agent left alone for years must not give up.
        failures += 1;
        nextInMs = waitAfter(error, failures);
        noteFailure(state, error, this.now());
        await this.#save(state);
        this.#tell({ type: "checkInFailed", error, nextInMs });
      }
      if (!stop.aborted) await this.#pause.wait(nextInMs);
    }
  }

  /** One check-in, with what is noted. It is sent as it was composed until the server has answered it, also after a restart. */
  async #reported(state: AgentState): Promise<Reported> {
    const waiting = state.outbox;
    const outbox = waiting ? sentAgain(waiting, this.now()) : composed(state, await this.#report(), this.now());
    // A report of no trouble changes nothing the second time: the next one replaces it.
    const isKept = outbox.body.errors !== undefined;
    if (isKept && outbox !== waiting) {
      state.outbox = outbox;
      await this.#save(state);
    }
    const { idempotencyKey, body } = outbox;
    let answer: CheckInAgentAnswer;
    try {
      answer = await this.#client({ apiKey: state.key }).agents.checkIn(body, { idempotencyKey });
    } catch (error) {
      if (isKept) await this.#keepRefused(state, outbox, error);
      throw error;
    }
    const hasClock = this.#learnClock(state, answer.serverTime);
    if (isKept) state.outbox = undefined;
    if (isKept || hasClock) await this.#save(state);
    return { answer, isCaughtUp: waiting === undefined && state.notes.length === 0 };
  }

  /** What becomes of a report that was refused. Without an answer it stays as it is. */
  async #keepRefused(state: AgentState, outbox: Outbox, error: unknown): Promise<void> {
    if (isProblem(error, "idempotency_conflict")) state.outbox = { ...outbox, idempotencyKey: randomUuid() };
    // A device or an organization that may not report now may do so later.
    else if (!isRefusal(error) || statusOf(error) === 401 || statusOf(error) === 403) return;
    else {
      const { errors = [] } = outbox.body;
      state.outbox = undefined;
      if (isAbout(error, "/errors")) this.#tell({ type: "reportRefused", errors, error });
      else state.notes.unshift(...errors);
    }
    await this.#save(state);
  }

  async #report(): Promise<CheckInReport> {
    if (this.#options.report) return this.#options.report();
    const { version, hostname, ipAddress } = await this.#device();
    return { version, hostname, ...(ipAddress === undefined ? {} : { ipAddress }) };
  }

  async #device(): Promise<DeviceIdentity> {
    const { device } = this.#options;
    return typeof device === "function" ? device() : device;
  }

  /** The state with a key; undefined when `stop` fired before there was one. Without `stop` nothing is waited for. */
  async #enrolled(stop?: AbortSignal): Promise<AgentState | undefined> {
    const state = await this.#kept();
    const { enrollmentToken, guid } = this.#options;
    if (state.key === undefined && enrollmentToken === undefined)
      throw new Error("This device is not enrolled, and there is no enrolment token.");
    // A GUID that was made up must be the same after a crash: the server knows the device by it.
    if (state.key === undefined && guid === undefined) await this.#keeper.write(state);
    for (let failures = 1; state.key === undefined; failures += 1) {
      if (stop?.aborted) return undefined;
      try {
        await this.#inTurn(() => this.#enroll(state));
      } catch (error) {
        const isFinal = isRefusal(error) || statusOf(error) === 409 || !(error instanceof PorticoError);
        if (isFinal || !stop) throw error;
        const nextInMs = waitAfter(error, failures);
        this.#tell({ type: "enrollmentFailed", error, nextInMs });
        if (!stop.aborted) await this.#pause.wait(nextInMs);
      }
    }
    return state;
  }

  /** Never aborted, since its answer shows the key once. */
  async #enroll(state: AgentState): Promise<void> {
    if (state.key !== undefined) return;
    const { guid } = state;
    const client = this.#client({ token: this.#options.enrollmentToken });
    const { id, key } = await client.agents.enroll({ guid, ...(await this.#device()) });
    if (key === undefined) throw new Error("The server enrolled this device without showing its key.");
    Object.assign(state, { agentId: id, key });
    await this.#keeper.write(state);
    this.#tell({ type: "enrolled", agentId: id, guid });
  }

  #kept(): Promise<AgentState> {
    this.#state ??= this.#read();
    // A storage that could not be read may be the next time.
    this.#state.catch(() => (this.#state = undefined));
    return this.#state;
  }

  async #read(): Promise<AgentState> {
    const stored = await this.#keeper.read();
    this.#clockOffsetMs = stored?.clockOffsetMs ?? 0;
    if (stored) return stored;
    return { url: this.#url, guid: this.#options.guid ?? randomUuid(), notes: [], droppedNotes: 0 };
  }

  /** True when the server's clock is elsewhere than it was thought to be. */
  #learnClock(state: AgentState, serverTimeMs: number): boolean {
    const offsetMs = serverTimeMs - this.#clock();
    if (Math.abs(offsetMs - this.#clockOffsetMs) < clockPrecisionMs) return false;
    this.#clockOffsetMs = offsetMs;
    state.clockOffsetMs = offsetMs;
    return true;
  }

  /** Keeps the state if it can: a full disk must not keep a device from checking in. */
  async #save(state: AgentState): Promise<void> {
    try {
      await this.#keeper.write(state);
    } catch (error) {
      this.#tell({ type: "storageFailed", error });
    }
  }

  #client(credential: { readonly apiKey?: string | undefined } | { readonly token?: string | undefined }): Portico {
    const { fetch, timeoutMs = 20_000 } = this.#options;
    // The pace is the agent's: retries of the client on top of it would multiply.
    return new Portico({ baseUrl: this.#url, fetch, timeoutMs, maxRetries: 0, ...credential });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #tell(event: AgentEvent): void {
    this.#options.onEvent?.(event);
  }
}

function waitAfter(error: unknown, failures: number): number {
  return patientBackoffMs(failures, retryAfterMs(headersOf(error), Date.now()));
}

/** The API has refused the key itself: it was revoked or replaced, and only a person can mend that. */
function isDismissal(error: unknown): boolean {
  return statusOf(error) === 401 && isRefusal(error);
}

/** Whether the server finds fault with a part of the report. */
function isAbout(error: unknown, pointer: string): boolean {
  return error instanceof PorticoError && error.errors.some((field) => field.pointer.startsWith(pointer));
}
