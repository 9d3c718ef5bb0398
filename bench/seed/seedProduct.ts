import path from "node:path";
import { openDeployment } from "../../host/runtime/openDeployment";
import {
  agentDocument,
  apiKeyDocument,
  membershipDocument,
  organizationDocument,
  roleDocument,
  scheduleDocument,
  siteDocument,
  userDocument,
} from "../world";
import type { WorldKeys } from "../world";

const rowsPerCall = 500;
const sampledIds = 1000;

/**
 * Fills a new store file of the product: one organization with its owner, key, site and agents, and `scheduleCount`
 * schedules. The file is closed again, so that the product can be started on it.
 * @returns ids of up to 1,000 schedules spread over all of them
 */
export async function seedProduct(file: string, keys: WorldKeys, scheduleCount: number): Promise<readonly string[]> {
  const deployment = await openDeployment({
    functionsDirectory: path.join(import.meta.dirname, "functions"),
    file,
    cloudUrl: "http://127.0.0.1",
    siteUrl: "http://127.0.0.1",
  });
  const insert = async (table: string, rows: readonly object[]): Promise<readonly string[]> => {
    const outcome = await deployment.call({
      type: "mutation",
      path: "rows:insert",
      argsText: JSON.stringify({ table, rows }),
      caller: { kind: "admin" },
      metadata: { requestId: "seed", ip: null, userAgent: null },
      allowInternal: true,
    });
    if (outcome.status === "error") throw new Error(`The store could not be seeded: ${outcome.errorMessage}`);
    return JSON.parse(outcome.valueText);
  };
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
    const every = Math.max(1, Math.floor(scheduleCount / sampledIds));
    const sample: string[] = [];
    for (let from = 0; from < scheduleCount; from += rowsPerCall) {
      const count = Math.min(rowsPerCall, scheduleCount - from);
      const ids = await insert(
        "schedules",
        Array.from({ length: count }, (_, at) => scheduleDocument(now, owners, from + at)),
      );
      sample.push(...ids.filter((_, at) => (from + at) % every === 0));
    }
    return sample;
  } finally {
    await deployment.close();
  }
}
