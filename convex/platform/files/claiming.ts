import { makeFunctionReference } from "convex/server";
import { contentOf, unknownType } from "./contentTypes";
import { maximumFileBytes } from "../tables";
import { maximumRequestBytes } from "./rules";
import type { FoundContent } from "./contentTypes";
import type { Prepare } from "../../core/operations/declaration";
import type { ProblemCode } from "../../core/wire/problems";
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
const discard = makeFunctionReference<"mutation", { storageId: Id<"_storage"> }, null>("core/records/blobs:discard");

/** Of more than this only the beginning is read: what formats begin with. */
const beginningBytes = 65_536;
/** Refusals of the bytes themselves, by somebody who may upload: they are of no use to anybody. */
const ofContent: ReadonlySet<ProblemCode> = new Set([
  "payload_too_large",
  "unsupported_media_type",
  "not_an_image",
  "image_too_large",
]);

/** Reads a blob before the transaction that makes it a file; one that is refused for its bytes is deleted. */
export const prepareBlob: Prepare = async (ctx, { input, bytes }) => {
  const named = bytes?.storageId ?? input["storageId"];
  // Only ids can be looked up; whatever else was sent is refused by the operation.
  const found =
    typeof named === "string" && /^[a-z0-9]{31,37}$/.test(named)
      ? await ctx.runQuery(find, { storageId: named })
      : null;
  if (!found) return { found: null };
  const { isClaimed, ...stored } = found;
  const { storageId, sizeBytes } = stored;
  // What is refused whatever it holds need not be read.
  const blob = isClaimed || sizeBytes > maximumFileBytes ? null : await ctx.storage.get(storageId);
  const part = blob && sizeBytes > maximumRequestBytes ? blob.slice(0, beginningBytes) : blob;
  const content = part
    ? contentOf(new Uint8Array(await part.arrayBuffer()), part === blob)
    : { contentType: unknownType };
  return {
    found: { ...stored, ...content },
    refused: async ({ code }) => {
      if (ofContent.has(code)) await ctx.runMutation(discard, { storageId });
    },
  };
};

/** What `prepareBlob` found, in the mutation that it prepared; undefined where there is no such blob. */
export function foundBlob(prepared: unknown): FoundBlob | undefined {
  return isFoundBlob(prepared) ? prepared : undefined;
}

function isFoundBlob(prepared: unknown): prepared is FoundBlob {
  return typeof prepared === "object" && prepared !== null && "storageId" in prepared && "contentType" in prepared;
}
