import { chmod, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { lockFile, textOf } from "./fileLock";
import type { AgentStorage } from "./storage";

/**
 * A file that only its owner can read (mode 0600, in a folder of mode 0700 where there is none yet), written whole or not at all.
 * While an agent uses it, a lock file beside it keeps every other out.
 *
 * @param path - Where it is; of one agent alone.
 */
export function fileStorage(path: string): AgentStorage {
  return {
    name: path,
    read: async () => {
      const text = await textOf(path);
      // A backup or a copy may have opened it to others.
      if (text !== undefined) await chmod(path, 0o600);
      return text;
    },
    write: async (text) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${process.pid}.new`;
      const handle = await open(temporary, "w", 0o600);
      try {
        await handle.writeFile(text);
        // Without this the rename may reach the disk before the contents, and a power cut would leave an empty file.
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
      // The name reaches the disk with its folder, which Windows does by itself.
      if (process.platform !== "win32") await synced(dirname(path));
    },
    lock: () => lockFile(`${path}.lock`),
  };
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
