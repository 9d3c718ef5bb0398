import { fork } from "node:child_process";
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import type { WorldKeys } from "./world";

/** What a server with a store is told when it starts. */
export interface StoreOrder {
  readonly directory: string;
  readonly keys: WorldKeys;
  readonly scheduleCount: number;
  /** Leaves the store as it is, even when there is none yet. */
  readonly isSeeded?: boolean;
}

export interface ProcessUsage {
  /** User and system time of all threads since the process began, in microseconds. */
  readonly cpuUs: number;
  readonly residentBytes: number;
}

/** A benchmark server in a process of its own; `World` is what it says about itself once it listens. */
export class ServerProcess<World extends object> {
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    readonly world: World,
  ) {
    this.#child = child;
  }

  /** Starts `module`, which calls {@link serve}, and waits until it listens. */
  static async start<World extends object>(
    module: string,
    order: object,
    execArgv: readonly string[] = [],
    environment: NodeJS.ProcessEnv = process.env,
  ): Promise<ServerProcess<World>> {
    const child = fork(module, { execArgv: [...process.execArgv, ...execArgv], env: environment });
    child.send(order);
    const [ready]: (World | number | null)[] = await Promise.race([once(child, "message"), once(child, "exit")]);
    if (typeof ready !== "object" || ready === null) throw new Error(`${module} ended before it was ready.`);
    return new ServerProcess(child, ready);
  }

  async usage(): Promise<ProcessUsage> {
    this.#child.send("usage");
    const [usage]: ProcessUsage[] = await once(this.#child, "message");
    if (usage === undefined) throw new Error("The server did not tell its usage.");
    return usage;
  }

  /** Ends the process at once, as a power cut does. */
  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  /** Lets the server close its file; profiles are written then. */
  async stop(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.send("stop");
    await exited;
  }
}

/** The child's side: starts a server on the order and answers the parent until it says stop. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a message has the type that its sender gave it
export function serve<Order extends object>(
  start: (order: Order) => Promise<{ readonly world: object; close(): Promise<void> }>,
): void {
  process.once("message", (order: Order) => {
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
