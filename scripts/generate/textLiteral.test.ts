import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { repositoryFiles, repositoryRoot } from "../lib/repositoryFiles";
import { textLiteral } from "./textLiteral";

// The document describes all problems of one status in one text of JSON, which has no shorter lines.
const longestLine = 8000;

it("is the text again, in short lines, whatever is in it", () => {
  for (const text of ["", "one", `"]\\\n${"a".repeat(2500)}`, "😀".repeat(1500)]) {
    const lines = textLiteral(text, "  ").split("\n");
    const pieces = lines.slice(1, -1).map((line): unknown => JSON.parse(line.trim().replace(/,$/, "")));
    expect(pieces.join("")).toBe(text);
    expect([lines[0], lines.at(-1)]).toEqual(["[", '  ].join("")']);
  }
});

it("is what a search through the sources meets: no line fills a terminal", () => {
  const sources = ["convex", "host", "openapi", "scripts", "sdk", "examples"].flatMap((folder) =>
    repositoryFiles(folder).filter((file) => /\.(ts|js|json|md)$/.test(file)),
  );
  const long = sources.filter((file) =>
    readFileSync(path.join(repositoryRoot, file), "utf8")
      .split("\n")
      .some((line) => line.length > longestLine),
  );
  expect(sources.length).toBeGreaterThan(500);
  expect(long).toEqual([]);
});
