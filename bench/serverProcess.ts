import { fork } from "node:child_process";
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import type { World, WorldKeys } from "./world";

/** What a server's process is told when it starts. */
export interface ServerOrder {
  readonly directory: string;
  readonly keys: WorldKeys;
  readonly scheduleCount: number;
}

export interface ProcessUsage {
  /** User and system time of all threads since the process began, in microseconds. */
  readonly cpuUs: number;
  readonly residentBytes: number;
}

/** A benchmark server in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    readonly world: World,
  ) {
    this.#child = child;
  }

  /** Starts `module`, which calls {@link serve}, and waits until it is seeded and listens. */
  static async start(module: string, order: ServerOrder, execArgv: readonly string[] = []): Promise<ServerProcess> {
    const child = fork(module, { execArgv: [...process.execArgv, ...execArgv] });
    child.send(order);
    const [ready]: (World | number | null)[] = await Promise.race([once(child, "message"), once(child, "exit")]);
    if (typeof ready !== "object" || ready === null) throw new Error(`${module} ended before it was ready.`);
    return new ServerProcess(child, ready);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async usage(): Promise<ProcessUsage> {
    this.#child.send("usage");
    const [usage]: ProcessUsage[] = await once(this.#child, "message");
    if (usage === undefined) throw new Error("The server did not tell its usage.");
    return usage;
  }

  /** Lets the server close its file; profiles are written then. */
  async stop(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.send("stop");
    await exited;
  }
}

/** The child's side: starts a server on the order and answers the parent until it says stop. */
export function serve(start: (order: ServerOrder) => Promise<{ readonly world: World; close(): Promise<void> }>): void {
  process.once("message", (order: ServerOrder) => {
    start(order).then(({ world, close }) => {
      process.on("message", (message) => {
        if (message === "stop") close().then(() => process.exit(0), fail);
        else process.send?.(usageOfThisProcess());
      });
      process.once("disconnect", () => process.exit(1));
      process.send?.(world);
    }, fail);
  });
}

function usageOfThisProcess(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, residentBytes: process.memoryUsage.rss() };
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
