import { AsyncLocalStorage } from "node:async_hooks";
import type { Caller, FunctionType, RequestMetadata } from "../../deployment";

/** What the outermost call brought along; shared by every nested call. */
export interface CallContext {
  readonly caller: Caller;
  readonly metadata: RequestMetadata;
  /** The job that is running, when the scheduler made the call. */
  readonly scheduledFunctionId: string | null;
  /** Frozen at the start of a query or mutation, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly logLines: string[];
}

/** One running function. Syscalls find it through async context, so a promise always acts for the call that made it. */
export interface Frame {
  /** `import` while module scope is evaluated. */
  readonly type: FunctionType | "import";
  /** The component that the function belongs to; empty for the app. */
  readonly componentPath: string;
  readonly path: string;
  readonly call: CallContext;
  /** True once the handler has settled: what still runs of it may not read or write any more. */
  readonly closed: boolean;
  /** Called once when the handler has settled. */
  close(): void;
  /** Answers a syscall that needs no waiting; arguments and answer are Convex JSON text. @throws {Error} for one it does not know */
  syscall(operation: string, argsText: string): string;
  /** Answers a syscall that may wait, such as a read or a nested call; arguments and answer are Convex JSON text. */
  asyncSyscall(operation: string, argsText: string): Promise<string>;
  /** Answers a syscall whose arguments are no JSON, such as a Blob to store. @throws {Error} for one it does not know */
  jsSyscall(operation: string, args: unknown): unknown;
}

const frames = new AsyncLocalStorage<Frame>();

/** The function that the running code belongs to, if any. */
export function currentFrame(): Frame | undefined {
  return frames.getStore();
}

/** Runs code in a frame that stays open behind it. */
export function withinFrame<T>(frame: Frame, run: () => T): T {
  return frames.run(frame, run);
}

/** Runs one function in its frame and closes the frame when the function has settled. */
export async function runInFrame<T>(frame: Frame, run: () => Promise<T>): Promise<T> {
  try {
    return await frames.run(frame, run);
  } finally {
    frame.close();
  }
}

function openFrame(operation: string): Frame {
  const frame = frames.getStore();
  if (frame === undefined) throw new Error(`${operation} was called outside of a running Convex function.`);
  if (frame.closed)
    throw new Error(
      `${operation} was called after ${frame.path} had returned. Await every promise before the function returns.`,
    );
  return frame;
}

/** Installs `globalThis.Convex`, the object through which convex/server talks to its backend. */
export function installSyscallBoundary(): void {
  Reflect.set(globalThis, "Convex", {
    syscall: (operation: string, argsText: string) => openFrame(operation).syscall(operation, argsText),
    asyncSyscall(operation: string, argsText: string): Promise<string> {
      try {
        return openFrame(operation).asyncSyscall(operation, argsText);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    jsSyscall: (operation: string, args: unknown) => openFrame(operation).jsSyscall(operation, args),
    dynamicImport,
  });
}

/** What the bundler makes of `import()` in user code: refused while a query or mutation runs, as in Convex. */
async function dynamicImport(modulePath: string, load: () => Promise<unknown>): Promise<unknown> {
  const type = currentFrame()?.type;
  if (type === "query" || type === "mutation")
    throw new Error(`Can't dynamically import ${JSON.stringify(modulePath)} in a query or mutation`);
  return await load();
}
