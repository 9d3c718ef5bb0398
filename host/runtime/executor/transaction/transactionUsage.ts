import { isJsonObject, parseJson } from "../../../json";
import type { ConvexJson } from "../../../values/convexJson";
import { convexSizeBytes, displaySize, largestSizeBytes } from "../../../values/convexSize";

const defaultLimits = {
  bytesRead: 16 << 20,
  bytesWritten: 16 << 20,
  databaseQueries: 4096,
  documentsRead: 32_000,
  documentsWritten: 16_000,
  functionsScheduled: 1000,
  scheduledFunctionArgsBytes: 16 << 20,
  // Convex publishes no figures for files: as many bytes as of documents, as many files as scheduled functions.
  filesWritten: 1000,
  fileWriteBytes: 16 << 20,
  filesRead: 1000,
  fileReadBytes: 16 << 20,
} as const;

/** The largest argument object of one scheduled function. */
const maxScheduledArgsBytes = 4 << 20;

const overLimitHelp =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

type Metric = keyof typeof defaultLimits;
type Limits = Readonly<Record<Metric, number>>;

/** Limits of every transaction of a host in place of Convex's; what is absent stays as it is. */
export type TransactionLimits = Partial<Limits>;

/** How much had been written at some point of a transaction. */
interface WriteMark {
  readonly documents: number;
  readonly files: number;
}

/** A transaction that went over one of Convex's limits. A page ends early on a read limit instead of failing. */
export class TransactionLimitError extends Error {
  override readonly name = "Error";
}

/**
 * What a transaction has used so far, checked against Convex's limits (CONTRACT.md, section 6). Sizes follow Convex's
 * formula, but the documents are only measured when their text could reach the limit, or when somebody asks.
 */
export class TransactionUsage {
  #limits: Limits;
  #documentsRead = 0;
  #measuredBytesRead = 0;
  /** Texts that have been read and not measured yet, with an upper bound of their size. */
  #unmeasured: string[] = [];
  #unmeasuredBound = 0;
  /** Ids read one by one; the same id again is the same interval of the read set. */
  #pointReads: string[] = [];
  #rangesRead = 0;
  /** Each write's text, or its size once it has been measured; a deletion has size 0. */
  readonly #writes: (string | number)[] = [];
  /** An upper bound of the size of all writes. */
  #writtenBound = 0;
  #functionsScheduled = 0;
  #scheduledArgsBytes = 0;
  readonly #fileWriteSizes: number[] = [];
  #filesRead = 0;
  #fileReadBytes = 0;

  constructor(limits?: TransactionLimits) {
    this.#limits = limits === undefined ? defaultLimits : { ...defaultLimits, ...limits };
  }

  /** Counts a scanned or fetched document. @throws {TransactionLimitError} past the limit of documents or bytes */
  countRead(text: string): void {
    if (++this.#documentsRead > this.#limits.documentsRead)
      throw new TransactionLimitError(
        `Too many documents read in a single function execution (limit: ${this.#limits.documentsRead}). ${overLimitHelp}`,
      );
    this.#unmeasured.push(text);
    this.#unmeasuredBound += largestSizeBytes(text.length);
    if (this.#measuredBytesRead + this.#unmeasuredBound <= this.#limits.bytesRead) return;
    if (this.#bytesRead() > this.#limits.bytesRead)
      throw new TransactionLimitError(
        `Too many bytes read in a single function execution (limit: ${this.#limits.bytesRead} bytes). ${overLimitHelp}`,
      );
  }

  /** Counts a read of one id, whether or not the document exists. @throws {TransactionLimitError} past 4096 reads */
  countPointRead(id: string): void {
    this.#pointReads.push(id);
    this.#checkIntervals();
  }

  /** Counts an index range. @throws {TransactionLimitError} past 4096 reads */
  countRangeRead(): void {
    this.#rangesRead++;
    this.#checkIntervals();
  }

  /** Counts a write of a document's text, or a deletion when null. @throws {TransactionLimitError} past a limit */
  countWrite(text: string | null): void {
    this.#writes.push(text ?? 0);
    this.#writtenBound += boundOf(text ?? 0);
    if (this.#writes.length > this.#limits.documentsWritten)
      throw new TransactionLimitError(
        `Too many writes in a single function execution (limit: ${this.#limits.documentsWritten})`,
      );
    if (this.#writtenBound > this.#limits.bytesWritten && this.#bytesWritten() > this.#limits.bytesWritten)
      throw new TransactionLimitError(
        `Too many bytes written in a single function execution (limit: ${displaySize(this.#limits.bytesWritten)})`,
      );
  }

  /** Counts a scheduled function. @throws {TransactionLimitError} when it would go past a limit; it is not counted then */
  countScheduled(args: readonly ConvexJson[]): void {
    const sizeBytes = convexSizeBytes(args);
    if (this.#functionsScheduled >= this.#limits.functionsScheduled)
      throw new TransactionLimitError(
        `Too many functions scheduled by this mutation (limit: ${this.#limits.functionsScheduled})`,
      );
    if (sizeBytes > maxScheduledArgsBytes)
      throw new TransactionLimitError(
        `Too large arguments for a single scheduled function from this mutation (actual: ${sizeBytes} bytes, limit: ${maxScheduledArgsBytes} bytes)`,
      );
    if (this.#scheduledArgsBytes + sizeBytes > this.#limits.scheduledFunctionArgsBytes)
      throw new TransactionLimitError(
        `Too large total size of the arguments of scheduled functions from this mutation (limit: ${this.#limits.scheduledFunctionArgsBytes} bytes)`,
      );
    this.#functionsScheduled++;
    this.#scheduledArgsBytes += sizeBytes;
  }

  /** Counts a file whose bytes a mutation is about to read. @throws {TransactionLimitError} past a limit */
  countFileRead(sizeBytes: number): void {
    this.#filesRead++;
    this.#fileReadBytes += sizeBytes;
    this.#checkFiles("read", this.#filesRead, this.#limits.filesRead, this.#fileReadBytes, this.#limits.fileReadBytes);
  }

  /** Counts a file that a mutation is about to store. @throws {TransactionLimitError} past a limit */
  countFileWrite(sizeBytes: number): void {
    this.#fileWriteSizes.push(sizeBytes);
    const { filesWritten, fileWriteBytes } = this.#limits;
    this.#checkFiles("written", this.#fileWriteSizes.length, filesWritten, this.#fileWriteBytes(), fileWriteBytes);
  }

  /** A point to return to with {@link forgetWritesSince}. */
  writeMark(): WriteMark {
    return { documents: this.#writes.length, files: this.#fileWriteSizes.length };
  }

  /** Takes a failed nested call's writes out of the count; its reads stay counted. */
  forgetWritesSince({ documents, files }: WriteMark): void {
    for (const write of this.#writes.splice(documents)) this.#writtenBound -= boundOf(write);
    this.#fileWriteSizes.length = files;
  }

  /**
   * Runs a nested call under `transactionLimits`: a budget on top of what has been used, which can only lower limits.
   *
   * @param budget the option as convex/server sent it, or undefined for none
   */
  async withBudget<T>(budget: ConvexJson | undefined, run: () => Promise<T>): Promise<T> {
    if (!isJsonObject(budget)) return await run();
    const outer = this.#limits;
    const used = this.#used();
    this.#limits = eachMetric((metric) => {
      const allowance = budget[metric];
      return typeof allowance === "number" ? Math.min(outer[metric], used[metric] + allowance) : outer[metric];
    });
    try {
      return await run();
    } finally {
      this.#limits = outer;
    }
  }

  /** `1.0/getTransactionMetrics`: what the transaction has used and what its limits leave. */
  metricsText(): string {
    const used = this.#used();
    return JSON.stringify(
      eachMetric((metric) => ({ used: used[metric], remaining: Math.max(0, this.#limits[metric] - used[metric]) })),
    );
  }

  #used(): Limits {
    return {
      bytesRead: this.#bytesRead(),
      bytesWritten: this.#bytesWritten(),
      databaseQueries: this.#intervals(),
      documentsRead: this.#documentsRead,
      documentsWritten: this.#writes.length,
      functionsScheduled: this.#functionsScheduled,
      scheduledFunctionArgsBytes: this.#scheduledArgsBytes,
      filesWritten: this.#fileWriteSizes.length,
      fileWriteBytes: this.#fileWriteBytes(),
      filesRead: this.#filesRead,
      fileReadBytes: this.#fileReadBytes,
    };
  }

  #fileWriteBytes(): number {
    return this.#fileWriteSizes.reduce((total, sizeBytes) => total + sizeBytes, 0);
  }

  #checkFiles(done: "read" | "written", files: number, maxFiles: number, sizeBytes: number, maxBytes: number): void {
    if (files > maxFiles)
      throw new TransactionLimitError(`Too many files ${done} in a single function execution (limit: ${maxFiles})`);
    if (sizeBytes > maxBytes)
      throw new TransactionLimitError(
        `Too many bytes of files ${done} in a single function execution (limit: ${displaySize(maxBytes)})`,
      );
  }

  #bytesRead(): number {
    for (const text of this.#unmeasured) this.#measuredBytesRead += convexSizeBytes(parseJson(text));
    this.#unmeasured = [];
    this.#unmeasuredBound = 0;
    return this.#measuredBytesRead;
  }

  #bytesWritten(): number {
    let sizeBytes = 0;
    for (const [i, write] of this.#writes.entries()) {
      const measured = typeof write === "number" ? write : convexSizeBytes(parseJson(write));
      this.#writes[i] = measured;
      sizeBytes += measured;
    }
    this.#writtenBound = sizeBytes;
    return sizeBytes;
  }

  #intervals(): number {
    this.#pointReads = [...new Set(this.#pointReads)];
    return this.#pointReads.length + this.#rangesRead;
  }

  #checkIntervals(): void {
    const limit = this.#limits.databaseQueries;
    if (this.#pointReads.length + this.#rangesRead <= limit || this.#intervals() <= limit) return;
    throw new TransactionLimitError(
      `Too many reads in a single function execution (limit: ${limit}). ${overLimitHelp}`,
    );
  }
}

function boundOf(write: string | number): number {
  return typeof write === "number" ? write : largestSizeBytes(write.length);
}

/** An amount for each metric. `defaultLimits` has all of them and nothing else, and so has what is made of its keys. */
function eachMetric<T>(amountOf: (metric: Metric) => T): Readonly<Record<Metric, T>> {
  const metrics = Object.keys(defaultLimits) as readonly Metric[];
  return Object.fromEntries(metrics.map((metric) => [metric, amountOf(metric)])) as Record<Metric, T>;
}
