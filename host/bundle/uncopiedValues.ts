import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

const namespace = "uncopied-values";
const directory = dirname(fileURLToPath(import.meta.url));
const wrapperFile = join(directory, "uncopiedJson.ts");
const resultJsonFile = join(directory, "resultJson.ts");
const importerPattern = /[\\/]convex[\\/]dist[\\/]esm[\\/]server[\\/]impl[\\/][^\\/]+$/;
const registrationPattern = /[\\/]convex[\\/]dist[\\/]esm[\\/]server[\\/]impl[\\/]registration_impl\.js$/;

/** SHA-256 of the texts that this was written for, with the versions of Convex that have them. */
const knownTexts: Readonly<Record<string, string>> = {
  "8fe3724fe536b92042aadfeb6eebaa43bbbc55f26688fc468bc1193d851d632e": "values/value.js of 1.48.0",
  eaf954b59bde12c163164a0558c469184233675a5ae8de8444c17c49ee501bbc: "server/impl/registration_impl.js of 1.48.0",
};

/**
 * Gives the server half of Convex's library conversions that copy nothing where a value is its own JSON encoding, and
 * keeps the value that a result's text was written from (decision 0042). What functions import from `convex/values`
 * themselves stays the original, and so does everything of a version of Convex whose text is not known.
 */
export const uncopiedValues: Plugin = {
  name: "uncopied-values",
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /values[\\/](index|value)\.js$/ }, ({ path, importer, resolveDir }) => {
      if (!importerPattern.test(importer)) return null;
      const original = join(resolveDir, path);
      return isKnownText(join(dirname(original), "value.js")) ? { path: original, namespace } : null;
    });
    pluginBuild.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `export * from ${JSON.stringify(path)};
        import * as original from ${JSON.stringify(join(dirname(path), "value.js"))};
        import { withoutCopies } from ${JSON.stringify(wrapperFile)};
        export const { jsonToConvex, convexToJson } = withoutCopies(original);`,
      loader: "js",
      resolveDir: dirname(path),
    }));
    pluginBuild.onLoad({ filter: registrationPattern }, ({ path }) => {
      if (!isKnownText(path)) return null;
      const contents = `import { resultJson as JSON } from ${JSON.stringify(resultJsonFile)};${readFileSync(path, "utf8")}`;
      return { contents, loader: "js" };
    });
  },
};

/** Tells whether this file of Convex's library is one that this was written for. */
export function isKnownText(file: string): boolean {
  return Object.hasOwn(knownTexts, hash("sha256", readFileSync(file)));
}
