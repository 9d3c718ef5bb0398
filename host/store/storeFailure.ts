const diskFullCodes: ReadonlySet<unknown> = new Set(["SQLITE_FULL", "ENOSPC", "EDQUOT", "EFBIG"]);

/** Whether SQLite or the file system says that there is no space left, or that a quota or size limit is used up. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && diskFullCodes.has(error.code);
}

/** There is no space for what was to be stored, and nothing of it was kept. */
export class DiskFullError extends Error {
  override readonly name = "DiskFullError";

  constructor(cause: unknown) {
    super("The disk is full: nothing of this was stored. Reads go on; try again when there is space.", { cause });
  }
}
