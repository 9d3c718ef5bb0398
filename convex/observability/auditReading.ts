import { getDocumentSize, v } from "convex/values";
import { internalQuery } from "../_generated/server";
import { UnscopedReader } from "../core/records/reader";
import { canonicalRow, chainOf, deploymentChain } from "./auditChain/chain";
import type { Doc } from "../_generated/dataModel";
import type { Infer } from "convex/values";

// What the verification of the audit trail reads, as it is stored: nothing is judged here.

const chainsPerPage = 100;
const rowsPerPage = 200;
const bytesPerPage = 4 * 1024 * 1024;

const endValidator = v.object({
  chain: v.string(),
  sequence: v.number(),
  digest: v.string(),
  removedSequence: v.number(),
  removedDigest: v.string(),
});
const sealValidator = v.object({
  chain: v.string(),
  firstSequence: v.number(),
  sequence: v.number(),
  previousDigest: v.string(),
  digest: v.string(),
  rows: v.array(v.object({ id: v.string(), expiresAt: v.number(), digest: v.string() })),
});
const storedRowValidator = v.object({
  id: v.string(),
  /** The row in its canonical form. */
  text: v.string(),
  isDetached: v.boolean(),
});
const presentRowValidator = v.object({ id: v.string(), creationTime: v.number() });

/** Chains with their ends, how far the trail is sealed, and which organizations are still there. */
export const chains = internalQuery({
  args: { cursor: v.union(v.string(), v.null()), organization: v.optional(v.string()) },
  returns: v.object({
    ends: v.array(v.object({ ...endValidator.fields, isThere: v.boolean(), name: v.string() })),
    sealedUntil: v.number(),
    cursor: v.union(v.string(), v.null()),
  }),
  handler: async (ctx, { cursor, organization }) => {
    const reader = new UnscopedReader(ctx);
    const wanted =
      organization === undefined ? undefined : ((await reader.organization(organization))?._id ?? organization);
    const query = reader.query("auditChains");
    const { page, isDone, continueCursor } = await (
      wanted === undefined ? query.fullTableScan() : query.withIndex("by_chain", (q) => q.eq("chain", wanted))
    ).paginate({ cursor, numItems: chainsPerPage });
    const ends = await Promise.all(
      page.map(async ({ chain, sequence, digest, removedSequence, removedDigest }) => {
        const owner = chain === deploymentChain ? null : await reader.get("organizations", chain);
        const isThere = owner !== null;
        return { chain, sequence, digest, removedSequence, removedDigest, isThere, name: owner?.slug ?? chain };
      }),
    );
    const sealer = await reader.query("auditSealers").first();
    const sealedUntil = sealer?.sealedUntil ?? 0;
    return { ends, sealedUntil, cursor: isDone ? null : continueCursor };
  },
});

/** The next seals of a chain with those of their rows that are there, as many as one query may read. */
export const seals = internalQuery({
  args: { chain: v.string(), after: v.number() },
  returns: v.object({
    seals: v.array(sealValidator),
    rows: v.array(storedRowValidator),
    now: v.number(),
    isLast: v.boolean(),
  }),
  handler: async (ctx, { chain, after }) => {
    const now = Date.now();
    const reader = new UnscopedReader(ctx);
    const found: Infer<typeof sealValidator>[] = [];
    const rows: Infer<typeof storedRowValidator>[] = [];
    let bytes = 0;
    const next = reader
      .query("auditSeals")
      .withIndex("by_chain_and_sequence", (q) => q.eq("chain", chain).gt("sequence", after));
    for await (const { firstSequence, sequence, previousDigest, digest, rows: sealed } of next) {
      found.push({ chain, firstSequence, sequence, previousDigest, digest, rows: sealed });
      for (const { id } of sealed) {
        const row = await reader.get("auditLogs", id);
        if (!row) continue;
        rows.push({ id, text: canonicalRow(row), isDetached: row.organizationId === undefined });
        bytes += getDocumentSize(row);
      }
      if (bytes >= bytesPerPage || rows.length >= rowsPerPage * 5) return { seals: found, rows, now, isLast: false };
    }
    return { seals: found, rows, now, isLast: true };
  },
});

/** Ids of the rows that stand in a chain's trail, sealed or not. */
export const present = internalQuery({
  args: { chain: v.string(), isThere: v.boolean(), cursor: v.union(v.string(), v.null()) },
  returns: v.object({ rows: v.array(presentRowValidator), cursor: v.union(v.string(), v.null()) }),
  handler: async (ctx, { chain, isThere, cursor }) => {
    const reader = new UnscopedReader(ctx);
    const organizationId = (isThere && (await reader.get("organizations", chain))?._id) || undefined;
    const { page, isDone, continueCursor } = await reader
      .query("auditLogs")
      .withIndex("by_organizationId_and_createdAt", (q) => q.eq("organizationId", organizationId))
      .paginate({ cursor, numItems: rowsPerPage });
    // Rows of purged organizations and of the deployment itself stand in one range.
    const own = page.filter((row: Doc<"auditLogs">) => chainOf(row) === chain);
    const rows = own.map(({ _id, _creationTime }) => ({ id: _id, creationTime: _creationTime }));
    return { rows, cursor: isDone ? null : continueCursor };
  },
});
