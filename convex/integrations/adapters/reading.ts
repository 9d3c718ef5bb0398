import { maximumBatchItems } from "../tables";
import { ProviderError } from "../../core/wire/providerError";
import type { Adapter, Listing, ProviderItem } from "./adapter";
import type { ProviderClient } from "../../core/wire/providerClient";

/** How far a run has read: what the next page is read with, in this action or in the one after a crash. */
export interface ReadingProgress {
  /** The next page, from 1 up. */
  readonly page: number;
  /** Things read before it. */
  readonly seen: number;
  /** How many there are, as the first page said. */
  readonly total?: number | undefined;
  /** Whether a later page said otherwise: what changes while it is read is not known to be whole. */
  readonly hasMoved?: boolean | undefined;
  /** The latest change among what was read. */
  readonly latestChange?: string | undefined;
}

/** A page whose things are what was asked for, each for the first time. */
interface ReadPage {
  readonly items: readonly ProviderItem[];
  readonly progress: ReadingProgress;
  /** Whether the provider says that there is no more. */
  readonly isLast: boolean;
}

export const firstPage: ReadingProgress = { page: 1, seen: 0 };

/** An endless list ends here. */
const maximumPages = 10_000;

/**
 * Reads a list page by page. It ends where as many things were read as the provider says there are, and nowhere else: a short page
 * proves nothing, and an empty one before that is a fault.
 * @throws {ProviderError} for another page than was asked for or a larger one, for things that were not asked for or come twice, for a list that ends early
 */
export async function* pagesOf(
  adapter: Pick<Adapter, "page">,
  client: ProviderClient,
  listing: Listing,
  from: ReadingProgress = firstPage,
): AsyncGenerator<ReadPage, void> {
  const known = new Set<string>();
  let progress = from;
  while (progress.page <= maximumPages) {
    const asked = progress.page;
    const { page, total, items } = await adapter.page(client, listing, asked);
    if (page !== asked) throw inconsistent(`page ${page} where page ${asked} was asked for`);
    if (items.length > maximumBatchItems) throw inconsistent("more things at once than were asked for");
    for (const { externalId, changedAt } of items) {
      if (known.has(externalId)) throw inconsistent("the same thing twice", true);
      known.add(externalId);
      const { changedSince } = listing;
      if (changedSince !== undefined && (changedAt === undefined || changedAt < changedSince))
        throw inconsistent("things that were not asked for");
    }
    const seen = progress.seen + items.length;
    if (seen > total) throw inconsistent("more things than it counts", true);
    const isLast = seen === total;
    if (items.length === 0 && !isLast) throw inconsistent("an empty page before the end of its list", true);
    progress = {
      page: asked + 1,
      seen,
      total: progress.total ?? total,
      hasMoved: progress.hasMoved === true || (progress.total ?? total) !== total,
      latestChange: latestOf(progress.latestChange, items),
    };
    yield { items, progress, isLast };
    if (isLast) return;
  }
  throw inconsistent(`more than ${maximumPages} pages`);
}

/** Providers write the times of one list in one form, of which the later is the greater text. */
function latestOf(known: string | undefined, items: readonly ProviderItem[]): string | undefined {
  return items.reduce(
    (latest, { changedAt }) =>
      changedAt !== undefined && (latest === undefined || changedAt > latest) ? changedAt : latest,
    known,
  );
}

function inconsistent(what: string, isRetryable = false): ProviderError {
  return new ProviderError(`The provider answered ${what}.`, isRetryable);
}

/**
 * Whether what a run of everything has read may be taken for all there is: the list did not change meanwhile, and it is not empty where
 * it was not before, as it is for credentials that have lost their rights.
 */
export function isWhole({ hasMoved, seen }: ReadingProgress, seenBefore: number): boolean {
  return hasMoved !== true && (seen > 0 || seenBefore === 0);
}
