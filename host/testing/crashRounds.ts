import { randomInt, randomUUID } from "node:crypto";

/** A server in a process of its own that can be killed. */
export interface Victim {
  readonly url: string;
  /** Sends SIGKILL and waits for the end of the process. */
  kill(): Promise<void>;
}

/** What is killed, and how it is written to and read. */
export interface CrashSubject {
  /** Starts the server on the same file every time. */
  start(): Promise<Victim>;
  /**
   * Writes one row that carries `marker`, with `marker` as its idempotency key.
   * @throws when the write was not acknowledged
   */
  write(url: string, marker: string): Promise<void>;
  /** The markers of all stored rows, one entry per row. */
  markers(url: string): Promise<readonly string[]>;
}

export interface CrashResult {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Acknowledged writes that a restart did not bring back. */
  readonly lost: number;
  /** Markers that are stored more than once although their key was the same. */
  readonly duplicated: number;
}

const writers = 16;
const shortestRoundMs = 100;
const longestRoundMs = 500;

/**
 * Kills the server at a random moment under 16 concurrent writers, as often as `rounds` says. After every restart each
 * write that was under way is sent again with its key, as a client does that never heard an answer; then every row that
 * was ever acknowledged must be there exactly once.
 */
export async function runCrashRounds(
  subject: CrashSubject,
  rounds: number,
  onRound: (result: CrashResult) => void = () => undefined,
): Promise<CrashResult> {
  const acknowledged = new Set<string>();
  let unanswered: readonly string[] = [];
  let result: CrashResult = { rounds: 0, acknowledged: 0, lost: 0, duplicated: 0 };
  let victim = await subject.start();
  try {
    for (let round = 1; round <= rounds; round++) {
      const writing = Promise.all(
        Array.from({ length: writers }, () => writeUntilRefused(subject, victim.url, acknowledged)),
      );
      await delay(randomInt(shortestRoundMs, longestRoundMs));
      await victim.kill();
      unanswered = await writing;
      victim = await subject.start();
      for (const marker of unanswered) {
        await subject.write(victim.url, marker);
        acknowledged.add(marker);
      }
      result = { rounds: round, ...compare(acknowledged, await subject.markers(victim.url)) };
      onRound(result);
    }
    return result;
  } finally {
    await victim.kill();
  }
}

/** Answers with the marker whose write got no answer. */
async function writeUntilRefused(subject: CrashSubject, url: string, acknowledged: Set<string>): Promise<string> {
  for (;;) {
    const marker = randomUUID();
    try {
      await subject.write(url, marker);
    } catch {
      // The server is gone; whether it kept this write is what the next round asks.
      return marker;
    }
    acknowledged.add(marker);
  }
}

function compare(acknowledged: ReadonlySet<string>, stored: readonly string[]): Omit<CrashResult, "rounds"> {
  const kept = new Set(stored);
  const lost = [...acknowledged].filter((marker) => !kept.has(marker)).length;
  return { acknowledged: acknowledged.size, lost, duplicated: stored.length - kept.size };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
