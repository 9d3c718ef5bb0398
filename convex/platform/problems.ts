import type { ProblemRows } from "../core/wire/generalProblems";

/** What the operations of `platform` refuse with, beyond what any operation may answer. */
export const problems = {
  url_taken: [409, "The URL is taken", "Change the endpoint that has this URL, or choose another URL."],
  rotation_pending: [
    409,
    "The secret was rotated a short while ago",
    "Wait until `previousSecretExpiresAt`, or send `force: true`: then the secret before the last stops at once.",
  ],
  already_registered: [409, "The upload is registered already", "Use the file that it was registered as."],
  file_in_use: [409, "Rows hold the file", "Give the rows another file, or clear the field, first."],
  image_too_large: [422, "The picture has too many pixels", "Make the picture smaller: 40 million pixels at most."],
  link_expired: [
    403,
    "The link holds no more",
    "Read the file again (`GET /v1/files/{fileId}`); its answer has a new one.",
  ],
  not_an_image: [422, "The file is no whole picture", "Send a PNG, JPEG, GIF, WebP or AVIF, complete and as it is."],
} as const satisfies ProblemRows;
