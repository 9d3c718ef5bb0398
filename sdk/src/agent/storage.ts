/** Where an agent keeps what it must not lose: its key, and what it has not reported yet. One text, for one agent. */
export interface AgentStorage {
  /** What it is called in messages: the path of a file. */
  readonly name: string;
  /** The text that was written last; undefined when there is none yet. */
  read(): Promise<string | undefined>;
  /** Keeps the text whole or not at all; once it resolves, the text outlives a power cut. */
  write(text: string): Promise<void>;
}

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
