import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import type { ReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DiskFullError, isDiskFull } from "./storeFailure";

const incomingName = "incoming";
const fileNamePattern = /^[0-9a-z]{31,37}$/;
const shardNamePattern = /^[0-9a-z]{2}$/;

/** What was written: its size and the SHA-256 of its bytes. */
export interface WrittenFile {
  readonly sizeBytes: number;
  readonly sha256: Buffer;
}

/** The bytes do not end where they may: more than the limit. */
export class FileTooLargeError extends Error {
  override readonly name = "FileTooLargeError";

  constructor(readonly maxBytes: number) {
    super(`The file is larger than ${maxBytes} bytes.`);
  }
}

/**
 * Stored files beside the database, one per storage id. A file is written under another name, synced and renamed before
 * anything refers to it, and never changed afterwards. Its document in `_storage` alone decides whether it belongs to the
 * deployment.
 */
export class FileStore {
  constructor(readonly directory: string) {}

  /**
   * Writes a stream durably.
   *
   * @throws {FileTooLargeError} after `maxBytes`; {DiskFullError}; what the source throws; then nothing is kept
   */
  async write(id: string, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<WrittenFile> {
    const incoming = this.#incomingPath(id);
    const hash = createHash("sha256");
    let sizeBytes = 0;
    try {
      this.#makeIncoming();
      const handle = await open(incoming, "wx", 0o600);
      try {
        for await (const chunk of source) {
          sizeBytes += chunk.byteLength;
          if (sizeBytes > maxBytes) throw new FileTooLargeError(maxBytes);
          hash.update(chunk);
          await handle.writeFile(chunk);
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
      this.#publish(incoming, id);
    } catch (error) {
      throw this.#withdraw(incoming, id, error);
    }
    return { sizeBytes, sha256: hash.digest() };
  }

  /**
   * {@link write} for the executor thread, whose functions hold the transaction until they return.
   *
   * @throws {DiskFullError} then nothing is kept
   */
  writeBytes(id: string, bytes: Uint8Array): WrittenFile {
    const incoming = this.#incomingPath(id);
    try {
      this.#makeIncoming();
      const descriptor = openSync(incoming, "wx", 0o600);
      try {
        for (let at = 0; at < bytes.byteLength;) at += writeSync(descriptor, bytes, at);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      this.#publish(incoming, id);
    } catch (error) {
      throw this.#withdraw(incoming, id, error);
    }
    return { sizeBytes: bytes.byteLength, sha256: createHash("sha256").update(bytes).digest() };
  }

  /** The whole file, or null when there is none. */
  readBytes(id: string): Buffer | null {
    const path = this.pathOf(id);
    return existsSync(path) ? readFileSync(path) : null;
  }

  /** The whole file, or null when there is none, read beside whatever else the thread does meanwhile. */
  async read(id: string): Promise<Buffer<ArrayBuffer> | null> {
    try {
      return await readFile(this.pathOf(id));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  }

  /** The bytes from `start` to `end`, both inclusive. The stream fails when the file is gone. */
  readStream(id: string, range: { readonly start: number; readonly end: number }): ReadStream {
    return createReadStream(this.pathOf(id), range);
  }

  /** The length of a stored file, or null when the file is not on the disk. */
  sizeBytes(id: string): number | null {
    return statSync(this.pathOf(id), { throwIfNoEntry: false })?.size ?? null;
  }

  /** Removes a file that may be gone already. Readers that have it open keep reading. */
  remove(id: string): void {
    rmSync(this.pathOf(id), { force: true });
  }

  /** Every file's id. */
  *ids(): Generator<string> {
    for (const shard of this.#shards())
      for (const name of readdirSync(join(this.directory, shard))) if (fileNamePattern.test(name)) yield name;
  }

  /** Gives another directory the same file by a hard link, which files that never change allow. */
  linkInto(target: FileStore, id: string): void {
    const path = target.pathOf(id);
    mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
    linkSync(this.pathOf(id), path);
  }

  /** Clears away writes that a crash cut short. Only for the process that holds the database's lock. */
  removeUnfinished(): void {
    rmSync(join(this.directory, incomingName), { recursive: true, force: true });
  }

  /** @throws {Error} for anything that is not a storage id, so that no name leads out of the directory */
  pathOf(id: string): string {
    if (!fileNamePattern.test(id)) throw new Error(`Not a storage id: ${JSON.stringify(id)}`);
    return join(this.directory, id.slice(-2), id);
  }

  *#shards(): Generator<string> {
    if (!existsSync(this.directory)) return;
    for (const name of readdirSync(this.directory)) if (shardNamePattern.test(name)) yield name;
  }

  /** Every write has a new id, so no two writes collide here. */
  #incomingPath(id: string): string {
    return join(this.directory, incomingName, id);
  }

  #makeIncoming(): void {
    mkdirSync(join(this.directory, incomingName), { recursive: true, mode: 0o700 });
  }

  /** Removes what a failed write has left under either name. @returns the error to throw */
  #withdraw(incoming: string, id: string, error: unknown): unknown {
    rmSync(incoming, { force: true });
    this.remove(id);
    return isDiskFull(error) ? new DiskFullError(error) : error;
  }

  /** After this the file survives a power cut: the rename and a new directory are synced as well. */
  #publish(incoming: string, id: string): void {
    const path = this.pathOf(id);
    const shard = join(path, "..");
    const isNewShard = mkdirSync(shard, { recursive: true, mode: 0o700 }) !== undefined;
    renameSync(incoming, path);
    syncDirectory(shard);
    if (isNewShard) syncDirectory(this.directory);
  }
}

/** Where the stored files of a database lie: beside it. */
export function filesDirectoryOf(databaseFile: string): string {
  return `${databaseFile}-files`;
}

/** Makes a directory's entries durable; a no-op where directories cannot be opened (Windows). */
export function syncDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
