import { readdirSync, statSync, watch } from "node:fs";
import path from "node:path";
import type { FSWatcher } from "node:fs";

interface WatchedFolder {
  readonly inode: number;
  readonly watcher: FSWatcher;
}

/**
 * Tells of changes anywhere below a folder. Watches every folder by itself: a recursive watch of Node 20 watches files, and knows
 * nothing of one that was replaced, as editors, `git checkout` and `git stash` do.
 */
export class FolderWatch {
  readonly #folders = new Map<string, WatchedFolder>();
  readonly #root: string;
  readonly #onChange: () => void;

  constructor(root: string, onChange: () => void) {
    this.#root = root;
    this.#onChange = onChange;
    this.#watchAll();
  }

  /** Tells of nothing any more. */
  close(): void {
    for (const { watcher } of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  /** Watches what is there now, and nothing else. */
  #watchAll(): void {
    const found = foldersBelow(this.#root);
    for (const [folder, { inode, watcher }] of this.#folders) {
      if (found.get(folder) === inode) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const [folder, inode] of found) if (!this.#folders.has(folder)) this.#watch(folder, inode);
  }

  #watch(folder: string, inode: number): void {
    try {
      const watcher = watch(folder, () => {
        this.#watchAll();
        this.#onChange();
      });
      // A folder that ends while it is watched ends the watch; its parent tells of it.
      watcher.on("error", () => watcher.close());
      this.#folders.set(folder, { inode, watcher });
    } catch (error) {
      // Deleted since it was found, of which its parent tells.
      if (statSync(folder, { throwIfNoEntry: false }) !== undefined) throw error;
    }
  }
}

/** The folder and every one below it, with what tells it from another of that name. */
function foldersBelow(root: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const inode = statSync(folder, { throwIfNoEntry: false })?.ino;
    if (inode === undefined) continue;
    found.set(folder, inode);
    waiting.push(...subfoldersOf(folder));
  }
  return found;
}

function subfoldersOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => path.join(folder, name));
  } catch {
    // Deleted between two looks.
    return [];
  }
}
