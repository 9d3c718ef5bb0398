import { isJsonObject, parseJson } from "../../values/convexJson";
import type { ConvexJson } from "../../values/convexJson";
import { convexSizeBytes, displaySize, largestSizeBytes } from "../../values/convexSize";

const DEFAULT_LIMITS = {
  bytesRead: 16 << 20,
  bytesWritten: 16 << 20,
  databaseQueries: 4096,
  documentsRead: 32_000,
  documentsWritten: 16_000,
  functionsScheduled: 1000,
  scheduledFunctionArgsBytes: 16 << 20,
} as const;

/** The largest argument object of one scheduled function. */
const MAX_SCHEDULED_ARGS_BYTES = 4 << 20;

const OVER_LIMIT_HELP =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

type Metric = keyof typeof DEFAULT_LIMITS;
type Limits = Readonly<Record<Metric, number>>;

/** A transaction that went over one of Convex's limits. A page ends early on a read limit instead of failing. */
export class TransactionLimitError extends Error {
  override readonly name = "Error";
}

/**
 * What a transaction has used so far, held against Convex's limits (contract 9). Sizes follow Convex's formula, but the
 * documents are only measured when their text could reach the limit, or when somebody asks.
 */
export class TransactionUsage {
  #limits: Limits = DEFAULT_LIMITS;
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

  /** Counts a scanned or fetched document. @throws {TransactionLimitError} past the limit of documents or bytes */
  countRead(text: string): void {
    if (++this.#documentsRead > this.#limits.documentsRead)
      throw new TransactionLimitError(
        `Too many documents read in a single function execution (limit: ${this.#limits.documentsRead}). ${OVER_LIMIT_HELP}`,
      );
    this.#unmeasured.push(text);
    this.#unmeasuredBound += largestSizeBytes(text.length);
    if (this.#measuredBytesRead + this.#unmeasuredBound <= this.#limits.bytesRead) return;
    if (this.#bytesRead() > this.#limits.bytesRead)
      throw new TransactionLimitError(
        `Too many bytes read in a single function execution (limit: ${this.#limits.bytesRead} bytes). ${OVER_LIMIT_HELP}`,
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
    if (sizeBytes > MAX_SCHEDULED_ARGS_BYTES)
      throw new TransactionLimitError(
        `Too large arguments for a single scheduled function from this mutation (actual: ${sizeBytes} bytes, limit: ${MAX_SCHEDULED_ARGS_BYTES} bytes)`,
      );
    if (this.#scheduledArgsBytes + sizeBytes > this.#limits.scheduledFunctionArgsBytes)
      throw new TransactionLimitError(
        `Too large total size of the arguments of scheduled functions from this mutation (limit: ${this.#limits.scheduledFunctionArgsBytes} bytes)`,
      );
    this.#functionsScheduled++;
    this.#scheduledArgsBytes += sizeBytes;
  }

  /** A point to return to with {@link forgetWritesSince}. */
  writeMark(): number {
    return this.#writes.length;
  }

  /** Gives back what a failed nested call had written; what it has read stays in the transaction. */
  forgetWritesSince(mark: number): void {
    for (const write of this.#writes.splice(mark)) this.#writtenBound -= boundOf(write);
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
    const limitOf = (metric: Metric): number => {
      const allowance = budget[metric];
      return typeof allowance === "number" ? Math.min(outer[metric], used[metric] + allowance) : outer[metric];
    };
    this.#limits = {
      bytesRead: limitOf("bytesRead"),
      bytesWritten: limitOf("bytesWritten"),
      databaseQueries: limitOf("databaseQueries"),
      documentsRead: limitOf("documentsRead"),
      documentsWritten: limitOf("documentsWritten"),
      functionsScheduled: limitOf("functionsScheduled"),
      scheduledFunctionArgsBytes: limitOf("scheduledFunctionArgsBytes"),
    };
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
      Object.fromEntries(
        Object.entries(used).map(([metric, amount]) => [
          metric,
          { used: amount, remaining: Math.max(0, this.#limits[metricOf(metric)] - amount) },
        ]),
      ),
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
    };
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
      `Too many reads in a single function execution (limit: ${limit}). ${OVER_LIMIT_HELP}`,
    );
  }
}

function boundOf(write: string | number): number {
  return typeof write === "number" ? write : largestSizeBytes(write.length);
}

/** Only called with the keys of an object of type Limits. */
function metricOf(name: string): Metric {
  return name as Metric;
}
