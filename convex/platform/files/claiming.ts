import { makeFunctionReference } from "convex/server";
import { contentOf, unknownType } from "./contentTypes";
import { maximumFileBytes } from "../tables";
import { maximumRequestBytes } from "./rules";
import type { FoundContent } from "./contentTypes";
import type { Prepare } from "../../core/operations/declaration";
import type { Id } from "../../_generated/dataModel";

interface StoredBlob {
  readonly storageId: Id<"_storage">;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly declaredType?: string;
}
/** A blob in storage, and what its bytes were found to be. */
export type FoundBlob = StoredBlob & FoundContent;

const find = makeFunctionReference<"query", { storageId: string }, (StoredBlob & { isClaimed: boolean }) | null>(
  "core/records/blobs:find",
);

/** Of more than this only the beginning is read: what formats begin with. */
const beginningBytes = 65_536;

/** Reads a blob before the transaction that makes it a file. Nobody knows yet who asks, so it changes nothing, whatever comes of it. */
export const prepareBlob: Prepare = async (ctx, { input, bytes }) => {
  const named = bytes?.storageId ?? input["storageId"];
  // Only ids can be looked up; whatever else was sent is refused by the operation.
  const found =
    typeof named === "string" && /^[a-z0-9]{31,37}$/.test(named)
      ? await ctx.runQuery(find, { storageId: named })
      : null;
  if (!found) return null;
  const { isClaimed, ...stored } = found;
  const { storageId, sizeBytes } = stored;
  // What is refused whatever it holds need not be read.
  const blob = isClaimed || sizeBytes > maximumFileBytes ? null : await ctx.storage.get(storageId);
  const part = blob && sizeBytes > maximumRequestBytes ? blob.slice(0, beginningBytes) : blob;
  const content = part
    ? contentOf(new Uint8Array(await part.arrayBuffer()), part === blob)
    : { contentType: unknownType };
  return { ...stored, ...content };
};

/** What `prepareBlob` found, in the mutation that it prepared; undefined where there is no such blob. */
export function foundBlob(prepared: unknown): FoundBlob | undefined {
  return isFoundBlob(prepared) ? prepared : undefined;
}

function isFoundBlob(prepared: unknown): prepared is FoundBlob {
  return typeof prepared === "object" && prepared !== null && "storageId" in prepared && "contentType" in prepared;
}
