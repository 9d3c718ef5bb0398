import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { declarationOf } from "../../convex/core/schema/table";
import { placeOf } from "../../openapi/resourceOrder";
import { faultIn } from "../lib/declarationFaults";

export const convexDirectory = path.join(import.meta.dirname, "../../convex");

/** Folders of `convex/` that are no domains. */
const engineFolders = new Set(["_generated", "core", "gateway"]);

/** The modules of every domain, `<domain>/<file>.ts`, tests left out, in order. */
export function domainFiles(): string[] {
  return readdirSync(convexDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !engineFolders.has(entry.name))
    .flatMap(({ name }) => readdirSync(path.join(convexDirectory, name)).map((file) => `${name}/${file}`))
    .filter((file) => /^[^.]+\.ts$/.test(file))
    .sort();
}

/** The tables that a `tables.ts` exports, in order. */
export async function tablesOf(file: string): Promise<string[]> {
  const exports: object = await import(pathToFileURL(path.join(convexDirectory, file)).href);
  return Object.entries(exports)
    .filter(([, exported]) => typeof exported === "object" && exported !== null && declarationOf(exported))
    .map(([name]) => name)
    .sort();
}

/** Notes that `file` declares `name`, which no other file may. */
export function claim(owners: Map<string, string>, name: string, file: string): void {
  const other = owners.get(name);
  if (other !== undefined) throw faultIn(file, `${name} is declared in ${other} already.`);
  owners.set(name, file);
}

/** What a domain's file of this name exports as `name`, of every domain that has one, in the order of the reference. */
export async function domainVocabularies(name: string): Promise<{ readonly file: string; readonly rows: object }[]> {
  const files = domainFiles();
  const placeOfDomain = (domain: string) =>
    Math.min(
      ...files.filter((file) => file.startsWith(`${domain}/`)).map((file) => placeOf(path.basename(file, ".ts"))),
    );
  const found = files.filter((file) => path.basename(file) === `${name}.ts`);
  const domains = await Promise.all(
    found.map(async (file) => {
      const exports: object = await import(pathToFileURL(path.join(convexDirectory, file)).href);
      const rows: unknown = Reflect.get(exports, name);
      if (typeof rows !== "object" || rows === null) throw faultIn(`convex/${file}`, `It exports no ${name}.`);
      return { file: `convex/${file}`, rows, place: placeOfDomain(path.dirname(file)) };
    }),
  );
  return domains.toSorted((left, right) => left.place - right.place);
}
