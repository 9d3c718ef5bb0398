import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import { dirname } from "node:path";
import { randomUuid } from "../runtime/trace";
import type { StorageLock } from "./storage";

/**
 * Takes a lock file, which tells the process that holds it. One whose process has ended is taken over: after a power cut nobody is
 * there to remove it.
 */
export async function lockFile(path: string): Promise<StorageLock> {
  const own = `${path}.${randomUuid()}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(own, `${process.pid} ${await startOf(process.pid)}`, { mode: 0o600 });
    for (;;) {
      // Linked, so that nobody finds the lock there and still empty.
      if (await succeeded(link(own, path), "EEXIST")) return { release: () => rm(path, { force: true }) };
      const text = await textOf(path);
      if (text === undefined) continue;
      const pid = await holderOf(path, text);
      if (pid !== undefined) return { heldBy: `process ${pid}, as ${path} says` };
      await removeStale(path, text);
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** Removes a stale lock; what another, who found it stale too, has put there since is put back. */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUuid()}`;
  if (!(await succeeded(rename(path, aside), "ENOENT"))) return;
  if ((await readFile(aside, "utf8")) === text) await rm(aside);
  else await rename(aside, path);
}

/** The process that holds the lock; undefined when it has ended. */
async function holderOf(path: string, text: string): Promise<number | undefined> {
  const [, id, start] = /^(\d+) (\d*)$/.exec(text) ?? [];
  if (id === undefined) return undefined;
  const pid = Number(id);
  if (!isThere(pid)) return undefined;
  // A pid is given again, after a boot above all: a device must not wait for a stranger.
  if (start) {
    const found = await startOf(pid);
    return found === start || found === "" ? pid : undefined;
  }
  const bootedAtMs = Date.now() - uptime() * 1_000;
  return (await stat(path)).mtimeMs < bootedAtMs ? undefined : pid;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There, and somebody else's.
    return hasCode(error, "EPERM");
  }
}

/** When a process began, in clock ticks since the boot; empty where the system, unlike Linux, does not tell. */
async function startOf(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    // Behind the program's name, which may hold spaces and brackets.
    const fields = text.slice(text.lastIndexOf(")")).split(" ");
    return fields[1] === "Z" ? "ended" : (fields[20] ?? "");
  } catch {
    return "";
  }
}

/** The text of a file; undefined when there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** False when the system has refused it for this reason. */
async function succeeded(work: Promise<void>, reason: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (hasCode(error, reason)) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
