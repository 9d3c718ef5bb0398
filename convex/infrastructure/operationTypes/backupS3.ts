import * as z from "zod";
import { integer, text } from "../../core/schema/fields";
import { lazily } from "../../core/operations/once";
import { ProviderError } from "../../core/wire/providerError";
import { exportInventory } from "./inventoryExport";
import { operation, operationType } from "./operationType";
import { s3Config } from "./s3/config";
import { S3Storage } from "./s3/storage";
import type { RunTools } from "./operationType";
import type { S3Config } from "./s3/config";

const nothing = lazily(() => z.strictObject({}));

/** Where everything of one organization stands, so that a bucket may be shared. */
function folderOf({ prefix = "" }: S3Config, { organizationId }: Pick<RunTools, "organizationId">): string {
  return `${prefix}${organizationId}/`;
}

function storageOf(config: S3Config, { send }: Pick<RunTools, "send">): S3Storage {
  return new S3Storage(config, { send });
}

/** Writes, reads and deletes an object, which is all that backups need to be allowed. */
const test = operation({
  attemptsMax: 1,
  dedupe: "pending",
  targets: [],
  params: nothing,
  run: async (config: S3Config, _params, tools) => {
    const storage = storageOf(config, tools);
    const key = `${folderOf(config, tools)}probe-${tools.jobId}`;
    const written = `Written by a test at ${new Date(tools.requestedAt).toISOString()}.`;
    await storage.put(key, new TextEncoder().encode(written), "text/plain");
    const read = new TextDecoder().decode(await storage.get(key));
    await storage.delete(key);
    if (read !== written) throw new ProviderError("The storage answers something else than was written.", false);
    return { isWorking: true };
  },
});

const backup = operation({
  attemptsMax: 5,
  dedupe: "pendingOrRunning",
  targets: ["project"],
  params: nothing,
  run: async (config: S3Config, _params, tools) =>
    exportInventory(storageOf(config, tools), folderOf(config, tools), tools),
});

/** What `exportInventory` calls a backup. */
const backupName = /^(?<id>\d{8}T\d{6}Z-[a-z0-9]{31,37})\.json$/;

const page = lazily(() =>
  z.strictObject({
    /** How many at most. */
    limit: integer(1, 100).default(25),
    /** The `next` of the page before. */
    after: text(1, 200).optional(),
  }),
);

const list = operation({
  attemptsMax: 3,
  dedupe: "pendingOrRunning",
  targets: [],
  params: page,
  run: async (config: S3Config, { limit, after }, tools) => {
    const prefix = `${folderOf(config, tools)}backups/`;
    const begin = after === undefined ? {} : { after: prefix + after };
    const { objects, isTruncated } = await storageOf(config, tools).list({ prefix, limit, ...begin });
    if (objects.some(({ key }) => !key.startsWith(prefix)))
      throw new ProviderError("The storage listed what was not asked for.", false);
    const backups = objects.flatMap(({ key, bytes, modifiedAt }) => {
      const { id } = { ...backupName.exec(key.slice(prefix.length))?.groups };
      return id === undefined ? [] : [{ backupId: id, manifestBytes: bytes, modifiedAt }];
    });
    const last = objects.at(-1)?.key.slice(prefix.length);
    return { backups, ...(isTruncated && last !== undefined ? { next: last } : {}) };
  },
});

/** Backups of the inventory in a bucket of any storage that speaks S3. */
export const backupS3 = operationType({
  label: "Backups (S3)",
  config: s3Config,
  hints: ["bucket", "region", "endpoint", "prefix"],
  secrets: ["accessKeyId", "secretAccessKey"],
  operations: { test, backup, list },
});
