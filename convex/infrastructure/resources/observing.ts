import { canonicalJson } from "../../core/wire/canonicalJson";
import { sha256Hex } from "../../core/wire/secrets";
import { databaseFields, domainFields, serverFields, webServiceFields } from "../tables";
import type { Fields } from "../../core/schema/table";
import type { ProviderResource } from "../adapters/adapter";
import type { ResourceTable } from "../tables";

/** What providers may say of resources of a table, beside what they say of any. */
const detailFields = (): Readonly<Record<ResourceTable, Fields>> => ({
  servers: { primaryIpAddress: serverFields.primaryIpAddress, region: serverFields.region },
  webServices: {
    productionUrl: webServiceFields.productionUrl,
    environment: webServiceFields.environment,
    gitRepo: webServiceFields.gitRepo,
  },
  domains: { expiresAt: domainFields.expiresAt },
  databases: { engine: databaseFields.engine, version: databaseFields.version },
});

/** The fields of a row that a provider has told of, each undefined that it has not, or not in the form that the table has. */
export function detailsOf(table: ResourceTable, details: ProviderResource["details"] = {}): object {
  const fields = Object.entries(detailFields()[table]).map(([name, type]): [string, unknown] => {
    const value = Object.hasOwn(details, name) ? details[name] : undefined;
    return [name, type.safeParse(value).success ? value : undefined];
  });
  return Object.fromEntries(fields);
}

/** The hash by which a change of a resource is told: of all that its provider says of it. */
export function dataHashOf({ name, status, details = {}, fullApiData = "" }: ProviderResource): Promise<string> {
  return sha256Hex(canonicalJson({ name, status, details: { ...details }, fullApiData }));
}
