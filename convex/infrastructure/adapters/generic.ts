import { ProviderClient } from "../../core/wire/providerClient";
import { ProviderError } from "../../core/wire/providerError";
import { resourceTables } from "../tables";
import { pagesOf } from "./generic/lists";
import { mappingOf } from "./generic/mapping";
import { urlBelow } from "./generic/paths";
import { idAt } from "./generic/rows";
import type { DockAdapter, ProviderAccess } from "./adapter";
import type { ListReader } from "./generic/lists";
import type { Mapping } from "./generic/mapping";

/** Requests of one sync, those for the mapping and the account included. */
const maximumCalls = 5000;

/** A provider as a run knows it: what its mapping says, whose the key is, and the client that keeps the waits that it asks for. */
interface Session {
  readonly mapping: Mapping;
  readonly reader: ListReader;
  readonly headers: Headers;
}

/** Of each run, which hands on the same access: it asks for the mapping once, and reads every list by that one. */
const sessions = new WeakMap<ProviderAccess, Session>();

/** Any provider that says at its `baseUrl` where its lists are and what in them is what (`docs/infrastructure.md`). */
export const generic: DockAdapter = {
  provider: "generic",
  label: "Generic provider",
  baseUrlAllowed: true,
  recommendedIntervalSeconds: 120,
  minimumIntervalSeconds: 60,
  resourceTables,
  validateCredentials: async (access) => {
    const { reader } = await opened(access);
    return { accountId: reader.accountId };
  },
  fetch: async function* (access, table) {
    const { mapping, reader } = sessions.get(access) ?? (await opened(access));
    const list = mapping[table];
    // A list that the mapping does not name is none that was read, and nothing of it is gone.
    if (!list) return { complete: false };
    return yield* pagesOf(reader, table, list);
  },
};

async function opened(access: ProviderAccess): Promise<Session> {
  const { apiKey, baseUrl } = access;
  if (baseUrl === undefined) throw new ProviderError("The dock has no `baseUrl`.", false);
  const client = new ProviderClient({ headers: { authorization: `Bearer ${apiKey}` }, maximumCalls });
  const mapping = mappingOf(await client.get(baseUrl));
  const { value, headers } = await client.answerOf(urlBelow(baseUrl, mapping.account.path));
  const accountId = idAt(value, mapping.account.id, { apiKey });
  if (accountId === undefined)
    throw new ProviderError("The provider answers no id at `/account/id` of the mapping.", false);
  const session = { mapping, headers, reader: { apiKey, accountId, baseUrl, client } };
  sessions.set(access, session);
  return session;
}
