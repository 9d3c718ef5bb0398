import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalRow,
  firstDigest,
  nextSeal,
  rowsPerSeal,
  sealedRowOf,
} from "../../convex/observability/auditChain/chain";
import { anchorText, parseAnchor, verifyChain } from "./auditVerification";
import type { Seal, SealedRow } from "../../convex/observability/auditChain/chain";
import type { Doc } from "../../convex/_generated/dataModel";
import type { ChainSource } from "./auditVerification";

type Row = Doc<"auditLogs">;

const rowCount = 10_000;
const nowMs = 1_800_000_000_000;
const laterMs = nowMs + 1_000_000;

/** Every field that an audit row can have, so that each of them can be changed. */
function rowNumbered(number: number): Row {
  const row: Record<string, unknown> = {
    _id: `row${number}`,
    _creationTime: 1_700_000_000_000 + number + 0.25,
    organizationId: "acme",
    actorType: "user",
    userId: `user${number % 7}`,
    impersonatedBy: "support",
    apiKeyId: "key",
    agentId: "agent",
    action: "item.update",
    operation: "update",
    tableName: "items",
    recordId: `item${number % 100}`,
    changes: { name: { from: `old ${number}`, to: `new ${number}` }, count: { from: 1.5, to: -0 } },
    metadata: { reason: "Because.", nested: { list: [1, null, true] } },
    result: "success",
    errorMessage: "None.",
    ipAddress: "203.0.113.7",
    userAgent: "test",
    requestId: `request${number}`,
    createdAt: 1_700_000_000_000 + number,
    expiresAt: laterMs + number,
  };
  return asRow(row);
}

/** The hashes read the fields of a row, whatever they are. */
function asRow(row: object): Row {
  return row as Row;
}

const texts = new WeakMap<Row, string>();

/** The text of a row that is hashed, written once: most of the rows stay as they are in whatever is tampered with. */
function textOf(row: Row): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = canonicalRow(row);
  texts.set(row, text);
  return text;
}

const sealedRows = new WeakMap<Row, Promise<SealedRow>>();

/** What a seal keeps of a row, hashed once. */
function sealedOnce(row: Row): Promise<SealedRow> {
  const sealed = sealedRows.get(row) ?? sealedRowOf(row);
  sealedRows.set(row, sealed);
  return sealed;
}

interface Trail {
  readonly rows: readonly Row[];
  readonly seals: readonly Seal[];
}

async function sealedTrail(rows: readonly Row[]): Promise<Trail> {
  const seals: Seal[] = [];
  let end = { sequence: 0, digest: firstDigest };
  for (let at = 0; at < rows.length; at += rowsPerSeal) {
    const sealed = await Promise.all(rows.slice(at, at + rowsPerSeal).map(sealedOnce));
    const seal = await nextSeal("acme", end, sealed, nowMs);
    seals.push(seal);
    end = { sequence: seal.sequence, digest: seal.digest };
  }
  return { rows, seals };
}

const whole = await sealedTrail(Array.from({ length: rowCount }, (_, number) => rowNumbered(number + 1)));
const wholeEnd = whole.seals.at(-1);

/** What a verification finds of a trail whose chain is said to end where `whole` does. */
function verified({ rows, seals }: Trail, end: Partial<ChainSource["end"]> = {}, since?: string) {
  const ends = {
    chain: "acme",
    name: "acme",
    isThere: true,
    sequence: wholeEnd?.sequence ?? 0,
    digest: wholeEnd?.digest ?? "",
    removedSequence: 0,
    removedDigest: firstDigest,
    ...end,
  };
  const stored = rows.map((row) => ({
    id: String(row._id),
    text: textOf(row),
    isDetached: row.organizationId === undefined,
  }));
  const source: ChainSource = {
    end: ends,
    sealedUntil: whole.rows.at(-1)?._creationTime ?? 0,
    async *seals() {
      yield { seals: [...seals], rows: stored, now: nowMs };
    },
    async *present() {
      yield rows.map(({ _id, _creationTime }) => ({ id: String(_id), creationTime: _creationTime }));
    },
  };
  return verifyChain(source, since === undefined ? undefined : parseAnchor(since));
}

const fields = Object.keys(rowNumbered(1));

function changed(row: Row, field: string): Row {
  const value: unknown = Reflect.get(row, field);
  if (typeof value === "number") return asRow({ ...row, [field]: value + 0.25 });
  if (typeof value === "string") return asRow({ ...row, [field]: `${value} ` });
  return asRow({ ...row, [field]: { ...Object(value), reason: "Another." } });
}

describe("a trail of 10,000 rows", () => {
  it("is found as it was sealed", async () => {
    const report = await verified(whole);
    expect(report).toMatchObject({ sealed: rowCount, kept: rowCount, expired: 0, waiting: 0, faults: [] });
    const anchor = anchorText(report.anchor);
    expect((await verified(whole, {}, anchor)).faults).toEqual([]);
  });

  // Rows are hashed each for itself, so that all of them can be changed at once and each has to be named.
  it.each(fields.map((field, at) => [field, at] as const))(
    "is found changed in every row, in one of its fields each: from %s on",
    async (_field, first) => {
      const fieldOf = (at: number) => fields[(at + first) % fields.length] ?? "";
      const rows = whole.rows.map((row, at) => changed(row, fieldOf(at)));
      const { faults, kept } = await verified({ ...whole, rows });
      const isId = (at: number) => fieldOf(at) === "_id";
      const expected = whole.rows.map(({ _id }, at) =>
        isId(at)
          ? `Row ${at + 1} (${_id}) is gone before its time.`
          : `Row ${at + 1} (${_id}) is not as it was sealed.`,
      );
      expect(faults.slice(0, rowCount)).toEqual(expected);
      // A row under another id stands there as well.
      expect(faults).toHaveLength(rowCount + whole.rows.filter((_, at) => isId(at)).length);
      expect(kept).toBe(0);
    },
  );

  it("is found changed where a field was removed, added, nested deeper or of another zero", async () => {
    const [row = rowNumbered(1), ...others] = whole.rows;
    const without = fields
      .filter((field) => field !== "_id")
      .map((field) => asRow(Object.fromEntries(Object.entries(row).filter(([name]) => name !== field))));
    const variants = [
      ...without,
      asRow({ ...row, purgedOrganizationId: "acme" }),
      asRow({ ...row, organizationId: undefined, purgedOrganizationId: "globex" }),
      asRow({ ...row, changes: { ...Object(row.changes), count: { from: 1.5, to: 0 } } }),
      asRow({ ...row, metadata: { reason: "Because.", nested: { list: [1, null, false] } } }),
    ];
    const small = await sealedTrail([row, ...others.slice(0, 5)]);
    const end = { sequence: 6, digest: small.seals[0]?.digest ?? "" };
    expect((await verified(small, end)).faults).toEqual([]);
    for (const variant of variants) {
      const { faults } = await verified({ ...small, rows: [variant, ...others.slice(0, 5)] }, end);
      expect(faults[0], JSON.stringify(variant)).toMatch(/^Row 1 /);
    }
  });

  it("is found changed by whatever is taken out, put in, exchanged or cut off", async () => {
    const index = fc.nat(rowCount - 1);
    const sealIndex = fc.nat(whole.seals.length - 1);
    const without = <Item>(items: readonly Item[], at: number) => items.toSpliced(at, 1);
    const swapped = <Item>(items: readonly Item[], one: number, other: number) => {
      const copy = [...items];
      for (const [to, from] of [
        [one, other],
        [other, one],
      ] as const) {
        const item = items[from];
        if (item !== undefined) copy[to] = item;
      }
      return copy;
    };
    const tampered: fc.Arbitrary<Trail> = fc.oneof(
      index.map((at) => ({ ...whole, rows: without(whole.rows, at) })),
      index.map((at) => ({
        ...whole,
        rows: whole.rows.toSpliced(at, 0, asRow({ ...rowNumbered(at + 1), _id: "planted" })),
      })),
      fc.nat(rowCount - 2).map((at) => {
        const [one = rowNumbered(1), two = rowNumbered(2)] = whole.rows.slice(at, at + 2);
        const exchanged = [asRow({ ...two, _id: one._id }), asRow({ ...one, _id: two._id })];
        return { ...whole, rows: whole.rows.toSpliced(at, 2, ...exchanged) };
      }),
      fc.integer({ min: 1, max: rowCount }).map((kept) => ({ ...whole, rows: whole.rows.slice(0, kept - 1) })),
      sealIndex.map((at) => ({ ...whole, seals: without(whole.seals, at) })),
      sealIndex.map((kept) => ({ rows: whole.rows.slice(0, kept * rowsPerSeal), seals: whole.seals.slice(0, kept) })),
      fc
        .tuple(sealIndex, sealIndex)
        .filter(([one, other]) => one !== other)
        .map(([one, other]) => ({ ...whole, seals: swapped(whole.seals, one, other) })),
      fc.tuple(sealIndex, fc.nat(rowsPerSeal - 2)).map(([at, row]) => ({
        ...whole,
        seals: whole.seals.map((seal, each) =>
          each === at ? { ...seal, rows: swapped(seal.rows, row, row + 1) } : seal,
        ),
      })),
      fc.tuple(sealIndex, fc.constantFrom("digest" as const, "previousDigest" as const)).map(([at, field]) => ({
        ...whole,
        seals: whole.seals.map((seal, each) => (each === at ? { ...seal, [field]: "f".repeat(64) } : seal)),
      })),
      fc.tuple(sealIndex, fc.nat(rowsPerSeal - 1)).map(([at, row]) => ({
        rows: without(whole.rows, at * rowsPerSeal + row),
        // Who takes a row away and says that its time was over.
        seals: whole.seals.map((seal, each) =>
          each === at
            ? { ...seal, rows: seal.rows.map((kept, of) => (of === row ? { ...kept, expiresAt: 1 } : kept)) }
            : seal,
        ),
      })),
    );
    await fc.assert(
      fc.asyncProperty(tampered, async (trail) => {
        expect((await verified(trail)).faults).not.toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("shows by an anchor that was kept what nothing in the database can show", async () => {
    const kept = anchorText(whole.seals[49] ?? { sequence: 0, digest: "" });
    expect((await verified(whole, {}, kept)).faults).toEqual([]);
    // Somebody who may write everything makes the whole chain anew over another row.
    const forged = await sealedTrail([changed(rowNumbered(1), "action"), ...whole.rows.slice(1)]);
    const forgedEnd = { digest: forged.seals.at(-1)?.digest ?? "" };
    expect((await verified(forged, forgedEnd)).faults).toEqual([]);
    expect((await verified(forged, forgedEnd, kept)).faults).toEqual([
      "The chain does not pass through the anchor at row 5000: it was written anew, or cut off before it.",
    ]);
    const cut = { rows: whole.rows.slice(0, 4000), seals: whole.seals.slice(0, 40) };
    const cutEnd = { sequence: 4000, digest: cut.seals.at(-1)?.digest ?? "" };
    expect((await verified(cut, cutEnd)).faults).toEqual([]);
    expect((await verified(cut, cutEnd, kept)).faults).toHaveLength(1);
    const begun = { removedSequence: 6000, removedDigest: whole.seals[59]?.digest ?? "" };
    const rest = { rows: whole.rows.slice(6000), seals: whole.seals.slice(60) };
    expect((await verified(rest, begun)).faults).toEqual([]);
    expect((await verified(rest, begun, kept)).faults).toEqual([
      "The anchor at row 5000 is older than what is kept: rows up to 6000 have expired.",
    ]);
  });
});

it("takes anchors as it prints them", () => {
  const anchor = { sequence: 7, digest: "a".repeat(64) };
  expect(parseAnchor(anchorText(anchor))).toEqual(anchor);
  for (const text of ["", "7", "7:abc", `x:${anchor.digest}`, `7:${anchor.digest}0`])
    expect(() => parseAnchor(text), text).toThrow("An anchor is <sequence>:<digest>");
});
