import { definedOf } from "../../core/records/documents";
import { ProviderClient } from "../../core/wire/providerClient";
import { ProviderError } from "../../core/wire/providerError";
import { isJsonObject } from "../../core/wire/unknownJson";
import { rateLimitOf } from "./rateLimits";
import type { JsonObject } from "../../core/wire/unknownJson";
import type { ProviderAccess, RateLimit } from "./adapter";

/** Of the reading of one table: 1,000 pages are more than any provider's limits allow in the time of a sync. */
const maximumCalls = 1000;

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
  { apiKey, send, wait }: ProviderAccess,
  baseUrl: string,
  headers: Readonly<Record<string, string>> = { authorization: `Bearer ${apiKey}` },
): Ask {
  const client = new ProviderClient({ headers, maximumCalls, ...definedOf({ send, wait }) });
  return async (path, query) => {
    const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
    const { value, headers: answered } = await client.answerOf(`${baseUrl}${path}${search}`);
    if (!isJsonObject(value)) throw new ProviderError("The provider answered JSON that is no object.", false);
    const rateLimit = rateLimitOf(answered, Date.now());
    if (rateLimit?.remaining === 0 && rateLimit.resetAt !== undefined) client.holdUntil(rateLimit.resetAt);
    return { answer: value, ...definedOf({ rateLimit }) };
  };
}
