import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const fillerName = "filler";
const fillerChunkBytes = 4096;

/** A file system of a few megabytes. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  makeReadOnly(): void;
  remove(): void;
}

/** Mounts a small tmpfs at a new directory, or answers null where this process may not mount. */
export function mountSmallDisk(path: string, sizeBytes: number): SmallDisk | null {
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", path], { stdio: "ignore" });
  } catch (error) {
    rmSync(path, { recursive: true });
    if (error instanceof Error) return null;
    throw error;
  }
  const filler = join(path, fillerName);
  return {
    path,
    fill: () => fillWith(filler),
    free: () => rmSync(filler, { force: true }),
    makeReadOnly: () => void execFileSync("mount", ["-o", "remount,ro", path]),
    remove: () => {
      // Lazily: the driver holds a closed file until it is collected.
      execFileSync("umount", ["--lazy", path]);
      rmSync(path, { recursive: true });
    },
  };
}

function fillWith(filler: string): void {
  const descriptor = openSync(filler, "a");
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(fillerChunkBytes));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(descriptor);
  }
}
