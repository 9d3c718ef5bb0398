import { fork } from "node:child_process";
import { once } from "node:events";
import { nextMessage } from "./nextMessage";
import type { ChildProcess } from "node:child_process";
import type { SetupKeys } from "./setup";

/** Start options of a server with a store. */
export interface StoreOrder {
  readonly directory: string;
  readonly keys: SetupKeys;
  readonly scheduleCount: number;
  /** Leaves the store as it is, even when there is none yet. */
  readonly isSeeded?: boolean;
}

export interface ProcessUsage {
  /** User and system time of all threads since the process began, in microseconds. */
  readonly cpuUs: number;
  readonly residentBytes: number;
  /** Peak resident memory. */
  readonly peakBytes: number;
}

/** As `npm start` sets it; the hand-written servers get it as well. */
const serverOptions = ["--max-semi-space-size=32"];

/** A benchmark server in a process of its own; `Setup` is what it says about itself once it listens. */
export class ServerProcess<Setup extends object> {
  static readonly #living = new Set<ChildProcess>();
  readonly #child: ChildProcess;
  readonly #module: string;

  private constructor(
    child: ChildProcess,
    module: string,
    readonly setup: Setup,
  ) {
    this.#child = child;
    this.#module = module;
  }

  /** Starts `module`, which calls {@link serve}, and waits until it listens. */
  static async start<Setup extends object>(
    module: string,
    order: object,
    execArgv: readonly string[] = [],
    environment: NodeJS.ProcessEnv = process.env,
  ): Promise<ServerProcess<Setup>> {
    const child = fork(module, { execArgv: [...process.execArgv, ...serverOptions, ...execArgv], env: environment });
    this.#living.add(child);
    child.once("exit", () => this.#living.delete(child));
    child.send(order);
    return new ServerProcess(child, module, await nextMessage<Setup>(child, module));
  }

  /** Ends what a section that failed left behind: a child that lives keeps the benchmark from ending. */
  static killLiving(): void {
    for (const child of this.#living) child.kill("SIGKILL");
  }

  async usage(): Promise<ProcessUsage> {
    this.#child.send("usage");
    return await nextMessage<ProcessUsage>(this.#child, this.#module);
  }

  /** Puts a question of its own to a server that answers some; one at a time. */
  async ask<Answer extends object>(question: object): Promise<Answer> {
    this.#child.send(question);
    return await nextMessage<Answer>(this.#child, this.#module);
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

/** What a benchmark server offers to the process that started it. */
interface Served<Question extends object> {
  readonly setup: object;
  readonly close: () => Promise<void>;
  /** Answers {@link ServerProcess.ask}. */
  readonly answer?: (question: Question) => Promise<object>;
}

/** The child's side: starts a server on the order and answers the parent until it says stop. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a message has the type that its sender gave it
export function serve<Order extends object, Question extends object = never>(
  start: (order: Order) => Promise<Served<Question>>,
): void {
  process.once("message", (order: Order) => {
    start(order).then(({ setup, close, answer }) => {
      process.on("message", (message: Question | "usage" | "stop") => {
        if (message === "stop") close().then(() => process.exit(0), fail);
        else if (message === "usage") process.send?.(usageOfThisProcess());
        else answer?.(message).then((answered) => process.send?.(answered), fail);
      });
      process.once("disconnect", () => process.exit(1));
      process.send?.(setup);
    }, fail);
  });
}

function usageOfThisProcess(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { cpuUs: user + system, residentBytes: process.memoryUsage.rss(), peakBytes };
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
