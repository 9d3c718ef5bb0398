import path from "node:path";

/** Where a document names something that does not exist. */
export interface BrokenReference {
  /** Counted from 1. */
  readonly line: number;
  readonly reference: string;
}

/** What a document may name: the repository around it. */
export interface DocumentContext {
  /** The document's folder, relative to the root; links are relative to it. */
  readonly directory: string;
  readonly scriptNames: readonly string[];
  readonly exists: (pathFromRoot: string) => boolean;
  /** Whether some folder has a file of this name: documents shorten paths of files beside the one they just named. */
  readonly hasFileNamed: (name: string) => boolean;
}

const folders = "convex|openapi|host|sdk|examples|bench|scripts|docs|\\.ci|\\.vscode|\\.changeset";
const repositoryPath = new RegExp(`^(?:(?:${folders})/[\\w./-]*|[A-Z]+\\.md|[\\w.-]+\\.(?:json|mjs|ts|yaml))$`);
/** `runtime/scheduler.test.ts` in a document of `host/`: a source file or a folder below the document's own. */
const pathBeside = /^([\w.-]+)\/(?:[\w.-]+\/)*(?:[\w.-]+\.(?:ts|js|md))?$/;
const inlineCode = /`([^`\n]+)`/g;
const link = /\]\(([^)\s]+)\)/g;
const npmScript = /\bnpm run (?:-s |--silent )?([\w:]+[\w:-]*)/g;

/**
 * Finds what a Markdown document names and the repository does not have: paths in backticks that begin with a
 * top-level folder or one beside the document (a `:line` or `› test` suffix is dropped; placeholders such as `<domain>` and
 * globs are skipped), relative links, and npm scripts.
 */
export function brokenReferences(
  text: string,
  { directory, scriptNames, exists, hasFileNamed }: DocumentContext,
): BrokenReference[] {
  const broken: BrokenReference[] = [];
  text.split("\n").forEach((content, index) => {
    const report = (reference: string): void => void broken.push({ line: index + 1, reference });
    for (const [, code = ""] of content.matchAll(inlineCode)) {
      const file = code.replace(/ › .*$/, "").replace(/:\d+$/, "");
      const isThere =
        exists(file) || exists(path.posix.join(directory, file)) || (!file.includes("/") && hasFileNamed(file));
      const firstFolder = pathBeside.exec(file)?.[1];
      const isBeside = firstFolder !== undefined && exists(path.posix.join(directory, firstFolder));
      if ((repositoryPath.test(file) || isBeside) && !isThere) report(code);
    }
    for (const [, target = ""] of content.matchAll(link)) {
      if (/^([a-z]+:|#)/.test(target)) continue;
      const file = path.posix.join(directory, decodeURIComponent(target.replace(/[#?].*$/, "")));
      if (!exists(file)) report(target);
    }
    for (const [command, name = ""] of content.matchAll(npmScript)) {
      if (!scriptNames.includes(name)) report(command);
    }
  });
  return broken;
}
