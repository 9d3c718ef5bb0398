import { described, integer } from "../../core/schema/fields";
import { shownKeyVersion } from "../../core/wire/encryption";
import { definedOf, withPublicId } from "../../core/records/documents";
import { resource } from "../../core/resources/resource";
import { adapterOf } from "../adapters/registry";
import { grantedDocks } from "../reaching";
import { dockFields } from "../tables";
import { assertConfig } from "./rules";

/** Docks as every module of the domain writes them. */
export const docks = resource({
  name: "infrastructure/docks",
  table: "docks",
  path: "/docks",
  fields: {
    ...dockFields,
    // Told by the key itself, which is encrypted anew by itself.
    keyVersion: described(
      integer(1, 255),
      "The version of the deployment's key that its own is encrypted with; absent while it has none.",
      1,
    ).optional(),
  },
  assigned: grantedDocks,
  immutable: ["provider", "baseUrl"],
  serverOwned: [
    "encryptedApiKey",
    "keyHint",
    "keyVersion",
    "keyFingerprint",
    "providerAccountId",
    "lastSyncStatus",
    "lastSyncAt",
    "lastSyncError",
    "syncInProgress",
    "syncStartedAt",
    "syncConfig",
    "rateLimitRemaining",
    "rateLimitResetAt",
    "rateLimitLimit",
    "consecutiveFailures",
    "nextSyncAt",
  ],
  list: { access: "permission", filters: ["provider", "lastSyncStatus", "name"], sorts: ["name"] },
  problems: {
    create: [
      "name_taken",
      "unknown_provider",
      "base_url_required",
      "base_url_not_allowed",
      "sync_interval_too_short",
      "url_not_allowed",
    ],
    update: ["name_taken", "sync_interval_too_short"],
    restore: ["name_taken"],
    delete: ["sync_in_progress"],
  },
  show: (_showing, row) => ({
    ...withPublicId(row),
    ...definedOf({ keyVersion: shownKeyVersion(row.encryptedApiKey) }),
  }),
  hooks: {
    rules: (_ctx, next, previous) => {
      if (!previous || next.syncConfig !== previous.syncConfig) assertConfig(adapterOf(next.provider), next);
    },
  },
});
