import { definedOf } from "../../core/records/documents";
import { ProviderClient } from "../../core/wire/providerClient";
import { ProviderError } from "../../core/wire/providerError";
import { resourceTables } from "../tables";
import { pageIn, queryAt } from "./generic/lists";
import { mappingOf } from "./generic/mapping";
import { urlBelow } from "./generic/paths";
import { accountAt, resourceAt } from "./generic/rows";
import { rateLimitOf } from "./rateLimits";
import { resourcesOf } from "./reading";
import type { DockAdapter, ProviderAccess, RateLimit } from "./adapter";
import type { Mapping } from "./generic/mapping";

/** Requests of one action, those for the mapping and the account included; a long sync goes on in another. */
const maximumCalls = 4000;

interface Answered {
  readonly json: unknown;
  readonly rateLimit?: RateLimit;
}

/** A provider as an action knows it: what its mapping says, whose the key is, and how it is asked. */
interface Session {
  readonly mapping: Mapping;
  readonly accountId: string;
  readonly rateLimit?: RateLimit;
  readonly ask: (path: string, query: Readonly<Record<string, string>>) => Promise<Answered>;
}

/** Of each action, which hands on the same access: it asks for the mapping once, and reads every list by that one. */
const sessions = new WeakMap<ProviderAccess, Session>();

/** Any provider that says at its `baseUrl` where its lists are and what in them is what (`docs/infrastructure.md`). */
export const generic: DockAdapter = {
  provider: "generic",
  label: "Generic provider",
  baseUrlAllowed: true,
  recommendedIntervalSeconds: 120,
  minimumIntervalSeconds: 60,
  resourceTables,
  // Mappings name what is kept.
  keeps: {},

  async validateCredentials(access) {
    const { accountId, rateLimit } = await opened(access);
    return { accountId, ...definedOf({ rateLimit }) };
  },

  async *fetch(access, table, from) {
    const { mapping, accountId, ask } = sessions.get(access) ?? (await opened(access));
    const list = mapping[table];
    if (!list) return { complete: false, isUnlisted: true };
    const reader = { apiKey: access.apiKey, accountId };
    const listing = {
      pageAt: async (at: string | undefined) => {
        const { json, ...limits } = await ask(list.path, queryAt(list, at));
        return { ...pageIn(json, table, list, at), ...limits };
      },
      resourceOf: (row: unknown) => resourceAt(table, list, row, reader),
    };
    return yield* resourcesOf(listing, from);
  },
};

async function opened(access: ProviderAccess): Promise<Session> {
  const { apiKey, baseUrl, send, wait } = access;
  if (baseUrl === undefined) throw new ProviderError("The dock has no `baseUrl`.", false);
  const headers = { authorization: `Bearer ${apiKey}` };
  const client = new ProviderClient({ headers, maximumCalls, ...definedOf({ send, wait }) });
  const asked = async (url: string): Promise<Answered> => {
    const { value: json, headers: answered } = await client.answerOf(url);
    const rateLimit = rateLimitOf(answered, Date.now());
    if (rateLimit?.remaining === 0 && rateLimit.resetAt !== undefined) client.holdUntil(rateLimit.resetAt);
    return { json, ...definedOf({ rateLimit }) };
  };
  const ask: Session["ask"] = (path, query) => asked(urlBelow(baseUrl, path, query));
  const mapping = mappingOf((await asked(baseUrl)).json);
  const { json, rateLimit } = await ask(mapping.account.path, {});
  const accountId = accountAt(json, mapping.account.id, { apiKey });
  if (accountId === undefined)
    throw new ProviderError("The provider answers no id at `/account/id` of the mapping.", false);
  const session = { mapping, accountId, ask, ...definedOf({ rateLimit }) };
  sessions.set(access, session);
  return session;
}
