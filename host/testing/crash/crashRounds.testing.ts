import { randomInt, randomUUID } from "node:crypto";
import { cpSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { checkIntegrity } from "../../store/integrityCheck";

/** A server in a process of its own that can be killed. */
export interface Victim {
  readonly url: string;
  /** Sends SIGKILL and waits for the end of the process. */
  kill(): Promise<void>;
}

/** What a running server says about everything that it stores. */
export interface Audit {
  /** The markers of all stored writes, one entry per row. */
  readonly markers: readonly string[];
  /** What must be zero, by name; the same names every time. */
  readonly faults: Readonly<Record<string, number>>;
  /** What may be anything, by name. */
  readonly facts: Readonly<Record<string, number>>;
}

/** What is killed, and how it is written to and looked at. */
export interface CrashSubject {
  /** The database file; nothing else lies in its directory but what belongs to it. */
  readonly file: string;
  /** Starts the server on the same file every time. */
  start(): Promise<Victim>;
  /**
   * Makes one write that carries `marker`, with `marker` as its idempotency key.
   * @throws {Error} when the write was not acknowledged
   */
  write(url: string, marker: string): Promise<void>;
  /** Looks at everything, once all that was scheduled has run. */
  audit(url: string): Promise<Audit>;
}

export interface CrashPlan {
  readonly rounds: number;
  /** How many writes are under way at any time. */
  readonly writers: number;
}

/** What was found so far. Everything but `rounds`, `kills`, `acknowledged`, `resent` and `facts` must be zero. */
export interface CrashResult {
  readonly rounds: number;
  /** At least one per round. */
  readonly kills: number;
  readonly acknowledged: number;
  /** Writes that were sent again because the kill took their answer. */
  readonly resent: number;
  /** Acknowledged writes that a restart did not bring back. */
  readonly lost: number;
  /** Markers that are stored more than once although their key was the same. */
  readonly duplicated: number;
  /** What the integrity check says of the files as the kills left them, over all rounds. */
  readonly integrityProblems: number;
  /** The worst of all audits, by name. */
  readonly faults: Readonly<Record<string, number>>;
  /** Of the latest audit. */
  readonly facts: Readonly<Record<string, number>>;
}

/** Counted in answers, since a server that has just started needs a while for its first ones. */
const mostWritesPerRound = 400;
const maxRoundMs = 3000;
/** So that a kill does not always meet the server right after an answer. */
const maxAfterthoughtMs = 30;
/** Every so many restarts are cut off while the server recovers and runs what was due. */
const restartsPerCutRestart = 3;
const maxCutRestartMs = 100;

/**
 * Kills the server at a random moment under concurrent writers, as often as `rounds` says, and now and then again while
 * it recovers. The files that each kill leaves are checked; after every restart each write that was under way is sent
 * again with its key, as a client does that never heard an answer; then every row that was ever acknowledged must be
 * there exactly once and the audit must find no fault.
 *
 * @throws {Error} when a write is refused by a server that is up
 */
export async function runCrashRounds(
  subject: CrashSubject,
  { rounds, writers }: CrashPlan,
  onRound: (result: CrashResult) => void = () => undefined,
): Promise<CrashResult> {
  const acknowledged = new Set<string>();
  let result: CrashResult = { ...nothingFound };
  let victim = await subject.start();
  try {
    for (let round = 1; round <= rounds; round++) {
      const lifetime = { isOver: false };
      const { url } = victim;
      const writing = Promise.all(
        Array.from({ length: writers }, () => writeUntilKilled(subject, url, lifetime, acknowledged)),
      );
      const enough = acknowledged.size + randomInt(mostWritesPerRound);
      await Promise.race([writing, delay(maxRoundMs), until(() => lifetime.isOver || acknowledged.size >= enough)]);
      await delay(randomInt(maxAfterthoughtMs));
      lifetime.isOver = true;
      await victim.kill();
      const unanswered = await writing;
      let { kills, integrityProblems } = result;
      kills++;
      integrityProblems += await problemsLeftIn(subject.file);
      victim = await subject.start();
      if (randomInt(restartsPerCutRestart) === 0) {
        await delay(randomInt(maxCutRestartMs));
        await victim.kill();
        kills++;
        integrityProblems += await problemsLeftIn(subject.file);
        victim = await subject.start();
      }
      const restarted = victim.url;
      await Promise.all(unanswered.map((marker) => subject.write(restarted, marker)));
      for (const marker of unanswered) acknowledged.add(marker);
      const { markers, faults, facts } = await subject.audit(restarted);
      result = {
        rounds: round,
        kills,
        ...compare(acknowledged, markers),
        resent: result.resent + unanswered.length,
        integrityProblems,
        faults: worstOf(result.faults, faults),
        facts,
      };
      onRound(result);
    }
    return result;
  } finally {
    await victim.kill();
  }
}

const nothingFound: CrashResult = {
  rounds: 0,
  kills: 0,
  acknowledged: 0,
  resent: 0,
  lost: 0,
  duplicated: 0,
  integrityProblems: 0,
  faults: {},
  facts: {},
};

/** Answers with the marker whose write got no answer. */
async function writeUntilKilled(
  subject: CrashSubject,
  url: string,
  lifetime: { readonly isOver: boolean },
  acknowledged: Set<string>,
): Promise<string> {
  for (;;) {
    const marker = randomUUID();
    try {
      await subject.write(url, marker);
    } catch (error) {
      if (!lifetime.isOver) throw error;
      // The server is gone; whether it kept this write is what the next start shows.
      return marker;
    }
    acknowledged.add(marker);
  }
}

/** Checks a copy, so that it is the next server, and not the check, that recovers what the kill left. */
async function problemsLeftIn(file: string): Promise<number> {
  const copy = `${dirname(file)}-copy`;
  cpSync(dirname(file), copy, { recursive: true });
  try {
    const { problems, problemCount } = await checkIntegrity(join(copy, basename(file)));
    for (const problem of problems) process.stderr.write(`  ${problem}\n`);
    return problemCount;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function compare(
  acknowledged: ReadonlySet<string>,
  stored: readonly string[],
): Pick<CrashResult, "acknowledged" | "lost" | "duplicated"> {
  const kept = new Set(stored);
  const lost = [...acknowledged].filter((marker) => !kept.has(marker)).length;
  return { acknowledged: acknowledged.size, lost, duplicated: stored.length - kept.size };
}

function worstOf(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(now).map(([name, count]) => [name, Math.max(count, before[name] ?? 0)]));
}

async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await delay(1);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
