import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../lib/repositoryFiles";
import { banner } from "./banner";

/** The source of `convex/documentation/openApiDocument.ts`: the document as text, since Convex reads no files. */
export function openApiModuleSource(): string {
  const document: unknown = JSON.parse(readFileSync(path.join(repositoryRoot, "openapi/openapi.json"), "utf8"));
  const lines = piecesOf(JSON.stringify(document)).map((piece) => `  ${JSON.stringify(piece)},`);
  return `${banner}
/** openapi/openapi.json without its white space. */
export const openApiText = [
${lines.join("\n")}
].join("");
`;
}

/** Pieces of a text that a search through the folder can show: one line would fill a terminal. Characters stay whole. */
function piecesOf(text: string): string[] {
  return text.match(/[^]{1,1000}/gu) ?? [];
}
