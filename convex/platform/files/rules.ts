import { ProblemError } from "../../core/wire/errors";
import { maximumFileBytes } from "../tables";
import { isImageType, unknownType } from "./contentTypes";
import type { FilePurpose } from "../../core/schema/fields";
import type { FoundContent } from "./contentTypes";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** What one request takes, and what is sent through the API: as much as Convex lets an HTTP action read and answer. */
export const maximumRequestBytes = 20 * mebibyte;
/** A picture of more pixels takes more memory than its readers have. */
const maximumPixels = 40_000_000;

interface PurposeRule {
  readonly maximumBytes: number;
  readonly types: readonly string[] | "any";
}

const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
const picture: PurposeRule = { maximumBytes: 10 * mebibyte, types: pictures };

/** What files of each purpose may be. */
export const purposeRules: Readonly<Record<FilePurpose, PurposeRule>> = {
  avatar: { maximumBytes: 5 * mebibyte, types: pictures },
  logo: picture,
  favicon: { maximumBytes: 512 * kibibyte, types: [...pictures, "image/x-icon"] },
  post_media: picture,
  course_thumbnail: picture,
  event_cover: picture,
  lesson_attachment: {
    maximumBytes: maximumFileBytes,
    types: [...pictures, "application/pdf", "application/zip", "audio/mpeg", "text/plain", "video/mp4", "video/webm"],
  },
  other: { maximumBytes: maximumFileBytes, types: "any" },
};

/** @throws {ProblemError} 413 for more than files of the purpose may take */
export function assertSize(purpose: FilePurpose, sizeBytes: number): void {
  const { maximumBytes } = purposeRules[purpose];
  if (sizeBytes > maximumBytes)
    throw new ProblemError("payload_too_large", `A file of purpose ${purpose} takes ${maximumBytes} bytes at most.`);
}

/**
 * Holds a file against its purpose.
 * @throws {ProblemError} 413 for too many bytes, 415 for another type than the purpose takes, said or found, 422 where a picture
 * is needed that is none, or that is too large
 */
export function assertFits(
  purpose: FilePurpose,
  { sizeBytes, declaredType }: { readonly sizeBytes: number; readonly declaredType?: string | undefined },
  { contentType, width = 0, height = 0 }: FoundContent,
): void {
  assertSize(purpose, sizeBytes);
  const { types } = purposeRules[purpose];
  const isOfPictures = types !== "any" && types.every(isImageType);
  const declared = (declaredType ?? unknownType).split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (isOfPictures && declared !== unknownType && !isImageType(declared))
    throw new ProblemError(
      "unsupported_media_type",
      `A file of purpose ${purpose} is a picture, not ${declared.slice(0, 100)}.`,
    );
  if (isOfPictures && !isImageType(contentType))
    throw new ProblemError("not_an_image", `The bytes are no whole picture, which a file of purpose ${purpose} is.`);
  if (types !== "any" && !types.includes(contentType))
    throw new ProblemError(
      "unsupported_media_type",
      `A file of purpose ${purpose} is one of ${types.join(", ")}; this is ${contentType}.`,
    );
  // Also where any type will do: what is shown as a picture is decoded by whoever looks at it.
  if (width * height > maximumPixels)
    throw new ProblemError(
      "image_too_large",
      `The picture has ${width} × ${height} pixels; ${maximumPixels} are the most.`,
    );
}

/** The last part of a path, in one line: what a file is called, whatever its sender called it. */
export function fileNameOf(given: string): string {
  const [last = ""] = given.split(/[/\\]/).slice(-1);
  return last.trim();
}
