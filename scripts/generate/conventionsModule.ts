import { readFileSync } from "node:fs";
import path from "node:path";
import { Marked, Renderer } from "marked";
import { repositoryRoot } from "../lib/repositoryFiles";
import { banner } from "./banner";
import { textLiteral } from "./textLiteral";

/** The source of `convex/documentation/conventions.ts`: the conventions as text, which the document links to. */
export function conventionsModuleSource(): string {
  return `${banner}
/** docs/conventions.md */
export const conventionsText = ${textLiteral(conventions())};
`;
}

/** The source of `convex/platform/conventionsHtml.ts`: the same for browsers. */
export function conventionsHtmlSource(): string {
  return `${banner}
/** docs/conventions.md as the content of a page */
export const conventionsHtml = ${textLiteral(htmlOf(conventions()))};
`;
}

function conventions(): string {
  return readFileSync(path.join(repositoryRoot, "docs/conventions.md"), "utf8");
}

/** Markdown of this repository as HTML: headings can be linked to, and wide tables scroll by themselves. */
function htmlOf(markdown: string): string {
  const renderer = new Renderer();
  const plain = new Renderer();
  renderer.heading = (text, level, raw) => `<h${level} id="${anchorOf(raw)}">${text}</h${level}>\n`;
  renderer.table = (header, body) => `<div class="table">${plain.table(header, body)}</div>\n`;
  const html = new Marked({ renderer, async: false }).parse(markdown);
  if (typeof html !== "string") throw new TypeError("Without extensions, the renderer answers at once.");
  return html;
}

/** As GitHub names the headings of a page. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replaceAll(/\s+/g, "-");
}
