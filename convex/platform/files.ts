import * as z from "zod";
import { env } from "../_generated/server";
import { withPublicId } from "../core/records/documents";
import { crud, deletionProblems, permanently } from "../core/resources/crud";
import { noContent } from "../core/resources/operations";
import { documentWith, resource } from "../core/resources/resource";
import { queryOperation } from "../core/operations/define";
import { described, exampleRowId, filePurposes, integer, plainName, rowId, timestampMs } from "../core/schema/fields";
import { dayMs, hourMs } from "../core/wire/durations";
import { invalidField, ProblemError } from "../core/wire/errors";
import { announceUpload, noUpload, takeUpload } from "./files/announcing";
import { foundBlob, prepareBlob } from "./files/claiming";
import { holderOf, linkToken } from "./files/links";
import { assertFits, assertSize, fileNameOf, maximumRequestBytes } from "./files/rules";
import { fileFields, maximumFileBytes } from "./tables";
import type { FoundBlob } from "./files/claiming";
import type { FilePurpose } from "../core/schema/fields";
import type { TenantMutationContext, TenantQueryContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const files = resource({
  name: "platform/files",
  table: "files",
  path: "/files",
  fields: fileFields,
  serverOwned: [
    "storageId",
    "contentType",
    "size",
    "sha256",
    "width",
    "height",
    "refCount",
    "unusedSince",
    "purgeAfter",
  ],
  immutable: ["name", "purpose"],
  list: { filters: ["purpose", "createdBy"] },
  hooks: {
    beforeDelete: ({ tenant, now }, { refCount }) => {
      if (refCount > 0) throw new ProblemError("file_in_use", `Rows that hold it: ${refCount}.`);
      return { purgeAfter: now + tenant.organization.settings.trashRetentionDays * dayMs };
    },
  },
  problems: { delete: ["file_in_use"] },
});

const { list } = crud(files);
export { list };

const fileWithLink = () =>
  documentWith(files, {
    url: described(
      z.url(),
      "Where the bytes are, for five minutes and without a credential, as long as whoever asked for it may read files. Absent where the deployment has no `PORTICO_SIGNING_KEY`.",
      "https://api.example.com/v1/file-content?link=jd7b9n2m",
    ).optional(),
  });

const refusedContent = [
  "payload_too_large",
  "unsupported_media_type",
  "not_an_image",
  "image_too_large",
  "limit_reached",
] as const;

const purpose = () =>
  z.enum(filePurposes).optional().register(z.globalRegistry, {
    description: "What the file is for. It cannot be changed.",
    default: "other",
  });

export const get = files.read("get", {
  summary: "Get a file",
  description:
    "What is known of it, with a link to its bytes that holds for five minutes; the entity tag is that of the rest.",
  output: fileWithLink,
  departs: { tagsRow: true },
  handler: (ctx) => withLink(ctx, ctx.row),
});

export const upload = files.at("/").prepared("upload", {
  summary: "Upload a file",
  description:
    "The body is the file's bytes, 20 MiB at most; a larger file goes to an upload URL. What the file is, is read from its bytes. Header values are percent-encoded UTF-8.",
  permission: "create",
  input: () => ({
    fileName: described(plainName(1, 255), "What the file is called; of a path the last part.", "logo.png"),
    filePurpose: purpose(),
  }),
  output: fileWithLink,
  problems: [...refusedContent],
  prepare: prepareBlob,
  departs: { takesBytes: maximumRequestBytes, status: 201, dryRun: false, restOnly: true },
  handler: async (ctx, { fileName, filePurpose }) =>
    withLink(ctx, await claim(ctx, await unclaimedBlob(ctx), fileName, filePurpose, "/fileName")),
});

export const createUploadUrl = files.at("/upload-url").change("createUploadUrl", {
  summary: "Create an upload URL",
  description:
    "Send the file's bytes to it by POST, with the answered `contentType` as `Content-Type` and without a credential, and register the `storageId` that comes back: whoever asked for the URL may, and nobody else. What is not registered within a day is deleted.",
  permission: "create",
  input: () => ({
    purpose: purpose(),
    size: described(
      integer(0, maximumFileBytes),
      "How large the file is, in bytes; refused at once where that is too large.",
      48_213,
    ),
  }),
  output: () =>
    z.object({
      url: described(z.url(), "Takes one upload.", "https://convex.example.com/api/storage/upload?token=AZ2"),
      contentType: described(
        z.string(),
        "The `Content-Type` to send the bytes with: it says whose upload they are. What they are is read from them.",
        `application/octet-stream; upload=${exampleRowId}`,
      ),
      expiresAt: described(timestampMs(), "Until when it takes it."),
    }),
  problems: ["payload_too_large", "limit_reached"],
  departs: { operationId: "createUploadUrl", dryRun: false },
  handler: async ({ caller, db, storage, now }, { purpose: of = "other", size }) => {
    assertSize(of, size);
    const url = await storage.generateUploadUrl();
    const contentType = await announceUpload({ caller, db, now }, size);
    await db.appendAudit({
      action: "file.createUploadUrl",
      operation: "access",
      tableName: "files",
      metadata: { purpose: of, size },
    });
    return { url, contentType, expiresAt: now + hourMs };
  },
});

export const register = files.at("/register").prepared("register", {
  summary: "Register an uploaded file",
  description:
    "Makes bytes that were sent to an upload URL a file of the organization, by whoever asked for the URL. They can be registered once; a refusal changes nothing.",
  permission: "create",
  input: () => ({
    storageId: described(rowId("_storage"), "What the upload answered.", exampleRowId),
    name: described(plainName(1, 255), "What the file is called; of a path the last part.", "handbook.pdf"),
    purpose: purpose(),
  }),
  output: fileWithLink,
  problems: ["not_found", "already_registered", ...refusedContent],
  prepare: prepareBlob,
  departs: { status: 201, dryRun: false },
  handler: async (ctx, { name, purpose: of }) => {
    const blob = await unclaimedBlob(ctx);
    await takeUpload(ctx, blob);
    return withLink(ctx, await claim(ctx, blob, name, of, "/name"));
  },
});

export const download = queryOperation({
  name: "platform/files:download",
  operationId: "downloadFile",
  noun: "file",
  method: "GET",
  path: "/files/{fileId}/content",
  summary: "Download a file",
  description:
    "Its bytes. Pictures may be shown in a page, everything else is saved; nothing of it runs. One range can be asked for. A file of more than 20 MiB is answered with 302 and the address of the storage, which holds for whoever has it and until the file is deleted.",
  access: "organization",
  permission: "file:read",
  on: files,
  restOnly: true,
  answersFile: true,
  params: () => ({ fileId: rowId("files") }),
  output: () =>
    z.object({
      storageId: fileFields.storageId,
      sizeBytes: fileFields.size,
      name: fileFields.name,
      contentType: fileFields.contentType,
      sha256: fileFields.sha256,
    }),
  handler: async ({ row: { size, ...row } }) => ({ ...row, sizeBytes: size }),
});

const remove = files.change("delete", {
  summary: "Delete a file",
  description:
    "Refused while a row holds it. Nobody can read it any more; its bytes are deleted with `permanent=true`, which what is in the trash already takes, or once the organization's `trashRetentionDays` are over.",
  input: () => ({ permanent: permanently() }),
  output: noContent,
  problems: deletionProblems(files),
  departs: { includesDeleted: true },
  handler: (ctx, { permanent }) => files.delete(ctx, ctx.row, { permanent: permanent === true }),
});
export { remove as delete };

/** The blob that was found, which is nobody's file yet. @throws {ProblemError} 404, 409 where it is one of the organization */
async function unclaimedBlob(ctx: TenantMutationContext): Promise<FoundBlob> {
  const blob = foundBlob(ctx.prepared);
  const known =
    blob &&
    (await ctx.unscoped
      .query("files")
      .withIndex("by_storageId", (q) => q.eq("storageId", blob.storageId))
      .first());
  if (known?.organizationId === ctx.tenant.organization._id)
    throw new ProblemError("already_registered", "The upload is a file of the organization already.");
  // A blob that was swept up meanwhile has no address; this read makes the two transactions notice each other.
  if (!blob || known || (await ctx.storage.getUrl(blob.storageId)) === null) throw noUpload();
  return blob;
}

/** Makes a blob a file of the organization. */
async function claim(
  ctx: TenantMutationContext,
  blob: FoundBlob,
  givenName: string,
  of: FilePurpose = "other",
  pointer: string,
): Promise<Doc<"files">> {
  const { storageId, sizeBytes, sha256, declaredType: _declaredType, ...content } = blob;
  assertFits(of, blob, content);
  const name = fileNameOf(givenName);
  if (name === "") throw invalidField(pointer, "too_small", "The last part of the name is empty.");
  const unusedSince = of === "other" ? {} : { unusedSince: ctx.now };
  return files.insert(ctx, {
    storageId,
    size: sizeBytes,
    sha256,
    ...content,
    name,
    purpose: of,
    refCount: 0,
    ...unusedSince,
  });
}

async function withLink({ caller, now }: TenantQueryContext, row: Doc<"files">): Promise<object> {
  const holder = holderOf(caller);
  const token = holder && (await linkToken(row._id, holder, now));
  const site = env["CONVEX_SITE_URL"] ?? "";
  return { ...withPublicId(row), ...(token === undefined ? {} : { url: `${site}/v1/file-content?link=${token}` }) };
}
