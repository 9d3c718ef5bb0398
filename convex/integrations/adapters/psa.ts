import { definedOf } from "../../core/records/documents";
import { ProviderError } from "../../core/wire/providerError";
import { ProviderClient } from "../../core/wire/providerClient";
import { isCount } from "../../core/wire/unknownJson";
import type { Adapter, ConnectionSettings, ProviderItem } from "./adapter";

/*
 * A professional services automation with the interface that most have: client credentials (RFC 6749, 4.4) at a host of their own, lists
 * in numbered pages that count all they have, and a filter by the last change.
 */

const pageSize = 100;

/** Fields of each type that are compared across providers, by the names that they have at the provider. */
const normalizedFields = {
  companies: { name: "name", status: "status", phone: "phone_number" },
  devices: { name: "key_field", status: "status", serialNumber: "serial_number", operatingSystem: "os" },
  tickets: { name: "summary", status: "status_name", priority: "priority_name", openedAt: "date_occurred" },
} as const;
type PsaType = keyof typeof normalizedFields;

const isPsaType = (type: string): type is PsaType => Object.hasOwn(normalizedFields, type);

export const psa: Adapter = {
  types: Object.keys(normalizedFields),
  configSchema: {
    type: "object",
    required: ["baseUrl"],
    properties: {
      baseUrl: { type: "string", format: "uri" },
      authUrl: { type: "string", format: "uri" },
      tenant: { type: "string", minLength: 1, maxLength: 100 },
    },
  },
  credentials: ["clientId", "clientSecret"],

  connect({ config, credentials, maximumCalls, send }: ConnectionSettings) {
    const authUrl = config["authUrl"] ?? `${baseUrlOf(config)}/auth`;
    const { clientId, clientSecret } = credentials;
    if (typeof authUrl !== "string" || typeof clientId !== "string" || typeof clientSecret !== "string")
      throw new ProviderError("The credentials must be texts named `clientId` and `clientSecret`.", false);
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: "read:all",
      ...(typeof config["tenant"] === "string" ? { tenant: config["tenant"] } : {}),
    });
    return new PsaClient(baseUrlOf(config), {
      signIn: {
        url: `${authUrl}/token`,
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: body.toString(),
      },
      maximumCalls,
      ...definedOf({ send }),
    });
  },

  async test(client) {
    await this.page(client, { type: "companies" }, 1);
  },

  async page(client, { type, changedSince }, page) {
    if (!(client instanceof PsaClient)) throw new Error("A client of another adapter.");
    if (!isPsaType(type)) throw new ProviderError(`The provider has no ${type}.`, false);
    const query = new URLSearchParams({ page_no: String(page), page_size: String(pageSize), order: "id" });
    if (changedSince !== undefined) query.set("last_update_from", changedSince);
    const answer: Record<string, unknown> = Object(await client.get(`${client.baseUrl}/api/${type}?${query}`));
    const { page_no: pageNumber, record_count: total, [type]: rows } = answer;
    if (!isCount(pageNumber) || !isCount(total) || !Array.isArray(rows))
      throw new ProviderError("The provider answered a list without its page, its count or its rows.", false);
    return { page: pageNumber, total, items: rows.map((row: unknown) => itemOf(type, row)) };
  },
};

class PsaClient extends ProviderClient {
  constructor(
    readonly baseUrl: string,
    options: ConstructorParameters<typeof ProviderClient>[0],
  ) {
    super(options);
  }
}

function baseUrlOf({ baseUrl }: ConnectionSettings["config"]): string {
  if (typeof baseUrl !== "string") throw new ProviderError("The configuration lacks `baseUrl`.", false);
  return baseUrl.replace(/\/$/, "");
}

function itemOf(type: PsaType, row: unknown): ProviderItem {
  const raw: Record<string, unknown> = { ...Object(row) };
  const { id, client_id: company, last_update: changedAt } = raw;
  if (typeof id !== "number" && typeof id !== "string")
    throw new ProviderError("The provider answered a row without an id.", false);
  const normalized = Object.entries(normalizedFields[type]).flatMap(([name, field]) => {
    const value = raw[field];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[name, value]] : [];
  });
  const site = type === "companies" ? id : company;
  return {
    externalId: String(id),
    raw,
    normalized: Object.fromEntries(normalized),
    ...(typeof site === "number" || typeof site === "string" ? { siteExternalId: String(site) } : {}),
    ...(typeof changedAt === "string" ? { changedAt } : {}),
  };
}
