import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import path from "node:path";

/**
 * Reads a secret from a file, creating it first when missing. The file appears whole or not at all, and when two processes
 * create it at once both get the same content.
 * @param filePath its directory is created when missing
 * @param create makes the content of a new file
 * @throws {Error} when an existing file is open to other users.
 */
export async function loadOrCreatePrivateFile(filePath: string, create: () => Promise<string>): Promise<string> {
  const existing = await readPrivateFile(filePath);
  if (existing !== undefined) return existing;
  await mkdir(path.dirname(filePath), { recursive: true, mode: 0o700 });
  const temporaryPath = `${filePath}.${randomUUID()}`;
  const file = await open(temporaryPath, "wx", 0o600);
  try {
    await file.writeFile(await create());
    await file.sync();
    await file.close();
    await link(temporaryPath, filePath).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await file.close();
    await unlink(temporaryPath);
  }
  const created = await readPrivateFile(filePath);
  if (created === undefined) throw new Error(`Cannot read ${filePath} back after creating it`);
  return created;
}

async function readPrivateFile(filePath: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(filePath);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new Error(`${filePath} holds a private key but is open to other users; run: chmod 600 ${filePath}`);
    }
    return await readFile(filePath, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
