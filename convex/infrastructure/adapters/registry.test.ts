import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dockAdapters } from "./registry";
import type { KeptFields } from "./payload";

const folder = new URL(".", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), "utf8");

/** The names in code of the rows of a section's table, by the first of each. */
function namesBelow(heading: string): Readonly<Record<string, readonly string[]>> {
  const [, rest = ""] = read("README.md").split(`\n### \`${heading}\`\n`);
  const rows = (rest.split(/\n##/)[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
  return Object.fromEntries(
    rows.map((row) => {
      const [table = "", ...fields] = Array.from(row.matchAll(/`([^`]+)`/g), ([, name = ""]) => name);
      return [table, fields];
    }),
  );
}

/** Fields that are kept, with dots where they lie in objects. */
function namesOf(keeps: KeptFields, before = ""): readonly string[] {
  return Object.entries(keeps).flatMap(([name, inner]) =>
    inner === true ? [`${before}${name}`] : namesOf(inner, `${before}${name}.`),
  );
}

describe("the registry", () => {
  it("has every adapter that has a file, once, by its name", async () => {
    const files = readdirSync(folder).filter((file) => /^\w+\.ts$/.test(file));
    const modules = await Promise.all(files.map((file): Promise<object> => import(new URL(file, folder).href)));
    const exported = modules
      .flatMap((module): unknown[] => Object.values(module))
      .filter((value) => typeof value === "object" && value !== null && "validateCredentials" in value);
    expect(new Set(dockAdapters)).toEqual(new Set(exported));
    const providers = dockAdapters.map(({ provider }) => provider);
    expect(providers).toEqual([...new Set(providers)].toSorted());
  });

  it.each(dockAdapters)("has rules for $provider that docks can keep", (adapter) => {
    const { provider, label, recommendedIntervalSeconds, minimumIntervalSeconds, resourceTables } = adapter;
    expect(provider).toMatch(/^[a-z][a-z0-9-]{1,39}$/);
    expect(label).not.toBe("");
    expect(minimumIntervalSeconds).toBeGreaterThanOrEqual(60);
    expect(recommendedIntervalSeconds).toBeGreaterThanOrEqual(minimumIntervalSeconds);
    expect(resourceTables.length).toBeGreaterThan(0);
  });

  it.each(dockAdapters)("keeps of $provider what its section of README.md says", ({ provider, keeps }) => {
    const kept = Object.entries(keeps).map(([table, fields]) => [table, namesOf(fields)]);
    expect(Object.fromEntries(kept)).toEqual(namesBelow(provider));
  });
});
