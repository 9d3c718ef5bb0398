import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../lib/repositoryFiles";
import { banner } from "./banner";

/** The source of `convex/documentation/conventions.ts`: the conventions as text, which the document links to. */
export function conventionsModuleSource(): string {
  const text = readFileSync(path.join(repositoryRoot, "docs/conventions.md"), "utf8");
  return `${banner}
/** docs/conventions.md */
export const conventionsText = ${JSON.stringify(text)};
`;
}
