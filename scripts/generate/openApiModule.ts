import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../lib/repositoryFiles";
import { banner } from "./tableFacts";

/** The source of `convex/documentation/openApiDocument.ts`: the document as text, since Convex reads no files. */
export function openApiModuleSource(): string {
  const document: unknown = JSON.parse(readFileSync(path.join(repositoryRoot, "openapi/openapi.json"), "utf8"));
  const text = JSON.stringify(document);
  const tag = createHash("sha256").update(text).digest("hex").slice(0, 32);
  return `${banner}
/** Strong entity tag of the text. */
export const openApiEntityTag = ${JSON.stringify(`"${tag}"`)};

/** openapi/openapi.json without its white space. */
export const openApiText = ${JSON.stringify(text)};
`;
}
