import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { lockFileFaults } from "./lockFile";
import { repositoryRoot } from "./repositoryFiles";

const integrity = `sha512-${"A".repeat(86)}==`;
const manifest = JSON.stringify({ allowScripts: { esbuild: true, tool: false, "@scope/a": false } });
const faultsOf = (packages: object) => lockFileFaults(JSON.stringify({ lockfileVersion: 3, packages }), manifest);

test("takes what is pinned by its content, and what is the repository itself", () => {
  expect(
    faultsOf({
      "": { name: "root", version: "1.0.0" },
      sdk: { version: "1.0.0" },
      "node_modules/@root/sdk": { resolved: "sdk", link: true },
      "node_modules/a": { version: "1.0.0", integrity },
      "node_modules/a/node_modules/esbuild": { version: "1.0.0", integrity, hasInstallScript: true },
      "node_modules/tool": { version: "1.0.0", integrity, dev: true, hasInstallScript: true },
    }),
  ).toEqual([]);
});

test.each([
  ["no integrity", { version: "1.0.0", optional: true }, "has no SHA-512 integrity"],
  ["a weak one", { version: "1.0.0", integrity: "sha1-AAAA" }, "has no SHA-512 integrity"],
  ["a registry", { integrity, resolved: "https://registry.example/a/-/a-1.0.0.tgz" }, "names where it comes from"],
  ["a repository", { integrity, resolved: "git+ssh://git@github.com/a/a.git#1" }, "names where it comes from"],
  ["telemetry", { version: "1.0.0", integrity, hasInstallScript: true }, "runs code when the product is installed"],
])("names a package with %s", (_name, entry, fault) => {
  const faults = faultsOf({ "node_modules/@scope/a": entry });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(fault);
});

test("names a package whose install script nobody has looked at", () => {
  const entry = { version: "1.0.0", integrity, dev: true, hasInstallScript: true };
  expect(faultsOf({ "node_modules/new": entry })).toEqual([expect.stringContaining("allowScripts")]);
});

test("finds nothing open in the repository's own", () => {
  const textOf = (name: string) => readFileSync(path.join(repositoryRoot, name), "utf8");
  expect(lockFileFaults(textOf("package-lock.json"), textOf("package.json"))).toEqual([]);
});
