import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { repositoryRoot } from "./repositoryFiles";
import type { ChildProcess } from "node:child_process";

/** A script of the repository, as it is run by the command line. */
export interface Command {
  /** Its path below the root. */
  readonly file: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly environment: NodeJS.ProcessEnv;
}

/** How a script ended and what it wrote. */
export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Both in the order in which they were written. */
  output: string;
}

/**
 * A process that runs scripts of the repository one after the other, since most of what a short command takes is to start Node and
 * load what all of them import. That a script is one of a process of its own shows where it is started as such.
 */
export class Commands {
  readonly #child: ChildProcess;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#child = fork(path.join(import.meta.dirname, "commandProcess.testing.ts"), {
      cwd: repositoryRoot,
      execArgv: ["--import", "tsx"],
    });
  }

  /** Runs a script; without an environment, in that of this process. @throws {Error} when the process has ended */
  run(file: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = process.env): Promise<Ended> {
    const ended = this.#last.then(() => this.#run({ file, args, environment }));
    this.#last = ended.catch(() => undefined);
    return ended;
  }

  async #run(command: Command): Promise<Ended> {
    const child = this.#child;
    return await new Promise((resolve, reject) => {
      const died = () => reject(new Error(`The process ended that ran ${command.file}.`));
      if (child.exitCode !== null || child.signalCode !== null) return died();
      child.once("exit", died);
      child.once("message", (ended: Ended) => {
        child.off("exit", died);
        resolve(ended);
      });
      child.send(command);
    });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
