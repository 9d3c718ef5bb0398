import type { AgentStorage, StorageLock } from "./storage";

/** Holds the lock of a storage while the agent works with it: two agents that write one state lose each other's troubles. */
export class StorageHold {
  readonly #storage: AgentStorage;
  readonly #onFailure: (error: unknown) => void;
  #uses = 0;
  #lock: Promise<StorageLock> | undefined;
  #released: Promise<void> = Promise.resolve();

  constructor(storage: AgentStorage, onFailure: (error: unknown) => void) {
    this.#storage = storage;
    this.#onFailure = onFailure;
  }

  /** @throws {Error} when another agent holds the storage. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#uses += 1;
    try {
      this.#lock ??= this.#released.then(() => this.#locked());
      const { heldBy } = await this.#lock;
      if (heldBy !== undefined) throw new Error(`${this.#storage.name} is in use by another agent: ${heldBy}.`);
      return await work();
    } finally {
      this.#uses -= 1;
      if (this.#uses === 0) await this.#release();
    }
  }

  /** A full disk, which has no room for a lock, must not keep a device from checking in. */
  async #locked(): Promise<StorageLock> {
    try {
      return (await this.#storage.lock?.()) ?? unlocked;
    } catch (error) {
      this.#onFailure(error);
      return unlocked;
    }
  }

  async #release(): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    this.#released = (async () => {
      try {
        await (await lock)?.release?.();
      } catch (error) {
        this.#onFailure(error);
      }
    })();
    await this.#released;
  }
}

const unlocked: StorageLock = { release: async () => {} };
