import { convexToJson } from "convex/values";
import { canonicalJson } from "../../core/wire/canonicalJson";
import { sha256Hex } from "../../core/wire/secrets";
import type { Doc } from "../../_generated/dataModel";
import type { WithoutSystemFields } from "convex/server";

/** The chain of rows that belong to no organization. */
export const deploymentChain = "deployment";
/** What the first seal of a chain follows. */
export const firstDigest = "0".repeat(64);
/** Rows of one seal at most: the seal stays small, and a fault is told of few rows where the seal itself is forged. */
export const rowsPerSeal = 100;

type AuditRow = Doc<"auditLogs">;
export type Seal = WithoutSystemFields<Doc<"auditSeals">>;
export type SealedRow = Seal["rows"][number];
/** Where a chain goes on. */
export type ChainEnd = Pick<Seal, "sequence" | "digest">;

/** The chain that a row is sealed in, also when its organization is gone. */
export function chainOf({
  organizationId,
  purgedOrganizationId,
}: Pick<AuditRow, "organizationId" | "purgedOrganizationId">): string {
  return organizationId ?? purgedOrganizationId ?? deploymentChain;
}

/**
 * The text of a row that is hashed: all of its fields in one order, system fields included, numbers and bytes as Convex writes
 * them. A row of a purged organization reads as it did before.
 */
export function canonicalRow(row: AuditRow): string {
  const { purgedOrganizationId, ...rest } = row;
  const isDetached = row.organizationId === undefined && purgedOrganizationId !== undefined;
  return canonicalJson(convexToJson(isDetached ? { ...rest, organizationId: purgedOrganizationId } : row));
}

/** What a seal keeps of a row. */
export async function sealedRowOf(row: AuditRow): Promise<SealedRow> {
  return { id: row._id, expiresAt: row.expiresAt, digest: await sha256Hex(canonicalRow(row)) };
}

/** The seal of the next rows of a chain, {@link rowsPerSeal} at most. */
export async function nextSeal(
  chain: string,
  { sequence, digest }: ChainEnd,
  rows: readonly SealedRow[],
  sealedAt: number,
): Promise<Seal> {
  const unsigned = {
    chain,
    firstSequence: sequence + 1,
    sequence: sequence + rows.length,
    previousDigest: digest,
    rows: [...rows],
  };
  const expiresAt = Math.max(...rows.map((row) => row.expiresAt));
  return { ...unsigned, digest: await digestOfSeal(unsigned), expiresAt, sealedAt };
}

/** What a seal's digest has to be, by all that it says of the chain. */
export function digestOfSeal({
  chain,
  firstSequence,
  sequence,
  previousDigest,
  rows,
}: Omit<Seal, "digest" | "expiresAt" | "sealedAt">): Promise<string> {
  return sha256Hex(canonicalJson({ chain, firstSequence, sequence, previousDigest, rows }));
}
