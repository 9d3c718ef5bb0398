import type { CheckInAgentBody } from "../generated/models";
import { asText, isRecord } from "../runtime/json";
import type { AgentStorage } from "./storage";

/** A report on its way: sent again as it was, under the same key, until the server has answered it. */
export interface Outbox {
  readonly idempotencyKey: string;
  readonly body: CheckInAgentBody;
  readonly composedAtMs: number;
}

/** Check-ins that have failed since the last report. */
export interface Outage {
  readonly sinceMs: number;
  readonly failures: number;
  readonly reason: string;
}

/** What an agent keeps. */
export interface AgentState {
  /** The server that the key belongs to; it is sent to no other. */
  readonly url: string;
  guid: string;
  agentId?: string | undefined;
  key?: string | undefined;
  /** The server's clock less this device's. */
  clockOffsetMs?: number | undefined;
  notes: string[];
  /** Notes that were left out. */
  droppedNotes: number;
  outage?: Outage | undefined;
  outbox?: Outbox | undefined;
}

/** Reads and writes the state of one agent. A key that somebody else has put into the storage meanwhile counts, and stays. */
export class StateKeeper {
  readonly #storage: AgentStorage;
  readonly #url: string;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** The key that was in the storage when this agent last looked. */
  #storedKey: string | undefined;

  constructor(storage: AgentStorage, url: string) {
    this.#storage = storage;
    this.#url = url;
  }

  /**
   * The state in the storage; undefined when there is none.
   *
   * @throws {Error} when it holds something else, since to overwrite it could lose a key, or the state of another server's agent.
   */
  async read(): Promise<AgentState | undefined> {
    const state = await this.#stored();
    this.#storedKey = state?.key;
    return state;
  }

  /** Takes over a key that was put into the storage since; true where there was one. */
  async renewKey(state: AgentState): Promise<boolean> {
    const stored = await this.#stored();
    if (stored?.key === undefined || stored.key === this.#storedKey) return false;
    state.key = stored.key;
    this.#storedKey = stored.key;
    return true;
  }

  /** Resolves when the state, as it is then, is kept. Writes that are asked for while one is under way become one. */
  write(state: AgentState): Promise<void> {
    if (this.#next) return this.#next;
    const next = this.#last.then(async () => {
      this.#next = undefined;
      await this.renewKey(state);
      await this.#storage.write(`${JSON.stringify(state, null, 2)}\n`);
      this.#storedKey = state.key;
    });
    this.#next = next;
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #stored(): Promise<AgentState | undefined> {
    const { name } = this.#storage;
    const text = await this.#storage.read();
    if (text === undefined) return undefined;
    const state = parsedState(text);
    if (!state) throw new Error(`${name} is not an agent's state; move it away to enrol anew.`);
    if (state.url !== this.#url)
      throw new Error(`The key in ${name} belongs to ${state.url}; it is not sent to ${this.#url}.`);
    return state;
  }
}

function parsedState(text: string): AgentState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const [url, guid] = [asText(value["url"]), asText(value["guid"])];
  if (url === undefined || guid === undefined) return undefined;
  const { notes, droppedNotes, clockOffsetMs, outage, outbox } = value;
  return {
    url,
    guid,
    agentId: asText(value["agentId"]),
    key: asText(value["key"]),
    // Whoever mends a file by hand keeps its key, whatever becomes of the rest.
    notes: Array.isArray(notes) ? notes.filter((note) => typeof note === "string") : [],
    droppedNotes: typeof droppedNotes === "number" ? droppedNotes : 0,
    clockOffsetMs: typeof clockOffsetMs === "number" ? clockOffsetMs : undefined,
    outage: isOutage(outage) ? outage : undefined,
    outbox: isOutbox(outbox) ? outbox : undefined,
  };
}

function isOutage(value: unknown): value is Outage {
  if (!isRecord(value)) return false;
  return Number.isFinite(value["sinceMs"]) && Number.isFinite(value["failures"]) && typeof value["reason"] === "string";
}

function isOutbox(value: unknown): value is Outbox {
  if (!isRecord(value) || !isRecord(value["body"])) return false;
  return typeof value["idempotencyKey"] === "string" && Number.isFinite(value["composedAtMs"]);
}
