import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ownName = /^convex-host-(?:[a-z]+-)?(\d+)-\w{6}$/;
let isSwept = false;

/**
 * Makes a directory for this process in the system's temporary one, for whoever makes it to remove. What processes that were killed
 * have left there is removed first.
 * @param part - What it is for, where it is not for a deployment.
 */
export function makeScratchDirectory(part = ""): string {
  const parent = tmpdir();
  if (!isSwept) sweepScratchDirectories(parent);
  isSwept = true;
  return mkdtempSync(join(parent, `convex-host-${part === "" ? "" : `${part}-`}${process.pid}-`));
}

/** Removes the scratch directories below `parent` whose processes have ended; those of other users stay. */
export function sweepScratchDirectories(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(ownName.exec(name)?.[1]);
    if (!Number.isSafeInteger(pid) || isAlive(pid)) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's, or being removed by another process: no concern of this one.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user must not be signalled, and is there.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
