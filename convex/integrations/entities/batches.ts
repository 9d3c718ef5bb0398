import * as z from "zod";
import { described, exampleHash, integer, rowId, text } from "../../core/schema/fields";
import { ProblemError } from "../../core/wire/errors";
import { maximumBatchItems } from "../tables";
import type { Tried } from "../../core/operations/triedItems";
import type { ProblemFault } from "../../core/wire/errors";

/** UTF-8 bytes of raw and normalized data that one bulk upsert takes: what a body over REST may hold. */
const maximumBatchBytes = 4 * 1024 * 1024;
/** Bytes that a bulk upsert may read of what is there, below Convex's 16 MiB for a transaction. */
const maximumReadBytes = 14 * 1024 * 1024;

/** What became of an item. */
export const outcomes = ["created", "updated", "unchanged", "revived", "duplicate", "failed"] as const;
export type Outcome = (typeof outcomes)[number];

/** What became of one item of a batch. */
export interface ItemResult {
  readonly externalId?: string;
  readonly outcome: Outcome;
  readonly id?: string;
  readonly dataHash?: string;
  readonly errors?: readonly ProblemFault[];
}

const faultSchema = () =>
  z.object({
    pointer: described(z.string(), "JSON Pointer (RFC 6901) into the request.", "/items/3/normalizedData/$ref"),
    code: described(z.string(), "What is wrong, for programs.", "invalid_name"),
    message: described(z.string(), "What is wrong, for people.", "A name is printable ASCII."),
  });

/** What is wrong with an item that failed, by pointers into the request. */
export const itemErrors = () =>
  described(
    z.array(faultSchema()),
    "What is wrong with an item that failed, the first three faults, as in a problem's `errors`.",
  );

const said: Readonly<Record<Outcome, string>> = {
  created: "Items that are new.",
  updated: "Items that differ from what was known.",
  unchanged: "Items that are as they were.",
  revived: "Items that came back from the trash.",
  duplicate: "Items that a later one of the batch repeats; the last counts.",
  failed: "Items that were not taken; `errors` says why.",
};

/** How many items had which outcome. */
export function countsSchema(of: readonly Outcome[]) {
  const fields = of.map((name) => [name, described(integer(0, maximumBatchItems), said[name], 3)] as const);
  return described(z.object(Object.fromEntries(fields)), "How many items had which outcome.");
}

/** How many of the results had which outcome, every outcome of `of` named. */
export function countsOf(results: readonly { readonly outcome: Outcome }[], of: readonly Outcome[] = outcomes) {
  return Object.fromEntries(of.map((name) => [name, results.filter(({ outcome }) => outcome === name).length]));
}

/** The answer of a bulk upsert. */
export function batchAnswer<Table extends "entities" | "globalEntities">(table: Table, of: readonly Outcome[]) {
  const result = z.object({
    externalId: described(
      text(0, 200),
      "The item's external id; absent where it has none that can be read.",
      "device-4711",
    ).optional(),
    outcome: described(z.enum(of), "What became of it."),
    id: described(rowId(table), "The row; absent where the item failed or a later one repeats it.").optional(),
    dataHash: described(
      z.string().max(64),
      "The hash that the server made, by which changes are told.",
      exampleHash,
    ).optional(),
    errors: itemErrors().optional(),
  });
  return z.object({
    results: described(z.array(result), "What became of each item, in the order of `items`."),
    counts: countsSchema(of),
  });
}

/** What an answer says of one item, at most: two hundred of them are one answer. */
const mostFaults = 3;
const mostPointerCharacters = 300;

/** The first faults of an item as the request's own; one that lies very deep is named by what it lies in. */
export function placed(at: number, faults: readonly ProblemFault[]): readonly ProblemFault[] {
  return faults.slice(0, mostFaults).map(({ pointer, ...fault }) => {
    const end = pointer.length <= mostPointerCharacters ? undefined : pointer.lastIndexOf("/", mostPointerCharacters);
    return { pointer: `/items/${at}${pointer.slice(0, end)}`, ...fault };
  });
}

/** Items that are left to write, each with its place in the batch, and what has become of the others by now. */
export interface SortedBatch<Item> {
  readonly results: ItemResult[];
  readonly wanted: readonly { readonly at: number; readonly item: Item }[];
}

/** Parts the items that can be written from those that are faulty and those that a later one repeats. */
export function sortedBatch<Item extends { readonly externalId: string }>(
  items: readonly Tried<Item>[],
): SortedBatch<Item> {
  const lastAt = new Map(items.flatMap(({ value }, at) => (value ? [[value.externalId, at] as const] : [])));
  const results = items.map(({ value, faults = [] }, at): ItemResult => {
    if (!value) return { outcome: "failed", errors: placed(at, faults) };
    return { externalId: value.externalId, outcome: lastAt.get(value.externalId) === at ? "unchanged" : "duplicate" };
  });
  const wanted = items.flatMap(({ value }, at) =>
    value && lastAt.get(value.externalId) === at ? [{ at, item: value }] : [],
  );
  return { results, wanted };
}

/** @throws {ProblemError} 413 for a batch whose items are larger together than one may be */
export function assertBatchBytes(sizeBytes: number): void {
  if (sizeBytes <= maximumBatchBytes) return;
  const detail = `The items take ${sizeBytes} bytes, of ${maximumBatchBytes} that a batch may take; send fewer at once.`;
  throw new ProblemError("payload_too_large", detail);
}

/** @throws {ProblemError} 413 where what the batch would change is larger than a transaction may read */
export function assertReadBytes(sizeBytes: number): void {
  if (sizeBytes <= maximumReadBytes) return;
  const detail = "What is known of these items is too large to be changed at once; send half of them.";
  throw new ProblemError("payload_too_large", detail);
}
