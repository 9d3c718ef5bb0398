import path from "node:path";
import {
  agentDocument,
  apiKeyDocument,
  membershipDocument,
  organizationDocument,
  roleDocument,
  scheduleDocument,
  siteDocument,
  userDocument,
} from "../setup";
import { seedingDeployment } from "./seedingDeployment";
import { spreadSample } from "./spreadSample";
import type { SetupKeys } from "../setup";

const rowsPerCall = 500;

/**
 * Fills a new store file of the product: one organization with its owner, key, site and agents, and `scheduleCount`
 * schedules. The file is closed again, so that the product can be started on it.
 * @returns ids of up to 10,000 schedules spread over all of them
 */
export async function seedProduct(file: string, keys: SetupKeys, scheduleCount: number): Promise<readonly string[]> {
  const deployment = await seedingDeployment(path.join(import.meta.dirname, "functions"), file);
  const insert = (table: string, rows: readonly object[]): Promise<readonly string[]> =>
    deployment.mutate("rows:insert", { table, rows });
  const insertOne = async (table: string, row: object): Promise<string> => (await insert(table, [row]))[0] ?? "";
  try {
    const now = Date.now();
    const userId = await insertOne("users", userDocument(now));
    const roleId = await insertOne("roles", roleDocument(now));
    const organizationId = await insertOne("organizations", organizationDocument(now, userId));
    const owners = { organizationId, userId };
    await insert("memberships", [membershipDocument(now, owners, roleId)]);
    await insert("apiKeys", [apiKeyDocument(now, owners, keys.apiKey)]);
    const siteId = await insertOne("sites", siteDocument(now, owners));
    await insert(
      "agents",
      keys.agentKeys.map((key, at) => agentDocument(now, owners, siteId, key, at)),
    );
    const sampleOf = spreadSample(scheduleCount);
    const sample: string[] = [];
    for (let from = 0; from < scheduleCount; from += rowsPerCall) {
      const count = Math.min(rowsPerCall, scheduleCount - from);
      const ids = await insert(
        "schedules",
        Array.from({ length: count }, (_, at) => scheduleDocument(now, owners, from + at)),
      );
      sample.push(...sampleOf(ids, from));
    }
    return sample;
  } finally {
    await deployment.close();
  }
}
