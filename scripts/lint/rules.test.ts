import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { problemOf } from "./rules/suppressionsNeedReason.js";

// oxlint's own RuleTester needs Node 22, so the rules are tested through the command, as they run in `verify`.
const root = path.resolve(import.meta.dirname, "../..");
const workspaces: string[] = [];
const report = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(z.object({ code: z.string(), message: z.string(), filename: z.string() })),
});

afterAll(() => workspaces.forEach((directory) => rmSync(directory, { recursive: true })));

/** Lints each source as a file of its own and returns, per source, the start of every message of the rule. */
function lint(rule: string, options: readonly string[], sources: readonly string[]): string[][] {
  const directory = mkdtempSync(path.join(tmpdir(), "portico-lint-"));
  workspaces.push(directory);
  const config = {
    jsPlugins: [path.join(root, "scripts/lint/porticoPlugin.js")],
    categories: { correctness: "off" },
    rules: { [`portico/${rule}`]: ["error", ...options] },
  };
  writeFileSync(path.join(directory, ".oxlintrc.json"), JSON.stringify(config));
  sources.forEach((source, index) => writeFileSync(path.join(directory, `${index}.ts`), source));
  const { stdout } = spawnSync(path.join(root, "node_modules/.bin/oxlint"), ["--format=json"], {
    cwd: directory,
    encoding: "utf8",
  });
  const { number_of_files, diagnostics } = report.parse(JSON.parse(stdout));
  expect(number_of_files).toBe(sources.length);
  return sources.map((_, index) =>
    diagnostics.flatMap(({ filename, code, message }) =>
      path.basename(filename) === `${index}.ts` && code === `portico(${rule})` ? [message] : [],
    ),
  );
}

function expectAccepted(rule: string, options: readonly string[], sources: readonly string[]): void {
  expect(lint(rule, options, sources)).toEqual(sources.map(() => []));
}

/** Every source must be refused exactly once, with a message that begins as given. */
function expectRefused(rule: string, options: readonly string[], message: string, sources: readonly string[]): void {
  expect(lint(rule, options, sources)).toEqual(sources.map(() => [expect.stringContaining(message)]));
}

describe("no-casts", () => {
  test("accepts what is no cast", () => {
    expectAccepted(
      "no-casts",
      [],
      [
        "export const roles = ['owner', 'admin'] as const;",
        "export const size = measure() satisfies number;",
        "import { a as b } from 'c'; b();",
      ],
    );
  });

  test("refuses casts, documented or not", () => {
    expectRefused("no-casts", [], "No casts here", [
      "export const name = body as string;",
      "export const name = <string>body;",
      "/** Sure. */\nexport function textOf(cell: unknown) { return cell as string; }",
    ]);
  });

  test("with its option, accepts a short documented function, arrow function or method", () => {
    expectAccepted(
      "no-casts",
      ["inDocumentedFunction"],
      [
        "/** The driver returns text for this column. */\nexport function textOf(cell: unknown) { return cell as string; }",
        "// The driver returns text for this column.\nconst textOf = (cell: unknown) => cell as string;",
        "class Row {\n  /** The driver returns text here. */\n  text(cell: unknown) { return cell as string; }\n}",
      ],
    );
  });

  test("with its option, refuses an undocumented function, a long one and a bare statement", () => {
    expectRefused("no-casts", ["inDocumentedFunction"], "A cast belongs in", [
      "function textOf(cell: unknown) { return cell as string; }",
      "// Trust me.\nexport const name = body as string;",
      `/** Does much. */\nfunction textOf(cell: unknown) {\n${"  step();\n".repeat(20)}  return cell as string;\n}`,
    ]);
  });
});

describe("no-direct-database", () => {
  test("accepts other names", () => {
    expectAccepted(
      "no-direct-database",
      [],
      [
        "ctx.tenant.get('sites', id);",
        "const db = open(); db.get(id);",
        "const { tenant } = ctx;",
        "ctx[db];",
        "const { tenant: db } = ctx;",
      ],
    );
  });

  test("accepts a handler's own database, where no context of Convex is in reach", () => {
    expectAccepted(
      "no-direct-database",
      [],
      [
        "ctx.db.get('sites', id);",
        "import { env } from '../_generated/server';\nconst handler = ({ db }) => db.get(env.ID);",
      ],
    );
  });

  test("refuses every spelling of the unscoped database", () => {
    const spellings = [
      "ctx.db.get(id);",
      "ctx?.db.get(id);",
      "ctx['db'].get(id);",
      "const { db } = ctx;",
      "const { db: everything } = ctx;",
      "const { 'db': everything } = ctx;",
      "const handler = async ({ db }, args) => db.get(args.id);",
    ];
    const imports = [
      "import { internalMutation } from '../_generated/server';",
      "import type { QueryCtx } from '../_generated/server';",
      "import { query as build } from '../_generated/server';",
    ];
    const sources = imports.flatMap((line) => spellings.map((spelling) => `${line}\n${spelling}`));
    expectRefused("no-direct-database", [], "not scoped to a tenant", sources);
  });
});

describe("no-bare-fetch", () => {
  test("accepts the methods and properties of others", () => {
    expectAccepted(
      "no-bare-fetch",
      [],
      [
        "app.fetch(request, ctx);",
        "const { fetch: load } = client; load();",
        "export const routes = { fetch: handler };",
        "outboundFetch({ url });",
        "class Client { fetch() { return 1; } }",
        "interface Client { fetch(url: string): void }",
      ],
    );
  });

  test("refuses the global one, called, handed on or renamed", () => {
    expectRefused("no-bare-fetch", [], "Requests to others go through", [
      "fetch(url);",
      "await fetch(url, { redirect: 'manual' });",
      "globalThis.fetch(url);",
      "self['fetch'](url);",
      "const send = fetch; send(url);",
      "const { fetch: send } = globalThis; send(url);",
      "const { fetch } = globalThis;",
      "client({ fetch });",
      "client({ send: fetch });",
      "fetch.call(undefined, url);",
      "client(fetch);",
      "const send = given ?? fetch;",
    ]);
  });
});

describe("suppressions-need-reason", () => {
  test("accepts a named rule with a reason, and ordinary comments", () => {
    expectAccepted(
      "suppressions-need-reason",
      [],
      [
        "// An ordinary comment about oxlint-disable.\nstep();",
        "// oxlint-disable-next-line no-console -- the command prints its result here\nconsole.log(1);",
        "// @ts-expect-error the published types lack this option\nstep({ option: 1 });",
      ],
    );
  });

  test("refuses a suppression without a reason", () => {
    expectRefused("suppressions-need-reason", [], "Say why", [
      "step(); // oxlint-disable-line no-console",
      "step(); // oxlint-disable-line no-console -- because",
      "// @ts-expect-error\nstep();",
      "// prettier-ignore\nstep();",
      "/* v8 ignore next */\nstep();",
    ]);
  });

  test("refuses what silences the type checker for good", () => {
    expectRefused("suppressions-need-reason", [], "@ts-expect-error", [
      "// @ts-ignore the published types lack this option\nstep();",
      "// @ts-nocheck the published types lack this option\nstep();",
    ]);
  });

  test("recognises a blanket disable, which scripts/checkSuppressions.ts looks for because it silences this rule too", () => {
    const disable = ["oxlint", "disable"].join("-");
    expect(problemOf(` ${disable} `)).toBe("blanket");
    expect(problemOf(` ${disable}-next-line -- with a long reason`)).toBe("blanket");
    expect(problemOf(` ${disable}-line no-console -- the command prints its result`)).toBeUndefined();
  });
});

describe("one-hand", () => {
  test("accepts camelCase, `max`, names that others gave, and errors that declare theirs", () => {
    expectAccepted(
      "one-hand",
      [],
      [
        "export const maxBatchMs = 24;",
        "export const { MAX_BATCH_MS } = settings;",
        "const limits = { MAX_BATCH_MS: 1, maximumRowsRead: 2 }; use(limits.maximumRowsRead);",
        'export class StoreError extends Error { override readonly name = "StoreError"; }',
        "export class Table extends Base { constructor(name: string) { super(); this.name = name; } }",
        "export class I {} export const Q = 1;",
      ],
    );
  });

  test("refuses constants that shout", () => {
    expectRefused("one-hand", [], "camelCase", [
      "export const MAX_BATCH_MS = 24;",
      "const UUID = /[0-9a-f]/; use(UUID);",
      "function f() { const INT64_MAX = 1n; return INT64_MAX; } f();",
    ]);
  });

  test("refuses other words for `max`", () => {
    expectRefused("one-hand", [], "Say `max`", [
      "let maximumRows = 1; use(maximumRows);",
      "export const longestWaitMs = 1;",
    ]);
  });

  test("refuses errors that name themselves in their constructor", () => {
    expectRefused("one-hand", [], "override readonly name", [
      'export class A extends Error { constructor() { super(); this.name = "A"; } }',
      'export const A = class extends StoreError { constructor() { super(); this.name = "A"; } };',
    ]);
  });
});
