import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { messageOf } from "../lib/runMain";

/** What changed functions set off in development. */
export interface DevelopmentSteps {
  /** Tells one state of all files below `convex/` from another. */
  readonly filesDigest: () => string;
  /** The same without what is generated, so that generating asks for no further check. */
  readonly sourcesDigest: () => string;
  /** Loads the functions again; rejects with why they stay as they were. */
  readonly reload: () => Promise<void>;
  /** Generates and checks types; answers what is wrong, or undefined. */
  readonly check: () => Promise<string | undefined>;
  readonly tell: (line: DevelopmentLine) => void;
  readonly reloadDelayMs: number;
  readonly checkDelayMs: number;
  /** What takes longer is said to be under way, again and again. */
  readonly patienceMs: number;
}

/** One status line. */
export interface DevelopmentLine {
  /** `loading` and `checking` are under way and take long. */
  readonly state: "loading" | "checking" | "reloaded" | "notReloaded" | "checked" | "faulty";
  readonly seconds: number;
  /** What is wrong. */
  readonly message?: string;
}

/**
 * Loads functions that have changed at once, and when nothing changes any more writes what is generated from them and checks their
 * types. What was loaded or checked as it is now is left alone, whatever a watch tells of.
 */
export class DevelopmentLoop {
  readonly #steps: DevelopmentSteps;
  readonly #reloads: OneAtATime;
  readonly #checks: OneAtATime;
  #loaded: string;
  #checked: string;
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(steps: DevelopmentSteps) {
    this.#steps = steps;
    this.#loaded = steps.filesDigest();
    this.#checked = steps.sourcesDigest();
    this.#reloads = new OneAtATime(() => this.#reload());
    this.#checks = new OneAtATime(() => this.#check());
  }

  /** Says that something may have changed; what comes in bursts is waited out. */
  changed(): void {
    const { reloadDelayMs, checkDelayMs } = this.#steps;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [
      setTimeout(() => void this.#reloads.ask(), reloadDelayMs),
      setTimeout(() => void this.#checks.ask(), checkDelayMs),
    ];
  }

  async #reload(): Promise<void> {
    const { filesDigest, reload, tell } = this.#steps;
    const digest = filesDigest();
    if (digest === this.#loaded) return;
    this.#loaded = digest;
    const { seconds, result: message } = await this.#timed(
      "loading",
      reload().then(() => undefined, messageOf),
    );
    tell(message === undefined ? { state: "reloaded", seconds } : { state: "notReloaded", seconds, message });
  }

  async #check(): Promise<void> {
    const { sourcesDigest, check, tell } = this.#steps;
    const digest = sourcesDigest();
    if (digest === this.#checked) return;
    this.#checked = digest;
    const { seconds, result: message } = await this.#timed("checking", check().catch(messageOf));
    tell(message === undefined ? { state: "checked", seconds } : { state: "faulty", seconds, message });
  }

  /** Waits for what is under way, and says so as long as it takes. */
  async #timed<Result>(
    state: DevelopmentLine["state"],
    work: Promise<Result>,
  ): Promise<{ readonly seconds: number; readonly result: Result }> {
    const startedAtMs = performance.now();
    const passed = () => (performance.now() - startedAtMs) / 1000;
    const { tell, patienceMs } = this.#steps;
    const timer = setInterval(() => tell({ state, seconds: passed() }), patienceMs);
    try {
      return { result: await work, seconds: passed() };
    } finally {
      clearInterval(timer);
    }
  }
}

/** Runs a job that never runs twice at once; asked meanwhile, it runs once more. */
class OneAtATime {
  #isRunning = false;
  #isAskedAgain = false;

  constructor(readonly job: () => Promise<void>) {}

  async ask(): Promise<void> {
    this.#isAskedAgain = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false;
        await this.job();
      }
    } finally {
      this.#isRunning = false;
    }
  }
}

/** A digest of the names and contents of files below `root`; one that is gone by now counts as gone. */
export function digestOf(root: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(contentOf(path.join(root, file)) ?? "")
      .update("\0");
  return hash.digest("hex");
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    // Deleted since it was listed, of which the watch tells as well.
    return undefined;
  }
}
