import { adapterOf } from "../adapters/registry";
import { definedOf } from "../../core/records/documents";
import { failureOf } from "../../core/wire/errors";
import { CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { loadReference, openDockKey } from "./keys";
import type { Consult } from "../../core/operations/declaration";
import type { LockedDock } from "./keys";
import type { KeyProof } from "./rules";

/** Tries a new key with the provider of its dock; null during a sync. */
export const proveNewKey: Consult = async (ctx, { organizationId, input, secret }) => {
  const dock = await ctx.runQuery(loadReference, { organizationId, dockId: String(input["dockId"]) });
  return dock && !dock.isSyncing ? proofOf(dock, async () => String(secret)) : null;
};

/** Tries the key that a dock has; null where it has none, or its provider wants to be left alone by it. */
export const provePresentKey: Consult = async (ctx, { organizationId, input }) => {
  const dock = await ctx.runQuery(loadReference, { organizationId, dockId: String(input["dockId"]) });
  return dock?.sealed && !dock.isLimited ? proofOf(dock, () => openDockKey(ctx, dock)) : null;
};

async function proofOf({ provider, baseUrl }: LockedDock, keyOf: () => Promise<string>): Promise<KeyProof> {
  const startedAtMs = performance.now();
  const proof = async (): Promise<KeyProof["outcome"]> => {
    try {
      const adapter = adapterOf(provider);
      if (!adapter) return { kind: "unproved", message: "The provider is not active here." };
      const access = { apiKey: await keyOf(), ...definedOf({ baseUrl }) };
      const { accountId, rateLimit } = await adapter.validateCredentials(access);
      return { kind: "proved", ...definedOf({ accountId, rateLimit: rateLimit && { ...rateLimit } }) };
    } catch (error) {
      return outcomeOf(error);
    }
  };
  return { outcome: await proof(), latencyMs: Math.round(performance.now() - startedAtMs) };
}

/** A failure as an outcome; whatever is none of the provider's or the deployment's refusals is thrown on. */
function outcomeOf(error: unknown): KeyProof["outcome"] {
  if (error instanceof ProviderError)
    return { kind: error instanceof CredentialsRefused ? "refused" : "unproved", message: error.message };
  const { problem } = failureOf(error);
  if (!problem) throw error;
  return { kind: "unproved", message: problem.detail };
}
