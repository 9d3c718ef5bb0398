import { definedOf } from "../../core/records/documents";
import { ProviderClient } from "../../core/wire/providerClient";
import { ProviderError } from "../../core/wire/providerError";
import { isJsonObject } from "../../core/wire/unknownJson";
import { rateLimitOf } from "./rateLimits";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ProviderAccess, RateLimit } from "./adapter";

/** Of one action, which has the time for fewer; a long sync goes on in another. */
const maximumCalls = 2000;
/** An action asks with one access all through, so that what it is told to wait holds for its next table as well. */
const clients = new WeakMap<ProviderAccess, ProviderClient>();

/** An answer of a provider. */
interface Asked {
  readonly answer: JsonObject;
  readonly rateLimit?: RateLimit;
}

/** Asks for what lies at a path. @throws {ProviderError} when there is no object */
export type Ask = (path: string, query?: Readonly<Record<string, string>>) => Promise<Asked>;

/**
 * How a provider at an address is asked with a key: every URL is made of that address and a path of ours, never of what an answer says.
 * Once the provider allows no more requests it is left alone until it does.
 */
export function asking(
  access: ProviderAccess,
  baseUrl: string,
  headers: Readonly<Record<string, string>> = { authorization: `Bearer ${access.apiKey}` },
): Ask {
  const { send, wait } = access;
  const client = clients.get(access) ?? new ProviderClient({ headers, maximumCalls, ...definedOf({ send, wait }) });
  clients.set(access, client);
  return async (path, query) => {
    const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
    const { value, headers: answered } = await client.answerOf(`${baseUrl}${path}${search}`);
    if (!isJsonObject(value)) throw new ProviderError("The provider answered JSON that is no object.", false);
    const rateLimit = rateLimitOf(answered, Date.now());
    if (rateLimit?.remaining === 0 && rateLimit.resetAt !== undefined) client.holdUntil(rateLimit.resetAt);
    return { answer: value, ...definedOf({ rateLimit }) };
  };
}
