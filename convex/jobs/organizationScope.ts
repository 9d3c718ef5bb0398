import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Id } from "../_generated/dataModel";

/** What services need of an operation's context, or of a cron's, which runs in no organization and has no `db`. */
export interface ServiceContext {
  readonly unscoped: UnscopedWriter;
  readonly db?: TenantWriter | undefined;
  readonly now: number;
}

/** The writer of an organization: the caller's own where it is that one. @throws {Error} when there is no such organization */
export async function writerOf(
  { unscoped, db }: Pick<ServiceContext, "unscoped" | "db">,
  organizationId: Id<"organizations">,
): Promise<TenantWriter> {
  if (db?.organizationId === organizationId) return db;
  if (db) throw new Error("A service was asked to write into another organization than its caller's.");
  const organization = await unscoped.get("organizations", organizationId);
  if (!organization) throw new Error("The organization is gone.");
  return unscoped.within(organization);
}
