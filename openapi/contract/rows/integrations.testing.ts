import { send } from "../client.testing";
import { sampleFields } from "../samples.testing";
import { create } from "../../../convex/integrations/integrations";
import { operationOf } from "../../../convex/core/operations/convexFunctions";
import { newDataSource } from "../world.testing";
import type { RowMaker } from "./rowMaker.testing";

export const integrationRows = {
  integrations: async ({ portico, platformAdmin, rows }) => {
    const body = sampleFields(operationOf(create)?.declaration.body ?? {}, rows);
    const made = await send(portico, "POST", "/v1/integrations", platformAdmin, body);
    if (made.status !== 201) throw new Error(`No integration could be created: ${made.text}`);
    return { id: String(made.body["id"]) };
  },
  dataSources: async ({ portico, owner, rows }) => ({
    id: await newDataSource(portico, owner, rows["integrations"] ?? ""),
  }),
  dataSourceSites: async ({ portico, owner, rows }) => {
    const dataSourceId = await newDataSource(portico, owner, rows["integrations"] ?? "");
    const body = { dataSourceId, siteId: rows["sites"] };
    const made = await send(portico, "POST", "/v1/data-source-sites", owner, body);
    if (made.status !== 201) throw new Error(`A site could not be linked: ${made.text}`);
    return { id: String(made.body["id"]) };
  },
} satisfies Record<string, RowMaker>;
