import path from "node:path";
import schema from "../../convex/schema";
import { declarationOf } from "../../convex/core/schema/table";
import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import { sampleFields } from "../../openapi/contract/samples.testing";
import { seedingDeployment } from "../seed/seedingDeployment";
import { organizationDocument, userDocument } from "../setup";
import type { TableMetadata } from "../../convex/core/schema/table";

const rowsPerCall = 500;
/** Tables that keep a few rows each: what an organization has of them is not counted in thousands. */
const few: ReadonlySet<string> = new Set(["roles", "scheduledJobs"]);
const fewRows = 20;

/**
 * Adds an organization to a store whose time in the trash is over, with `count` rows spread over every table that knows
 * organizations, as the tables' declarations describe them.
 * @returns its id
 */
export async function seedDoomed(file: string, count: number): Promise<string> {
  const deployment = await seedingDeployment(path.join(import.meta.dirname, "../seed/functions"), file);
  const insert = async (table: string, rows: readonly object[]): Promise<string> =>
    (await deployment.mutate("rows:insert", { table, rows })).at(-1) ?? "";
  try {
    const now = Date.now();
    const users = await insert("users", [{ ...userDocument(now), email: "doomed@bench.example" }]);
    const trash = { status: "inactive", deletedAt: now, purgeAfter: now };
    const organizations = await insert("organizations", [
      { ...organizationDocument(now, users), ...trash, slug: doomedSlug },
    ]);
    const [blob = ""] = await deployment.act("rows:storeFile", {});
    const ids: Record<string, string> = { users, organizations, _storage: blob };
    let left = Object.entries(tableMetadata).flatMap(([name, metadata]: [string, TableMetadata]) =>
      metadata.tenant === "none" ? [] : [{ name, metadata }],
    );
    const integration = {
      slug: "psa",
      name: "PSA",
      description: "",
      category: "psa",
      supportedTypes: ["tickets"],
      isActive: true,
    };
    ids["integrations"] = await insert("integrations", [{ ...integration, createdAt: now, updatedAt: now }]);
    const rowsOfEach = Math.ceil((count - few.size * fewRows) / (left.length - few.size));
    while (left.length > 0) {
      const ready = left.filter(({ metadata }) => metadata.references.every(({ table }) => table in ids));
      if (ready.length === 0) throw new Error("The rest of the tables refer to each other.");
      for (const { name } of ready) {
        const fields = declarationOf(Reflect.get(schema.tables, name))?.fields ?? {};
        const rows = few.has(name) ? fewRows : rowsOfEach;
        for (let from = 0; from < rows; from += rowsPerCall) {
          const batch = Array.from({ length: Math.min(rowsPerCall, rows - from) }, () => sampleFields(fields, ids));
          ids[name] = await insert(name, batch);
        }
      }
      left = left.filter(({ name }) => !(name in ids));
    }
    return organizations;
  } finally {
    await deployment.close();
  }
}

export const doomedSlug = "doomed";
