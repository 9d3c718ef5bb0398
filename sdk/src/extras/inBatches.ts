import { isApiError } from "../errors";
import type { ApiError } from "../errors";
import { isRecord } from "../runtime/json";

/** What became of one item: what the API answered for it, or why it was refused. */
export type BatchOutcome<Item, Result> =
  | { readonly index: number; readonly item: Item; readonly result: Result; readonly error?: undefined }
  | { readonly index: number; readonly item: Item; readonly result?: undefined; readonly error: ApiError };

/** What a batch answers for each of its items. */
export type BatchResult<Answer> = Answer extends { readonly data: readonly (infer Row)[] }
  ? Row
  : Answer extends { readonly results: readonly (infer Row)[] }
    ? Row
    : undefined;

/** Options of {@link inBatches}. */
export interface BatchOptions {
  /** Most items of one request, as the operation's `items` allows. Default 100. */
  readonly size?: number | undefined;
  /**
   * Begins the key of every request: the same items sent again after a crash are then answered, not repeated.
   * Other items are another request, so after refusals send what was refused alone, and under another key.
   */
  readonly idempotencyKey?: string | undefined;
}

type Send<Item, Answer> = (
  items: Item[],
  options: { readonly idempotencyKey: string | undefined },
) => PromiseLike<Answer>;

interface Numbered<Item> {
  readonly index: number;
  readonly item: Item;
}

/**
 * Sends any number of items by an operation that takes so many at once, and tells of each what became of it. A batch is refused
 * as a whole: the items that the refusal points at are told, and the others are sent without them. One that is too large
 * is sent in halves. A failure that is not about items is thrown, after everything that is known was told.
 *
 * @param items - Also a generator, which is read as fast as batches are taken.
 * @param send - One request; hand its second argument on as options.
 * @example
 * for await (const { index, result, error } of inBatches(rows, (items, options) => portico.items.batchCreate({ items }, options)))
 *   console.log(index, error ? error.errors : result.id);
 */
export async function* inBatches<Item, Answer>(
  items: Iterable<Item> | AsyncIterable<Item>,
  send: Send<Item, Answer>,
  { size = 100, idempotencyKey }: BatchOptions = {},
): AsyncGenerator<BatchOutcome<Item, BatchResult<Answer>>, void, undefined> {
  if (!(size >= 1)) throw new RangeError("size must be a number, 1 or more");
  let batch: Numbered<Item>[] = [];
  let index = 0;
  for await (const item of items) {
    batch.push({ index, item });
    index += 1;
    if (batch.length < size) continue;
    yield* outcomesOf(batch, send, idempotencyKey);
    batch = [];
  }
  if (batch.length > 0) yield* outcomesOf(batch, send, idempotencyKey);
}

/** The outcomes in the order of their items; what a failure has cut short is thrown after them. */
async function* outcomesOf<Item, Answer>(
  batch: readonly Numbered<Item>[],
  send: Send<Item, Answer>,
  key: string | undefined,
): AsyncGenerator<BatchOutcome<Item, BatchResult<Answer>>, void, undefined> {
  const known: BatchOutcome<Item, BatchResult<Answer>>[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    await sendBatch(batch, send, key, known);
  } catch (error) {
    failure = { error };
  }
  yield* known.sort((one, other) => one.index - other.index);
  if (failure) throw failure.error;
}

/** Sends a batch, in parts where it must be, and adds to `known` what became of each part as soon as it is known. */
async function sendBatch<Item, Answer>(
  batch: readonly Numbered<Item>[],
  send: Send<Item, Answer>,
  key: string | undefined,
  known: BatchOutcome<Item, BatchResult<Answer>>[],
): Promise<void> {
  const [first] = batch;
  if (!first) return;
  try {
    // Another set of items is another request, so its key says which set it is.
    const idempotencyKey = key === undefined ? undefined : `${key}-${first.index}-${batch.length}`;
    const answer = await send(
      batch.map(({ item }) => item),
      { idempotencyKey },
    );
    const results = resultsOf(answer, batch.length);
    if (results.length !== batch.length)
      throw new TypeError(`The batch of ${batch.length} items was answered with ${results.length} results`);
    known.push(...results.map((result, at) => ({ ...numberedAt(batch, at), result })));
  } catch (error) {
    if (!isApiError(error)) throw error;
    const faulty = new Set(
      error.errors.flatMap(({ pointer }) => /^\/\w+\/(\d+)(?:\/|$)/.exec(pointer)?.slice(1) ?? []),
    );
    const isAlone = batch.length === 1 && [400, 409, 413, 422].includes(error.status);
    const refused = batch.filter((_, at) => isAlone || faulty.has(String(at)));
    if (refused.length === 0 && error.status !== 413) throw error;
    known.push(...refused.map((one) => ({ ...one, error })));
    const others = batch.filter((one) => !refused.includes(one));
    // Too large as a whole, unless the refusal is of items.
    const partSize = refused.length > 0 ? others.length : Math.ceil(batch.length / 2);
    await sendBatch(others.slice(0, partSize), send, key, known);
    await sendBatch(others.slice(partSize), send, key, known);
  }
}

function numberedAt<Item>(batch: readonly Numbered<Item>[], at: number): Numbered<Item> {
  const one = batch[at];
  if (!one) throw new RangeError(`A batch of ${batch.length} has no item ${at}`);
  return one;
}

/** The results by either of the names that the API gives them; where a batch answers without, nothing for each of its items. */
function resultsOf<Answer>(answer: Answer, count: number): readonly BatchResult<Answer>[] {
  const given = isRecord(answer) ? (answer["data"] ?? answer["results"]) : undefined;
  const results: unknown = given ?? Array.from({ length: count }, () => undefined);
  if (!isResults<Answer>(results)) throw new TypeError("The batch was answered without a list of results");
  return results;
}

/** The type takes what the API answers from its document; that it is a list is what can be seen of it. */
function isResults<Answer>(list: unknown): list is readonly BatchResult<Answer>[] {
  return Array.isArray(list);
}
