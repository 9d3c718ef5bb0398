import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { problems } from "../../convex/core/wire/problems";
import { repositoryFiles, repositoryRoot } from "../lib/repositoryFiles";
import { pageClaims } from "./pageClaims.testing";
import { operationNames } from "./requestLog";

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), "utf8");
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
const pages = Object.entries(pageClaims);
const sdkSources = repositoryFiles("sdk/src").map(read).join("\n");
const documents = repositoryFiles().filter((file) => file.endsWith(".md") && !/^(CHANGELOG|\.changeset)/.test(file));

/** A test as a page names it is there: its file, and in that the title as far as it is given. */
function isTestThere(reference: string, directory: string): boolean {
  const [file = "", ...titles] = reference.split(" › ");
  const found = [path.join(directory, file), file].find((place) => existsSync(path.join(repositoryRoot, place)));
  if (found === undefined) return false;
  const text = read(found);
  return titles.every((title) => text.includes(title.replace(/,? …$/, "")));
}

describe.each(pages)("%s", (page, sections) => {
  const text = read(page);

  it("says nothing in a section that no test holds and nobody has called untestable", () => {
    // Comments of shell blocks begin like headings.
    const headings = Array.from(
      text.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^##? (.*)$/gm),
      ([, heading]) => heading,
    );
    expect(Object.keys(sections)).toEqual(headings);
    for (const [heading, { by, untested }] of Object.entries(sections)) {
      expect(by.length > 0 || untested !== undefined, heading).toBe(true);
      for (const reference of by) expect(isTestThere(reference, ""), `${heading}: ${reference}`).toBe(true);
    }
  });

  it("names options that their commands take", () => {
    const commands = text.replaceAll("\\\n", " ").matchAll(/npm run (?:-s )?([\w-]+)((?: [^`\n;)]*)?)/g);
    for (const [command, name = "", rest = ""] of commands) {
      const [, script] = /(scripts\/\w+\.ts|bench\/\w+\.ts)/.exec(scripts[name] ?? "") ?? [];
      const options = Array.from(rest.matchAll(/(?<= )--[a-z][\w-]*/g), ([option]) => option);
      // npm's own, which choose where a script runs.
      for (const option of script === undefined ? [] : options)
        expect(read(script ?? ""), command).toContain(option.replace(/^--/, ""));
    }
  });

  it("names paths that the gateway has", () => {
    const operationOf = operationNames();
    const named = text.matchAll(
      /`(?:(GET|POST|PATCH|PUT|DELETE) )?(\/(?:v1|problems|\.well-known)[^\s`?]*)(?:\?[^`]*)?`/g,
    );
    for (const [code, method, route = ""] of named) {
      // A beginning is no path of its own.
      if (route === "/v1") continue;
      const asked = route.replaceAll(/\{[^}]*\}/g, "k57abc");
      const methods = method === undefined ? ["GET", "POST", "PATCH", "DELETE"] : [method];
      const isKnown = methods.some((one) => operationOf(one, asked) !== undefined);
      expect(isKnown || route === "/.well-known/openid-configuration", code).toBe(true);
    }
  });

  it("names codes of problems with their status", () => {
    // The SDK has some of its own, for what never reached the API.
    const wrong = Array.from(text.matchAll(/\b([45]\d\d) `([a-z]+_[a-z_]+)`/g)).filter(([, status, code = ""]) => {
      const [, row] = Object.entries(problems).find(([known]) => known === code) ?? [];
      return row === undefined ? !sdkSources.includes(`"${code}"`) : !Array.from<unknown>(row).includes(Number(status));
    });
    expect(wrong.map(([words]) => words)).toEqual([]);
  });
});

it("every page of docs/ has its claims held here, but for a list of terms and what is generated, and README names it", () => {
  const readme = read("README.md");
  const found = documents.filter((file) => /^docs\/[^/]+\.md$/.test(file));
  expect(found.filter((file) => !readme.includes(`- \`${file}\``))).toEqual([]);
  const untold = found.filter((file) => pageClaims[file] === undefined);
  expect(untold).toEqual(["docs/glossary.md", "docs/permissions.md"]);
});

it("functions that operators are told to run are there", () => {
  const named = documents.flatMap((file) =>
    Array.from(read(file).matchAll(/npx convex run ([\w/]+):(\w+)/g), ([, module = "", name = ""]) => ({
      module,
      name,
    })),
  );
  expect(named.length).toBeGreaterThan(1);
  const gone = named.filter(
    ({ module, name }) => !new RegExp(`^export const .*\\b${name}\\b`, "m").test(read(`convex/${module}.ts`)),
  );
  expect(gone).toEqual([]);
});

it("what imports the SDK in a clone is preceded by the command that builds it", () => {
  const guides = ["README.md", ...documents.filter((file) => /^examples\/.*README\.md$/.test(file))];
  const wanting = guides.filter((file) => {
    const text = read(file);
    const used = text.search(/from "@portico\/sdk|npx tsx examples\//);
    return used >= 0 && !text.slice(0, used).includes("npm run build");
  });
  expect(wanting).toEqual([]);
});

it("a test that a page names is there, with that title", () => {
  const wrong = documents.flatMap((file) =>
    Array.from(read(file).matchAll(/`([\w./-]+\.test\.ts › [^`]+)`/g), ([, reference = ""]) => reference)
      .filter((reference) => !isTestThere(reference, path.dirname(file)))
      .map((reference) => `${file}: ${reference}`),
  );
  expect(wrong).toEqual([]);
});

it("the contract names a test for every row, or says why it does not hold", () => {
  const sections = read("host/CONTRACT.md").split(/^## /m).slice(1);
  const numbered = sections.filter((section) => /^\d+\. /.test(section));
  expect(numbered.length).toBeGreaterThan(10);
  for (const section of numbered) expect(section, section.slice(0, 40)).toMatch(/\w+\.test\.ts/);
});
