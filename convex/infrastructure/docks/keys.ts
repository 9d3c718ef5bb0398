import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalQuery } from "../../_generated/server";
import { UnscopedReader } from "../../core/records/reader";
import { openSecret } from "../../core/records/sealedSecrets";
import { secretFingerprint } from "../../core/wire/encryption";
import { definedOf } from "../../core/records/documents";
import { ProblemError } from "../../core/wire/errors";
import { asSealed, sealedValidator } from "../../core/wire/sealed";
import { limitedUntil } from "./rules";
import type { ActionCtx } from "../../_generated/server";
import type { Infer } from "convex/values";

const lockedDock = v.object({
  organizationId: v.id("organizations"),
  dockId: v.id("docks"),
  provider: v.string(),
  baseUrl: v.optional(v.string()),
  /** Its key, as it is stored; absent while it has none. */
  sealed: v.optional(sealedValidator),
  isSyncing: v.boolean(),
  /** Its provider wants to be left alone by its key. */
  isLimited: v.boolean(),
});
/** A dock as an action works with it: its key is there, and closed. */
export type LockedDock = Infer<typeof lockedDock>;

const loadArguments = { organizationId: v.id("organizations"), dockId: v.string() };

export const loadReference = makeFunctionReference<
  "query",
  { organizationId: LockedDock["organizationId"]; dockId: string },
  LockedDock | null
>("infrastructure/docks/keys:load");

/** A dock of an organization for an action; nothing of one that is in the trash or gone. */
export const load = internalQuery({
  args: loadArguments,
  returns: v.union(lockedDock, v.null()),
  handler: async (ctx, { organizationId, dockId }) => {
    const dock = await new UnscopedReader(ctx).get("docks", dockId);
    if (dock?.organizationId !== organizationId || dock.deletedAt !== undefined) return null;
    const { provider, baseUrl, encryptedApiKey, syncInProgress } = dock;
    return {
      organizationId,
      dockId: dock._id,
      provider,
      ...definedOf({ baseUrl, sealed: encryptedApiKey && asSealed(encryptedApiKey) }),
      isSyncing: syncInProgress,
      isLimited: limitedUntil(dock, Date.now()) !== undefined,
    };
  },
});

/**
 * The key of a dock, in the clear; in actions only, and never in what they hand to a mutation. Leaves the trail of a read.
 * @throws {ProblemError} 409 `api_key_missing`, 503 `encryption_not_configured`
 */
export async function openDockKey(
  ctx: Pick<ActionCtx, "runMutation">,
  { organizationId, dockId, sealed }: Pick<LockedDock, "organizationId" | "dockId" | "sealed">,
): Promise<string> {
  if (!sealed) throw new ProblemError("api_key_missing", "The dock has no key.");
  const plaintext = await openSecret(ctx, { table: "docks", organizationId, recordId: dockId, sealed });
  return String(JSON.parse(plaintext));
}

/**
 * What docks of one organization have in common that ask the same provider with the same key.
 * @throws {ProblemError} 503 `encryption_not_configured`
 */
export function keyFingerprintOf(
  { organizationId, provider, baseUrl = "" }: Pick<LockedDock, "organizationId" | "provider" | "baseUrl">,
  apiKey: string,
): Promise<string> {
  return secretFingerprint({
    table: "docks",
    organizationId,
    plaintext: JSON.stringify([provider, baseUrl, apiKey]),
  });
}
