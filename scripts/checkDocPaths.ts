import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { brokenReferences } from "./lib/docReferences";
import { repositoryFiles, repositoryRoot } from "./lib/repositoryFiles";

/** Fails when a document names a file, a folder or an npm script of this repository that does not exist. */
const manifest: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(path.join(repositoryRoot, "package.json"), "utf8"),
);
const files = repositoryFiles();
const fileNames = new Set(files.map((file) => path.posix.basename(file)));
const documents = files.filter((file) => file.endsWith(".md"));
let brokenCount = 0;

for (const document of documents) {
  const broken = brokenReferences(readFileSync(path.join(repositoryRoot, document), "utf8"), {
    exists: (file) => existsSync(path.join(repositoryRoot, file)),
    hasFileNamed: (name) => fileNames.has(name),
    directory: path.posix.dirname(document),
    scriptNames: Object.keys(manifest.scripts),
  });
  for (const { line, reference } of broken) console.error(`${document}:${line}: ${reference} does not exist`);
  brokenCount += broken.length;
}
console.log(`${documents.length} documents, ${brokenCount} broken references`);
process.exitCode = brokenCount > 0 ? 1 : 0;
