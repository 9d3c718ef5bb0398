import type { Id } from "../../_generated/dataModel";

/** A stored file as it is sent. */
export interface StoredFile {
  readonly storageId: Id<"_storage">;
  readonly sizeBytes: number;
  readonly name: string;
  /** What its bytes were found to be. */
  readonly contentType: string;
  readonly sha256: string;
}

/** Pictures that are nothing but pixels: a browser that shows them runs nothing of them. */
const shownInline: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

/**
 * Headers under which a browser does no more with a stranger's bytes than show a picture or save a file: of the type that
 * they were found to be, without scripts, and not as a page of this origin.
 */
export function headersOfFile({
  name,
  contentType,
  sha256,
}: Pick<StoredFile, "name" | "contentType" | "sha256">): Record<string, string> {
  return {
    // Text was found to be UTF-8 by being read as such.
    "content-type": contentType === "text/plain" ? "text/plain; charset=utf-8" : contentType,
    "content-disposition": contentDisposition(shownInline.has(contentType) ? "inline" : "attachment", name),
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
    "accept-ranges": "bytes",
    etag: `"${sha256}"`,
  };
}

/**
 * `Content-Disposition` with the name twice (RFC 6266): in ASCII for old clients, and as UTF-8 in the form of RFC 8187. The
 * library that does this needs a newer Node than ours.
 */
export function contentDisposition(disposition: "inline" | "attachment", name: string): string {
  const ascii = name.replaceAll(/[^ -~]|["\\%/]/gu, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${disposition}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
