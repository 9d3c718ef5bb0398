import { ProviderError } from "./providerError";
import type { DockAdapter } from "./adapter";

/** Keys say of which account they are: `mock_<account>_<anything>`; `mock_away_…` is of a provider that does not answer. */
const keyForm = /^mock_([a-z0-9-]{1,40})_/;

/** A provider that is none, for tests and demos. */
export const mock: DockAdapter = {
  provider: "mock",
  label: "Mock provider",
  baseUrlAllowed: false,
  recommendedIntervalSeconds: 120,
  minimumIntervalSeconds: 60,
  validateCredentials: async ({ apiKey }) => {
    const [, accountId] = keyForm.exec(apiKey) ?? [];
    if (accountId === undefined) throw new ProviderError("refused", "The provider refused the key (401).");
    if (accountId === "away") throw new ProviderError("unavailable", "The provider answered 502.");
    return { accountId, rateLimit: { remaining: 4999, limit: 5000 } };
  },
  resourceTables: ["servers", "domains"],
  fetch: async function* ({ apiKey }, table) {
    const [, accountId = "none"] = keyForm.exec(apiKey) ?? [];
    const status = table === "domains" ? "active" : "running";
    for (const at of [1, 2])
      yield { rows: [{ providerResourceId: `${table}-${at}`, name: `${accountId}-${table}-${at}`, status }] };
    return { complete: true };
  },
};
