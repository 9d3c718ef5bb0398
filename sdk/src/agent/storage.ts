/** Where an agent keeps what it must not lose: its key, and what it has not reported yet. One text, for one agent. */
export interface AgentStorage {
  /** What it is called in messages: the path of a file. */
  readonly name: string;
  /** The text that was written last; undefined when there is none yet. */
  read(): Promise<string | undefined>;
  /** Keeps the text whole or not at all; once it resolves, the text outlives a power cut. */
  write(text: string): Promise<void>;
  /** Takes the storage for one agent, or tells who has taken it. Without it nobody notices two agents of one storage. */
  lock?(): Promise<StorageLock>;
}

/** A storage that was taken, or who holds it. What a process has not released is free once the process has ended. */
export type StorageLock =
  | { readonly release: () => Promise<void>; readonly heldBy?: undefined }
  | { readonly release?: undefined; readonly heldBy: string };

/** Storage that ends with the process, for tests. */
export function memoryStorage(text?: string): AgentStorage {
  let kept = text;
  return {
    name: "memory",
    read: async () => kept,
    write: async (written) => {
      kept = written;
    },
  };
}
