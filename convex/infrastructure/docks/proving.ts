import { adapterOf } from "../adapters/registry";
import { definedOf } from "../../core/records/documents";
import { failureOf } from "../../core/wire/errors";
import { AskedToWait, CredentialsRefused, ProviderError } from "../../core/wire/providerError";
import { OutboundRequests } from "../../observability/outboundLog";
import { keyFingerprintOf, loadReference, openDockKey } from "./keys";
import { holdReference, limitReference } from "../dockKeyLimits";
import type { ActionCtx } from "../../_generated/server";
import type { Consult } from "../../core/operations/declaration";
import type { LockedDock } from "./keys";
import type { KeyProof } from "./rules";

/** Tries a new key with the provider of its dock; null during a sync. */
export const proveNewKey: Consult = async (ctx, { organizationId, input, secret }) => {
  const dock = await ctx.runQuery(loadReference, { organizationId, dockId: String(input["dockId"]) });
  return dock && !dock.isSyncing ? proofOf(ctx, dock, async () => String(secret)) : null;
};

/** Tries the key that a dock has; null where it has none, or its provider wants to be left alone by it. */
export const provePresentKey: Consult = async (ctx, { organizationId, input }) => {
  const dock = await ctx.runQuery(loadReference, { organizationId, dockId: String(input["dockId"]) });
  return dock?.sealed && !dock.isLimited ? proofOf(ctx, dock, () => openDockKey(ctx, dock)) : null;
};

async function proofOf(ctx: ActionCtx, dock: LockedDock, keyOf: () => Promise<string>): Promise<KeyProof> {
  const startedAtMs = performance.now();
  const requests = new OutboundRequests();
  let keyFingerprint: string | undefined;
  let outcome: KeyProof["outcome"];
  try {
    const apiKey = await keyOf();
    keyFingerprint = await keyFingerprintOf(dock, apiKey);
    outcome = await askedOf(ctx, dock, { apiKey, keyFingerprint, requests });
  } catch (error) {
    outcome = outcomeOf(error);
  }
  const { organizationId, dockId } = dock;
  await requests.keep(ctx, { organizationId, requestId: dockId });
  return { outcome, latencyMs: Math.round(performance.now() - startedAtMs), ...definedOf({ keyFingerprint }) };
}

/** Asks the provider about a key, unless it wants to be left alone by it, on behalf of whichever dock that was. */
async function askedOf(
  ctx: ActionCtx,
  { organizationId, provider, baseUrl }: LockedDock,
  key: { readonly apiKey: string; readonly keyFingerprint: string; readonly requests: OutboundRequests },
): Promise<KeyProof["outcome"]> {
  const { apiKey, keyFingerprint, requests } = key;
  const adapter = adapterOf(provider);
  if (!adapter) return { kind: "unproved", message: "The provider is not active here." };
  const isLimited = await ctx.runMutation(limitReference, { organizationId, keyFingerprint });
  if (isLimited) return { kind: "unproved", message: "The provider asks to wait." };
  try {
    const access = { apiKey, send: requests.send, ...definedOf({ baseUrl }) };
    const { accountId, rateLimit } = await adapter.validateCredentials(access);
    return { kind: "proved", ...definedOf({ accountId, rateLimit: rateLimit && { ...rateLimit } }) };
  } catch (error) {
    if (error instanceof AskedToWait && error.retryAfterMs !== undefined)
      await ctx.runMutation(holdReference, { organizationId, keyFingerprint, until: Date.now() + error.retryAfterMs });
    throw error;
  }
}

/** A failure as an outcome; whatever is none of the provider's or the deployment's refusals is thrown on. */
function outcomeOf(error: unknown): KeyProof["outcome"] {
  if (error instanceof CredentialsRefused) return { kind: "refused", message: error.message };
  if (error instanceof ProviderError) return { kind: "unproved", message: error.message };
  const { problem } = failureOf(error);
  if (!problem) throw error;
  return { kind: "unproved", message: problem.detail };
}
