import { definedOf } from "../../core/records/documents";
import { withoutUnseen } from "../../core/schema/fields";
import { CredentialsRefused } from "../../core/wire/providerError";
import { isCount, isJsonObject } from "../../core/wire/unknownJson";
import { payloadOf } from "./payload";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ResourceTable } from "../tables";
import type { ProviderResource, RateLimit, ReadingEnd, ResourcePage } from "./adapter";
import type { KeptFields } from "./payload";

/** A page of a provider's list as it came. */
export interface ListedPage {
  readonly rows: readonly unknown[];
  /** How many the whole list has, where the provider counts. */
  readonly total?: number;
  /** Where the next page is, a number or a cursor; where the provider does not count, its absence is the mark of the end. */
  readonly next?: string;
  readonly rateLimit?: RateLimit;
}

/** Rows of one list that are read: what leads on and on holds no sync for ever. */
const mostRows = 100_000;

/** What a list is read with. */
interface Listing {
  /** Asks for the page at a place, and for the first without one. */
  readonly pageAt: (at: string | undefined) => Promise<ListedPage>;
  /** A row as a resource; undefined where it cannot be one. */
  readonly resourceOf: (row: JsonObject) => ProviderResource | undefined;
}

/** How far a list was read. */
interface Progress {
  readonly at?: string;
  /** Rows that came, whatever they were. */
  readonly read: number;
  /** Resources among them, each once. */
  readonly count: number;
  readonly leftOut: number;
  readonly total?: number;
  /** Whether rows came twice, or another page counted otherwise: what changes while it is read is not known to be whole. */
  readonly hasMoved: boolean;
}

/**
 * Reads a provider's list to its end, which the provider proves: as many rows as it counts, or its mark. A short page proves nothing, and
 * neither does an empty one. Rows that are no resources are left out and make the list incomplete.
 */
export async function* resourcesOf(listing: Listing, from?: string): AsyncGenerator<ResourcePage, ReadingEnd> {
  const known = new Set<string>();
  let progress = progressOf(from);
  for (;;) {
    const page = await allowedPage(listing, progress.at);
    if (!page) {
      const why = "The key may not read it (403).";
      return { complete: false, count: progress.count, why };
    }
    const { next, rateLimit } = page;
    const rows = newAmong(page.rows, listing.resourceOf, known);
    progress = progressAfter(progress, page, rows);
    const { total = page.total, read } = progress;
    const isPast = total !== undefined && read >= total;
    // A provider that sends the same page for ever is not asked for ever.
    const isStuck = page.rows.length > 0 && rows.resources.length === 0 && rows.repeated > 0;
    const isLast = next === undefined || isPast || isStuck || page.rows.length === 0;
    if (!isLast && read >= mostRows) {
      yield { rows: rows.resources, ...definedOf({ rateLimit }) };
      const why = `It has more than the ${mostRows} rows that are read of a list.`;
      return { complete: false, count: progress.count, why };
    }
    yield { rows: rows.resources, ...definedOf({ rateLimit, next: isLast ? undefined : JSON.stringify(progress) }) };
    if (isLast) return endOf(progress, next);
  }
}

/** A page; undefined where the key lacks the right to this list, which says nothing of others. */
async function allowedPage({ pageAt }: Listing, at: string | undefined): Promise<ListedPage | undefined> {
  try {
    return await pageAt(at);
  } catch (error) {
    if (error instanceof CredentialsRefused && error.status === 403) return undefined;
    throw error;
  }
}

/** What is new on a page, and how many of its rows are no resources or came before. */
function newAmong(rows: readonly unknown[], resourceOf: Listing["resourceOf"], known: Set<string>) {
  const resources: ProviderResource[] = [];
  let leftOut = 0;
  let repeated = 0;
  for (const row of rows) {
    const resource = isJsonObject(row) ? resourceOf(row) : undefined;
    if (!resource) leftOut += 1;
    else if (known.has(resource.providerResourceId)) repeated += 1;
    else {
      known.add(resource.providerResourceId);
      resources.push(resource);
    }
  }
  return { resources, leftOut, repeated };
}

function progressAfter(before: Progress, page: ListedPage, rows: ReturnType<typeof newAmong>): Progress {
  const { total = page.total } = before;
  return {
    read: before.read + page.rows.length,
    count: before.count + rows.resources.length,
    leftOut: before.leftOut + rows.leftOut,
    hasMoved: before.hasMoved || rows.repeated > 0 || total !== page.total,
    ...definedOf({ at: page.next, total }),
  };
}

function endOf({ read, count, leftOut, total, hasMoved }: Progress, next: string | undefined): ReadingEnd {
  const why = [
    ...(leftOut > 0
      ? [`${leftOut} of ${read} rows lack an id or a name of their own, or are of another account.`]
      : []),
    ...(hasMoved ? ["The list changed while it was read."] : []),
    ...(total !== undefined && read < total ? [`The list ended after ${read} rows of ${total}.`] : []),
    ...(total === undefined && next !== undefined ? ["The list ended without its mark of the end."] : []),
    ...(total !== undefined && read > total ? [`The list has ${read} rows, and counts ${total}.`] : []),
  ];
  return { complete: why.length === 0, count, ...(why.length === 0 ? {} : { why: why.join(" ") }) };
}

const beginning: Progress = { read: 0, count: 0, leftOut: 0, hasMoved: false };

/** Where a page said that it goes on; what is not of this form begins anew, which brings the same. */
function progressOf(from: string | undefined): Progress {
  if (from === undefined) return beginning;
  let value: unknown;
  try {
    value = JSON.parse(from);
  } catch {
    return beginning;
  }
  if (!isJsonObject(value)) return beginning;
  const { at, read, count, leftOut, total, hasMoved } = value;
  if (typeof at !== "string" || !isCount(read) || !isCount(count) || !isCount(leftOut)) return beginning;
  return { at, read, count, leftOut, hasMoved: hasMoved === true, ...(isCount(total) ? { total } : {}) };
}

/** What an adapter has found in a row. */
interface Found {
  readonly id: unknown;
  readonly name: unknown;
  /** In the words that all providers share. */
  readonly status: string;
  readonly details?: JsonObject;
  readonly keeps: KeptFields;
}

/** A row as a resource; undefined where it has no id or no name that could be one. */
export function resourceFrom(table: ResourceTable, row: JsonObject, found: Found): ProviderResource | undefined {
  const providerResourceId = idOf(found.id);
  const text = textOf(found.name, 253);
  const name = table === "domains" ? text?.toLowerCase().replace(/\.$/, "") : text;
  if (providerResourceId === undefined || name === undefined || name === "") return undefined;
  const details = Object.entries(found.details ?? {}).flatMap(([field, value]) =>
    typeof value === "string" || typeof value === "number" ? [[field, value] as const] : [],
  );
  return {
    providerResourceId,
    name,
    status: found.status,
    details: Object.fromEntries(details),
    fullApiData: payloadOf(row, found.keeps),
  };
}

/** An id as it is stored: text of visible ASCII, or a whole number that JSON has not rounded. */
export function idOf(value: unknown): string | undefined {
  if (isCount(value)) return String(value);
  return typeof value === "string" && /^[!-~]{1,200}$/.test(value) ? value : undefined;
}

/** A text without what cannot be seen, cut where it is too long; undefined where nothing is left, and for what is no text. */
export function textOf(value: unknown, most: number): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = withoutUnseen(value.toWellFormed()).trim().slice(0, most).toWellFormed();
  return text === "" ? undefined : text;
}

/** The word that all providers share for a provider's own; `unknown` for one that is not among those known. */
export function statusOf<Word extends string>(value: unknown, words: Readonly<Record<string, Word>>): Word | "unknown" {
  return (typeof value === "string" && Object.hasOwn(words, value) && words[value]) || "unknown";
}
