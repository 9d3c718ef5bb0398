import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentOrigin } from "../convex/documentation/documentOrigin";
import { codeSamples } from "./codeSamples";
import { sampledOperations } from "./codeSamples.testing";
import { openApiDocument } from "./document";
import { registry } from "./registry";

const operations = sampledOperations(openApiDocument(registry));
const repository = path.join(import.meta.dirname, "..");
const directory = mkdtempSync(path.join(tmpdir(), "portico-samples-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("every operation shows curl, and every one that has a method in the SDK shows the method", () => {
  for (const { operationId, operation, samples } of operations) {
    expect(samples.get("Shell"), operationId).toMatch(/^curl /);
    const { "x-portico-resource": resource, "x-portico-verb": verb } = operation;
    if (resource === undefined) continue;
    expect(samples.get("TypeScript"), operationId).toContain(`portico.${[resource, verb].join(".")}(`);
  }
});

describe("TypeScript", () => {
  const faults = new Map<string, string[]>();
  const sources = [
    ...operations.map(({ operationId, samples }) => [operationId, samples.get("TypeScript")] as const),
    // That the compiler looks at samples at all.
    [
      "wrong",
      'import { Portico } from "@portico/sdk";\nawait new Portico({ baseUrl: "" }).schedules.create({ titel: "" });',
    ],
  ] as const;
  // The compiler reads the whole SDK, on a machine that may be busy.
  const timeoutMs = 180_000;

  beforeAll(() => {
    const files = sources.flatMap(([name, source]) => {
      if (source === undefined) return [];
      const file = path.join(directory, `${name}.ts`);
      writeFileSync(file, source);
      return [file];
    });
    const program = ts.createProgram(files, {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      skipLibCheck: true,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: ["node"],
      typeRoots: [path.join(repository, "node_modules/@types")],
      paths: { "@portico/sdk": [path.join(repository, "sdk/src/index.ts")] },
    });
    for (const file of files) {
      const sourceFile = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(sourceFile), ...program.getSemanticDiagnostics(sourceFile)];
      const texts = found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
      if (texts.length > 0) faults.set(path.basename(file, ".ts"), texts);
    }
  }, timeoutMs);

  test("every sample is a program that the SDK's types accept", () => {
    expect(Object.fromEntries(faults)).toEqual({ wrong: [expect.stringContaining("'titel' does not exist")] });
  });
});

describe("curl", () => {
  let commands: readonly (readonly string[])[] = [];
  beforeAll(() => {
    // A shell reads every sample; what would be curl writes down its words.
    const script = operations.map(({ samples }) => `${samples.get("Shell")}\nprintf '\\001\\0'`).join("\n");
    const { stdout, stderr, status } = spawnSync("sh", ["-eu", "-s"], {
      input: `curl() { printf '%s\\0' "$@"; }\n${script}\n`,
      env: { PORTICO_API_KEY: "key", PORTICO_TOKEN: "key", PORTICO_AGENT_KEY: "key", PORTICO_ENROLLMENT_TOKEN: "key" },
      encoding: "utf8",
      maxBuffer: 1 << 24,
    });
    if (status !== 0 || stderr !== "") throw new Error(`A shell refused the samples: ${stderr}`);
    commands = stdout
      .split("\u0001\0")
      .slice(0, -1)
      .map((words) => words.split("\0").slice(0, -1));
  });

  const optionValues = (words: readonly string[], option: string) =>
    words.flatMap((word, at) => (words[at - 1] === option ? [word] : []));

  test("a shell reads every sample as the request that the document describes", () => {
    expect(commands).toHaveLength(operations.length);
    for (const [at, { operationId, method, path: template, operation }] of operations.entries()) {
      const words = commands[at] ?? [];
      const url = new URL(words.find((word) => word.startsWith(documentOrigin)) ?? "");
      const pattern = new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
      expect(url.pathname, operationId).toMatch(pattern);
      expect(optionValues(words, "-X")[0] ?? "GET", operationId).toBe(method);
      const headers = optionValues(words, "-H");
      const isOpen = JSON.stringify(operation["security"]) === "[]";
      expect(headers.filter((header) => header === "Authorization: Bearer key")).toHaveLength(isOpen ? 0 : 1);
      for (const parameter of requiredOf(operation["parameters"])) {
        const { in: place, name, example } = parameter;
        const sent = { query: url.searchParams.get(name), header: headerIn(headers, name), path: "in the path" }[place];
        expect(sent, `${operationId} ${name}`).toBe(place === "path" ? "in the path" : String(example));
      }
      const content = JSON.parse(JSON.stringify(operation["requestBody"] ?? {})).content ?? {};
      const [data] = optionValues(words, "-d");
      const example = content["application/json"]?.example;
      expect(data === undefined ? undefined : JSON.parse(data), operationId).toEqual(example);
    }
  });

  function headerIn(headers: readonly string[], name: string): string | undefined {
    return headers.find((header) => header.startsWith(`${name}: `))?.slice(name.length + 2);
  }

  interface Parameter {
    readonly in: "query" | "header" | "path";
    readonly name: string;
    readonly required?: boolean;
    readonly example: unknown;
  }

  function requiredOf(parameters: unknown): readonly Parameter[] {
    const listed: readonly Parameter[] = JSON.parse(JSON.stringify(parameters ?? []));
    return listed.filter(({ required }) => required === true);
  }
});

test("values of any kind survive the shell and read as a program would have them", () => {
  const example = { title: "It's $HOME's `pump`", startDate: 1_768_469_400_000, "cost center": ["a", { b: null }] };
  const [shell, typescript] = codeSamples("post", "/v1/things", {
    operationId: "createThing",
    security: [{ apiKey: [] }],
    "x-portico-resource": "things",
    "x-portico-verb": "create",
    requestBody: { content: { "application/json": { example } } },
    responses: { "201": { content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } } },
  });
  const { stdout } = spawnSync("sh", ["-s"], {
    input: `curl() { eval "echo \\"\\\${$#}\\""; }\n${shell?.source}`,
    encoding: "utf8",
  });
  expect(JSON.parse(stdout)).toEqual(example);
  expect(typescript?.source.split("\n\n").at(-1)).toBe(
    `const thing = await portico.things.create({
  title: "It's $HOME's \`pump\`",
  startDate: Date.parse("2026-01-15T09:30:00.000Z"),
  "cost center": ["a", { b: null }],
});`,
  );
});
