import { readdirSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

/*
 * A fresh context evaluates the whole of a domain's `rest.ts` to run one operation of it. Fields of tables are plain values, made
 * with their module; whatever is put together of them is made when an operation runs or is described.
 */

const domains = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => /^\w+[/\\]rest\.ts$/.test(file))
  .map((file) => path.dirname(file));

let objectSchemas = 0;

beforeEach(() => {
  objectSchemas = 0;
  // However an object schema comes to be (`z.object`, `.extend`, `.omit` …), zod notes its kind in a set of the schema's own.
  const { add } = Set.prototype;
  vi.spyOn(Set.prototype, "add").mockImplementation(function (this: Set<unknown>, value: unknown) {
    if (value === "ZodObject") objectSchemas++;
    return add.call(this, value);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("counts every object schema that is built", () => {
  z.strictObject({ one: z.object({}) })
    .extend({ two: z.string() })
    .partial();
  expect(objectSchemas).toBe(4);
});

it("finds the domains", () => {
  expect(domains).toContain("sites");
});

it.each(domains)("%s: importing rest.ts builds no object schema", async (domain) => {
  await Promise.all(domains.map((name) => import(`./${name}/tables.ts`)));
  const ofTables = objectSchemas;
  await import(`./${domain}/rest.ts`);
  expect(objectSchemas - ofTables).toBe(0);
});
