import type { FunctionLog, FunctionLogPage, FunctionType } from "../../deployment";

const maxKeptLogs = 1000;

type UdfType = FunctionLog["udfType"];

const udfTypes: Readonly<Record<FunctionType, UdfType>> = { query: "Query", mutation: "Mutation", action: "Action" };

/** Where a line comes from: a function, an HTTP action, or the host itself. */
export interface LogSource {
  readonly componentPath: string;
  readonly functionPath: string;
  readonly type: FunctionType | undefined;
}

/** The last lines and failures of the log, for those who watch it. */
export class RecentLogs {
  /** Cursors of an earlier run lie below. */
  #nextCursor = Date.now();
  readonly #logs: (FunctionLog & { readonly cursor: number })[] = [];
  readonly #waiting = new Set<() => void>();

  /** Keeps one line that a function has logged. */
  addLine(source: LogSource, line: string): void {
    this.#add({ kind: "Progress", ...origin(source), logLines: [line] });
  }

  /** Keeps the failure of a call, with how long it ran. */
  addFailure(source: LogSource, error: string, executionTimeMs: number): void {
    this.#add({ kind: "Completion", ...origin(source), logLines: [], error, executionTime: executionTimeMs / 1000 });
  }

  /**
   * Returns the entries after a cursor. Returns at once when there are any or the cursor is 0; otherwise waits for the
   * next one or for the signal.
   */
  async after(cursor: number, signal: AbortSignal): Promise<FunctionLogPage> {
    if (cursor !== 0 && this.#latest <= cursor && !signal.aborted) await this.#next(signal);
    const entries = this.#logs.filter((log) => log.cursor > cursor).map(({ cursor: _cursor, ...log }) => log);
    return { entries, newCursor: Math.max(cursor, this.#latest) };
  }

  get #latest(): number {
    return this.#nextCursor - 1;
  }

  async #next(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  #add(log: FunctionLog): void {
    this.#logs.push({ ...log, cursor: this.#nextCursor++ });
    if (this.#logs.length > maxKeptLogs) this.#logs.shift();
    for (const wake of this.#waiting) wake();
  }
}

function origin({ componentPath, functionPath, type }: LogSource): Omit<FunctionLog, "kind" | "logLines"> {
  const isHttp = /^[A-Z]+ \//.test(functionPath);
  return {
    udfType: type === undefined ? (isHttp ? "HttpAction" : "Action") : udfTypes[type],
    componentPath: componentPath === "" ? null : componentPath,
    identifier: functionPath === "" ? "host" : functionPath,
    timestamp: Date.now() / 1000,
  };
}
