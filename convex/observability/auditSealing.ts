import { getDocumentSize, v } from "convex/values";
import { internal } from "../_generated/api";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { minuteMs } from "../core/wire/durations";
import { chainOf, firstDigest, nextSeal, rowsPerSeal, sealedRowOf } from "./auditChain/chain";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/**
 * How old a row is before it is sealed. Its `_creationTime` is when its transaction began, so it may become visible behind rows
 * that are there already, by as long as a transaction lasts: seconds on the host and on Convex Cloud. What still comes later is
 * not lost but told by the verification.
 */
export const sealedAfterMs = minuteMs;

/** Few, since writers of a host wait for a run as for any other transaction; what is left follows in the next one. */
const rowsPerRun = 100;
const bytesPerRun = 4 * 1024 * 1024;
const removedPerRun = 500;

const writerOf = (ctx: MutationCtx, now: number) =>
  systemWriter(ctx, { noun: "auditSeal", action: "auditSeal.seal", isAudited: false, now });

/**
 * Seals the rows that came since the last run, of all organizations, in the order of their creation. It reads behind the newest
 * commits, where nobody writes, and writes rows that no other mutation touches but the retention: writers never wait for it.
 * `agedMs` is for whoever measures it. Answers how many rows this run sealed.
 */
export const seal = internalMutation({
  args: { agedMs: v.optional(v.number()) },
  returns: v.number(),
  handler: async (ctx, { agedMs = sealedAfterMs }) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const sealer = await writer.query("auditSealers").first();
    const { rows, isLast } = await rowsAfter(writer, sealer?.sealedUntil ?? 0, now - agedMs);
    const newest = rows.at(-1);
    if (!newest) return 0;
    for (const [chain, ofChain] of groupedByChain(rows)) await append(writer, chain, ofChain, now);
    const sealedUntil = newest._creationTime;
    if (sealer) await writer.patch("auditSealers", sealer, { sealedUntil });
    else await writer.insert("auditSealers", { sealedUntil });
    if (!isLast) await ctx.scheduler.runAfter(0, internal.observability.auditSealing.seal, { agedMs });
    return rows.length;
  },
});

/** The next rows as far as one transaction goes, all of one `_creationTime` together. */
async function rowsAfter(writer: UnscopedWriter, after: number, before: number) {
  const rows: Doc<"auditLogs">[] = [];
  let bytes = 0;
  const next = writer
    .query("auditLogs")
    .withIndex("by_creation_time", (q) => q.gt("_creationTime", after).lt("_creationTime", before));
  for await (const row of next) {
    const isNewTime = rows.at(-1)?._creationTime !== row._creationTime;
    if (isNewTime && (rows.length >= rowsPerRun || bytes >= bytesPerRun)) return { rows, isLast: false };
    rows.push(row);
    bytes += getDocumentSize(row);
  }
  return { rows, isLast: true };
}

function groupedByChain(rows: readonly Doc<"auditLogs">[]): ReadonlyMap<string, readonly Doc<"auditLogs">[]> {
  const chains = new Map<string, Doc<"auditLogs">[]>();
  for (const row of rows) chains.set(chainOf(row), [...(chains.get(chainOf(row)) ?? []), row]);
  return chains;
}

async function append(
  writer: UnscopedWriter,
  chain: string,
  rows: readonly Doc<"auditLogs">[],
  now: number,
): Promise<void> {
  const known = await chainNamed(writer, chain);
  let end = { sequence: known?.sequence ?? 0, digest: known?.digest ?? firstDigest };
  for (let at = 0; at < rows.length; at += rowsPerSeal) {
    const sealed = await Promise.all(rows.slice(at, at + rowsPerSeal).map(sealedRowOf));
    const made = await nextSeal(chain, end, sealed, now);
    await writer.insert("auditSeals", made);
    end = { sequence: made.sequence, digest: made.digest };
  }
  if (known) await writer.patch("auditChains", known, { ...end, sealedAt: now });
  else {
    const anchor = { removedSequence: 0, removedDigest: firstDigest };
    await writer.insert("auditChains", { chain, ...end, ...anchor, sealedAt: now });
  }
}

function chainNamed(writer: UnscopedWriter, chain: string) {
  return writer
    .query("auditChains")
    .withIndex("by_chain", (q) => q.eq("chain", chain))
    .unique();
}

/**
 * Removes rows whose time is over, of all organizations, and in the same transaction the seals at the beginning of their chains of
 * which no row is left: the chain then begins at its anchor. Answers how many rows this run removed.
 */
export const removeExpired = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const now = Date.now();
    const writer = writerOf(ctx, now);
    const expired = await writer
      .query("auditLogs")
      .withIndex("by_expiresAt", (q) => q.lt("expiresAt", now))
      .take(removedPerRun);
    for (const row of expired) await writer.discard("auditLogs", row);
    const isLast = expired.length < removedPerRun;
    // Rows that expired later than the last of a full run are still there.
    const removedBefore = isLast ? now : (expired.at(-1)?.expiresAt ?? 0);
    for (const chain of new Set(expired.map(chainOf))) await moveAnchor(writer, chain, removedBefore);
    if (!isLast) await ctx.scheduler.runAfter(0, internal.observability.auditSealing.removeExpired, {});
    return expired.length;
  },
});

async function moveAnchor(writer: UnscopedWriter, chain: string, removedBefore: number): Promise<void> {
  const known = await chainNamed(writer, chain);
  if (!known) return;
  let anchor: { removedSequence: number; removedDigest: string } | undefined;
  const seals = writer.query("auditSeals").withIndex("by_chain_and_sequence", (q) => q.eq("chain", chain));
  for (const oldest of await seals.take(removedPerRun)) {
    if (oldest.expiresAt >= removedBefore) break;
    await writer.discard("auditSeals", oldest);
    anchor = { removedSequence: oldest.sequence, removedDigest: oldest.digest };
  }
  if (anchor) await writer.patch("auditChains", known, anchor);
}
