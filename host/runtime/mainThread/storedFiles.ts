import { DeploymentRefusal } from "../../deployment";
import type { FileUpload, FunctionOutcome, ServedFile, StoredFiles } from "../../deployment";
import { FileTooLargeError } from "../../store/fileStore";
import { DiskFullError } from "../../store/storeFailure";
import type { FileStore, WrittenFile } from "../../store/fileStore";
import { isJsonObject, parseJson, textField } from "../../json";
import type { ConvexJsonObject } from "../../values/convexJson";
import type { ExecutorClient } from "../rpc/executorClient";
import { assertDigest, DigestMismatch, mediaTypeOf } from "../../store/fileMetadata";
import { FunctionError } from "../functions/errors";

/** File storage on the main thread: bytes travel here, documents and tokens live with the executor. */
export class MainThreadFiles implements StoredFiles {
  constructor(
    private readonly files: FileStore,
    private readonly executor: () => Pick<ExecutorClient, "call">,
    private readonly maxFileBytes: number,
  ) {}

  async upload({ token, body, contentType, sha256 }: FileUpload): Promise<string> {
    try {
      // Checked before any byte is written, so that strangers cannot fill the disk.
      const id = await this.#newId("", "newUpload", { token });
      return await this.#add(id, body, contentType, sha256, token);
    } catch (error) {
      if (error instanceof FileTooLargeError) throw new DeploymentRefusal(413, "FileTooLarge", error.message);
      if (error instanceof DigestMismatch) throw new DeploymentRefusal(400, "DigestMismatch", error.message);
      if (error instanceof FunctionError) throw new DeploymentRefusal(403, "InvalidUploadUrl", error.message);
      if (error instanceof DiskFullError) throw new DeploymentRefusal(503, "DiskFull", error.message);
      throw error;
    }
  }

  async find(urlName: string): Promise<ServedFile | null> {
    const metadata = parseJson(await this.operate("", "findByUrl", { urlName }));
    if (!isJsonObject(metadata)) return null;
    const id = textField(metadata, "storageId");
    // Deleted since, or lost: the reader sees the same as for a file that never existed.
    if (this.files.sizeBytes(id) === null) return null;
    return {
      sizeBytes: Number(metadata["size"]),
      sha256Hex: textField(metadata, "sha256"),
      contentType: typeof metadata["contentType"] === "string" ? metadata["contentType"] : null,
      read: (range) => this.files.readStream(id, range),
    };
  }

  /** `storage/storeBlob` of an action: the file is stored when this resolves, whatever becomes of the action. */
  async storeBlob(componentPath: string, blob: Blob, sha256: string | null): Promise<string> {
    const id = await this.#newId(componentPath, "newFile", {});
    return await this.#add(id, blob.stream(), mediaTypeOf(blob.type), sha256, null);
  }

  /** `storage/getBlob` of an action. */
  async getBlob(componentPath: string, storageId: string): Promise<Blob | null> {
    const metadata = parseJson(await this.operate(componentPath, "1.0/storageGetMetadata", { storageId }));
    const bytes = isJsonObject(metadata) ? await this.files.read(storageId) : null;
    if (!isJsonObject(metadata) || bytes === null) return null;
    const { contentType } = metadata;
    return new Blob([bytes], { type: typeof contentType === "string" ? contentType : "" });
  }

  /** Runs a storage operation for a component on the executor. @throws {FunctionError} when it is refused */
  async operate(componentPath: string, name: string, args: ConvexJsonObject): Promise<string> {
    const outcome: FunctionOutcome = await this.executor().call({
      operation: "storage",
      name,
      componentPath,
      argsText: JSON.stringify(args),
    });
    if (outcome.status === "success") return outcome.valueText;
    throw new FunctionError(outcome.errorMessage, outcome.errorDataText);
  }

  /** Requested before any byte is written, since the file is named by its id. */
  async #newId(componentPath: string, operation: "newFile" | "newUpload", args: ConvexJsonObject): Promise<string> {
    const id = parseJson(await this.operate(componentPath, operation, args));
    if (typeof id !== "string") throw new TypeError(`${operation} did not answer with an id`);
    return id;
  }

  async #add(
    id: string,
    body: AsyncIterable<Uint8Array>,
    contentType: string | null,
    expectedSha256: string | null,
    token: string | null,
  ): Promise<string> {
    const written: WrittenFile = await this.files.write(id, body, this.maxFileBytes);
    try {
      assertDigest(written.sha256, expectedSha256);
      const document = { id, size: written.sizeBytes, sha256: written.sha256.toString("base64"), contentType };
      await this.operate("", "addFile", token === null ? document : { ...document, token });
    } catch (error) {
      // Any other failure leaves open whether the document was committed; then the file stays for the integrity check.
      if ([DigestMismatch, FunctionError, DeploymentRefusal].some((refusal) => error instanceof refusal))
        this.files.remove(id);
      throw error;
    }
    return id;
  }
}
