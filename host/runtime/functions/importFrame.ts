import { createCipheriv, createHash } from "node:crypto";
import type { Cipher } from "node:crypto";
import type { CallContext, Frame } from "./frames";
import { noMetadata } from "../rpc/calls";
import type { ImportPhase } from "../rpc/protocol";

/**
 * Module scope while it is evaluated. Convex evaluates modules again for every call, with the time and the randomness of
 * the push, so a value made here is the same in every call; nothing that reaches outside is available.
 */
export class ImportFrame implements Frame {
  readonly type = "import";
  readonly call: CallContext;
  closed = false;
  readonly #keystream: Cipher;

  constructor(
    readonly componentPath: string,
    readonly path: string,
    phase: ImportPhase,
  ) {
    this.call = {
      caller: { kind: "anonymous" },
      metadata: noMetadata,
      scheduledFunctionId: null,
      nowMs: phase.nowMs,
      logLines: [],
    };
    const key = createHash("sha256").update(`${phase.seed} ${componentPath};${path}`).digest();
    this.#keystream = createCipheriv("chacha20", key, new Uint8Array(16));
  }

  close(): void {
    this.closed = true;
  }

  /** The next bytes of module scope's own randomness. */
  randomBytes(lengthBytes: number): Uint8Array {
    return this.#keystream.update(new Uint8Array(lengthBytes));
  }

  syscall(operation: string): never {
    throw new Error(`Syscall ${operation} unsupported at import time`);
  }

  asyncSyscall(operation: string): Promise<never> {
    return Promise.reject(new Error(`Syscall ${operation} unsupported at import time`));
  }

  jsSyscall(operation: string): never {
    throw new Error(`Syscall ${operation} unsupported at import time`);
  }
}
