import * as z from "zod";
import { described, integer } from "../core/schema/fields";
import { queryOperation } from "../core/operations/define";
import { activeAdapters } from "./adapters/registry";
import { grantedDocks } from "./reaching";
import { dockFields, resourceTables } from "./tables";

const providerDocument = () =>
  z.object({
    provider: dockFields.provider,
    label: described(z.string(), "Its name for people.", "DigitalOcean"),
    resourceTables: described(z.array(z.enum(resourceTables)), "The tables that its docks bring rows of.", [
      "servers",
      "domains",
    ]),
    recommendedIntervalSeconds: described(
      integer(60, 86_400),
      "Seconds between two syncs of a dock that names no interval.",
      120,
    ),
    minimumIntervalSeconds: described(integer(60, 86_400), "Fewer than these are refused.", 60),
    baseUrlAllowed: described(
      z.boolean(),
      "Whether its docks have a `baseUrl`, which they need then; others must have none.",
    ),
  });

export const list = queryOperation({
  name: "infrastructure/providers:list",
  operationId: "listProviders",
  noun: "provider",
  method: "GET",
  path: "/providers",
  summary: "List the providers",
  description: "What docks can connect here, by its name in `provider`. The same for every organization.",
  access: "organization",
  permission: "dock:read",
  // Whoever reads the docks that are granted to them reads what these connect.
  assigned: grantedDocks,
  output: () => z.object({ data: described(z.array(providerDocument()), "Every provider that can be connected.") }),
  handler: async () => ({
    data: activeAdapters().map((adapter) => ({
      provider: adapter.provider,
      label: adapter.label,
      resourceTables: [...adapter.resourceTables],
      recommendedIntervalSeconds: adapter.recommendedIntervalSeconds,
      minimumIntervalSeconds: adapter.minimumIntervalSeconds,
      baseUrlAllowed: adapter.baseUrlAllowed,
    })),
  }),
});
