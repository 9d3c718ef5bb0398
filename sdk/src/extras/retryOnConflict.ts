import { isApiError } from "../errors";
import type { Call } from "../runtime/call";
import { pause } from "../runtime/within";

/** Options of {@link retryOnConflict}. */
export interface ConflictOptions {
  /** Times to read and change, the first one included. Default 5. */
  readonly maxTries?: number | undefined;
  /** Ends the wait between two tries; give it to the calls as well. */
  readonly signal?: AbortSignal | undefined;
}

const firstWaitMs = 50;

/**
 * Changes what others may change at the same time: reads it, has `change` send what follows from it for that version alone, and
 * begins anew when somebody was faster. Nobody's change is lost, and nothing is locked.
 *
 * @param read - Reads the document, with its ETag.
 * @param change - Sends the change with the option `ifMatch`; called anew with what was read anew.
 * @returns What `change` answered.
 * @throws {PreconditionFailedError} when others were faster each time; whatever `read` and `change` throw otherwise.
 * @example
 * await retryOnConflict(
 *   () => portico.items.get(id),
 *   (item, ifMatch) => portico.items.update(id, { tags: [...(item.tags ?? []), "checked"] }, { ifMatch }),
 * );
 */
export async function retryOnConflict<Row, Answer>(
  read: () => Call<Row>,
  change: (row: Row, ifMatch: string) => PromiseLike<Answer>,
  { maxTries = 5, signal }: ConflictOptions = {},
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const { data, etag } = await read().withResponse();
    if (etag === undefined) throw new TypeError("retryOnConflict: what was read has no ETag");
    try {
      return await change(data, etag);
    } catch (error) {
      if (!isApiError(error) || error.status !== 412 || tries >= maxTries) throw error;
      // Of many that meet at one row each round lets one through; jitter keeps the others apart.
      const waitMs = firstWaitMs * 2 ** tries * Math.random();
      const unlimited = { timeoutMs: Number.POSITIVE_INFINITY, limit: "none", limitMs: Number.POSITIVE_INFINITY };
      await pause(waitMs, { ...unlimited, during: "waiting to try again", signal, attempts: error.attempts });
    }
  }
}
