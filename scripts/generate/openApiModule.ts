import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../lib/repositoryFiles";
import { banner } from "./banner";
import { textLiteral } from "./textLiteral";

/** The source of `convex/documentation/openApiDocument.ts`: the document as text, since Convex reads no files. */
export function openApiModuleSource(): string {
  const document: unknown = JSON.parse(readFileSync(path.join(repositoryRoot, "openapi/openapi.json"), "utf8"));
  return `${banner}
/** openapi/openapi.json without its white space. */
export const openApiText = ${textLiteral(JSON.stringify(document))};
`;
}
