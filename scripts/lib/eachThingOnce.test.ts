import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const convexDirectory = path.join(import.meta.dirname, "../../convex");

/** Source files of the product, with their paths from convex/. */
const sources = readdirSync(convexDirectory, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/\.(?:test|testing)\.ts$|^_generated\/|^documentation\//.test(file))
  .map((file) => [file, readFileSync(path.join(convexDirectory, file), "utf8")] as const);

/** What is said once, by what it looks like, with the one file that says it. */
const saidOnce: readonly (readonly [what: string, pattern: RegExp, file: string])[] = [
  ["audit rows are inserted", /insert\((?:"auditLogs"|engineTables\.audit)/, "core/records/audit.ts"],
  ["the database is used without its types", /\b(?:db|q|range) as unknown as/, "core/records/untypedDatabase.ts"],
  [
    "a membership is looked up by Convex's own database",
    /\.query\("memberships"\)\s+\.withIndex\("by_organizationId_and_userId"/,
    "core/access/standing.ts",
  ],
  ["a banned or inactive membership is refused", /The caller's membership is/, "core/access/tenant.ts"],
  [
    "a credential's kind is told by its prefix",
    /"(?:sk|agt|enr)_(?:live_)?"|\((?:sk|agt|enr)_/,
    "core/wire/credentialKinds.ts",
  ],
  ["base64url is written and read", /replaceAll\((?:"-", "\+"|"\+", "-")\)/, "core/wire/base64Url.ts"],
  ["plaintext is made", /getRandomValues/, "core/wire/secrets.ts"],
  // Shapes import no behaviour, so the most that a log row may have taken is a literal in sites/tables.ts.
  [
    "a minute, an hour or a day is counted out",
    // A ceiling is a number of requests.
    /(?<!Ceiling: )\b(?:60_000|3_600_000|86_400_000)\b(?!\), "M)/,
    "core/wire/durations.ts",
  ],
];

it.each(saidOnce)("%s in one place", (_what, pattern, file) => {
  expect(sources.filter(([, text]) => pattern.test(text)).map(([name]) => name)).toEqual([file]);
});
