import { hash } from "node:crypto";
import * as z from "zod";
import { digestOfSeal, firstDigest } from "../../convex/observability/auditChain/chain";
import type { CallAsOperator } from "./operatorCall";

/** A place in a chain: all rows up to `sequence` are fixed by `digest`. Kept elsewhere, it proves what the database cannot. */
export interface Anchor {
  readonly sequence: number;
  readonly digest: string;
}

/** What a verification found of one chain. */
export interface ChainReport {
  /** The organization's id, or `deployment`. */
  readonly chain: string;
  /** The organization's slug where it is still there. */
  readonly name: string;
  readonly sealed: number;
  /** Sealed rows that are there and are as they were sealed. */
  readonly kept: number;
  /** Sealed rows whose time was over and that are gone. */
  readonly expired: number;
  /** Rows that are younger than the newest seal. */
  readonly waiting: number;
  /** What is wrong, in the order of the chain; the first of them names where it begins. */
  readonly faults: readonly string[];
  readonly anchor: Anchor;
}

const anchorShape = /^(\d{1,15}):([0-9a-f]{64})$/;

/** Reads `<sequence>:<digest>`, as a verification prints it. @throws {Error} for any other text */
export function parseAnchor(text: string): Anchor {
  const [, sequence, digest] = anchorShape.exec(text) ?? [];
  if (sequence === undefined || digest === undefined)
    throw new Error(`An anchor is <sequence>:<digest>, as a verification prints it, not "${text}".`);
  return { sequence: Number(sequence), digest };
}

/** An anchor as text. */
export function anchorText({ sequence, digest }: Anchor): string {
  return `${sequence}:${digest}`;
}

const endSchema = z.object({
  chain: z.string(),
  name: z.string(),
  isThere: z.boolean(),
  sequence: z.number(),
  digest: z.string(),
  removedSequence: z.number(),
  removedDigest: z.string(),
});
const chainsSchema = z.object({
  ends: z.array(endSchema),
  sealedUntil: z.number(),
  cursor: z.string().nullable(),
});
const sealSchema = z.object({
  chain: z.string(),
  firstSequence: z.number(),
  sequence: z.number(),
  previousDigest: z.string(),
  digest: z.string(),
  rows: z.array(z.object({ id: z.string(), expiresAt: z.number(), digest: z.string() })),
});
const storedRowSchema = z.object({ id: z.string(), text: z.string(), isDetached: z.boolean() });
const sealsSchema = z.object({
  seals: z.array(sealSchema),
  rows: z.array(storedRowSchema),
  now: z.number(),
  isLast: z.boolean(),
});
const presentSchema = z.object({
  rows: z.array(z.object({ id: z.string(), creationTime: z.number() })),
  cursor: z.string().nullable(),
});

type End = z.infer<typeof endSchema>;
type SealPage = z.infer<typeof sealsSchema>;

/** What a chain is verified against: the rows and seals as they are stored. */
export interface ChainSource {
  readonly end: End;
  /** `_creationTime` of the newest sealed row, of whatever chain. */
  readonly sealedUntil: number;
  /** Seals in their order, with those of their rows that were there `now`. */
  seals(): AsyncIterable<Omit<SealPage, "isLast">>;
  /** Every row of the trail. */
  present(): AsyncIterable<z.infer<typeof presentSchema>["rows"]>;
}

/**
 * Follows a chain from its anchor to its end: every seal names the one before it, every row is as it was sealed, no row is gone
 * before its time, and none stands among them that was not sealed. With `since`, the chain has to pass through that anchor.
 */
export async function verifyChain(source: ChainSource, since?: Anchor): Promise<ChainReport> {
  const { end, sealedUntil } = source;
  const faults: string[] = [];
  const sealed = new Set<string>();
  let [kept, expired] = [0, 0];
  let last: Anchor = { sequence: end.removedSequence, digest: end.removedDigest };
  let isSinceFound = since === undefined || isSame(since, last) || isSame(since, { sequence: 0, digest: firstDigest });
  for await (const { seals, rows, now } of source.seals()) {
    const stored = new Map(rows.map((row) => [row.id, row]));
    for (const seal of seals) {
      const name = `rows ${seal.firstSequence} to ${seal.sequence}`;
      if (seal.firstSequence !== last.sequence + 1 || seal.sequence - last.sequence !== seal.rows.length)
        faults.push(`A seal is missing, or was put in, between row ${last.sequence} and ${name}.`);
      else if (seal.previousDigest !== last.digest)
        faults.push(`The seal of ${name} does not follow the one before it.`);
      if ((await digestOfSeal(seal)) !== seal.digest) faults.push(`The seal of ${name} was changed.`);
      for (const [at, row] of seal.rows.entries()) {
        const found = stored.get(row.id);
        sealed.add(row.id);
        const number = seal.firstSequence + at;
        if (!found) {
          if (row.expiresAt < now) expired += 1;
          else faults.push(`Row ${number} (${row.id}) is gone before its time.`);
        } else if (hash("sha256", found.text) !== row.digest) {
          faults.push(`Row ${number} (${row.id}) is not as it was sealed.`);
        } else if (found.isDetached && end.isThere) {
          faults.push(`Row ${number} (${row.id}) was taken from its organization, which is still there.`);
        } else kept += 1;
      }
      last = { sequence: seal.sequence, digest: seal.digest };
      isSinceFound ||= since !== undefined && isSame(since, last);
    }
  }
  if (!isSame(last, end))
    faults.push(
      `The chain ends at row ${last.sequence}, and was sealed up to row ${end.sequence}: its end is missing.`,
    );
  if (!isSinceFound) faults.push(missing(since, end));
  let waiting = 0;
  for await (const rows of source.present()) {
    for (const { id, creationTime } of rows) {
      if (sealed.has(id)) continue;
      if (creationTime > sealedUntil) waiting += 1;
      else faults.push(`Row ${id} stands among sealed rows and was not sealed: it was put in, or came too late.`);
    }
  }
  const { chain, name } = end;
  return { chain, name, sealed: end.sequence, kept, expired, waiting, faults, anchor: last };
}

function isSame(left: Anchor, right: Anchor): boolean {
  return left.sequence === right.sequence && left.digest === right.digest;
}

function missing(since: Anchor | undefined, { removedSequence }: End): string {
  const sequence = since?.sequence ?? 0;
  return sequence < removedSequence
    ? `The anchor at row ${sequence} is older than what is kept: rows up to ${removedSequence} have expired.`
    : `The chain does not pass through the anchor at row ${sequence}: it was written anew, or cut off before it.`;
}

/** What is to be verified: every chain, or that of one organization, which an anchor may be given for. */
export interface Verified {
  readonly organization?: string | undefined;
  readonly since?: Anchor | undefined;
}

/** Verifies the audit trail of an installation chain by chain. Yields one report after the other. */
export async function* verifyAuditTrail(
  call: CallAsOperator,
  { organization, since }: Verified,
): AsyncIterable<ChainReport> {
  let cursor: string | null = null;
  do {
    const named = organization === undefined ? {} : { organization };
    const page: z.infer<typeof chainsSchema> = chainsSchema.parse(
      await call("query", "observability/auditReading:chains", { cursor, ...named }),
    );
    for (const end of page.ends) yield await verifyChain(sourceOf(call, end, page), since);
    ({ cursor } = page);
  } while (cursor !== null);
}

function sourceOf(call: CallAsOperator, end: End, { sealedUntil }: Pick<ChainSource, "sealedUntil">): ChainSource {
  const { chain, isThere } = end;
  return {
    end,
    sealedUntil,
    async *seals() {
      let after = end.removedSequence;
      for (;;) {
        const page = sealsSchema.parse(await call("query", "observability/auditReading:seals", { chain, after }));
        // What is sealed while this runs is the next verification's.
        const seals = page.seals.filter(({ sequence }) => sequence <= end.sequence);
        yield { seals, rows: page.rows, now: page.now };
        const next = page.seals.at(-1)?.sequence ?? end.sequence;
        if (page.isLast || next >= end.sequence || next <= after) return;
        after = next;
      }
    },
    async *present() {
      let cursor: string | null = null;
      do {
        const page: z.infer<typeof presentSchema> = presentSchema.parse(
          await call("query", "observability/auditReading:present", { chain, isThere, cursor }),
        );
        yield page.rows;
        ({ cursor } = page);
      } while (cursor !== null);
    },
  };
}
