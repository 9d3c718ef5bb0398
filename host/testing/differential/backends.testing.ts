import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { convexTest } from "convex-test";
import { makeFunctionReference } from "convex/server";
import { convexToJson, jsonToConvex } from "convex/values";
import type { Value } from "convex/values";
import { openDeployment } from "../../runtime/openDeployment";
import { schemaOf } from "./schema.testing";
import type { SchemaDescription } from "./schema.testing";
import { outcomeOf, scratchDirectory } from "../testDeployment.testing";

const directory = dirname(fileURLToPath(import.meta.url));

/** What a call came to: its value, or that it failed, with `ConvexError.data` when it had any. */
export type Outcome = { readonly value: Value } | { readonly failed: true; readonly data?: Value };

/** One of the two systems under comparison. */
export interface Backend {
  call(type: "query" | "mutation", name: string, args: Record<string, Value>): Promise<Outcome>;
  /** Waits until every scheduled function that is due has finished. */
  settle(): Promise<void>;
  /** Begins a program with an empty database. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The host, with a schema file and the interpreter as its only functions. */
export async function hostBackend(schema: SchemaDescription): Promise<Backend> {
  const scratch = scratchDirectory();
  const functionsDirectory = join(scratch.path, "convex");
  mkdirSync(functionsDirectory);
  const [packages = ""] = createRequire(import.meta.url)
    .resolve("convex/server")
    .split(/(?<=node_modules)/);
  symlinkSync(packages, join(scratch.path, "node_modules"));
  copyFileSync(join(directory, "functions.testing.ts"), join(functionsDirectory, "differential.ts"));
  copyFileSync(join(directory, "schema.testing.ts"), join(functionsDirectory, "differentialSchema.ts"));
  writeFileSync(
    join(functionsDirectory, "schema.ts"),
    `import { schemaOf } from "./differentialSchema";\nexport default schemaOf(${JSON.stringify(schema)});\n`,
  );
  const deployment = await openDeployment({
    functionsDirectory,
    file: ":memory:",
    cloudUrl: "http://127.0.0.1:3210",
    siteUrl: "http://127.0.0.1:3211",
  });
  const call: Backend["call"] = async (type, name, args) => {
    const outcome = await outcomeOf(deployment, type, `differential:${name}`, convexToJson(args));
    if (outcome.status === "success") return { value: valueOfText(outcome.valueText) };
    return outcome.errorDataText === undefined
      ? { failed: true }
      : { failed: true, data: valueOfText(outcome.errorDataText) };
  };
  return {
    call,
    async settle() {
      for (let unfinished: Value = 1; unfinished !== 0;) {
        const outcome = await call("query", "unfinishedJobs", {});
        if ("failed" in outcome) throw new Error("the host cannot read its jobs");
        unfinished = outcome.value;
      }
    },
    async reset() {
      await call("mutation", "clear", { tables: schema.tables.map((_, i) => `t${i}`) });
    },
    async close() {
      await deployment.close();
      scratch.remove();
    },
  };
}

/** convex-test's side of the syscalls, which it installs once per process. */
let boundary: unknown;

/** convex-test, which starts anew for every program. */
export function convexTestBackend(description: SchemaDescription): Backend {
  const schema = schemaOf(description);
  const modules = {
    "./_generated/api.js": () => Promise.resolve({}),
    "./differential.ts": () => import("./functions.testing"),
  };
  let t = convexTest(schema, modules);
  // Both systems install `globalThis.Convex`; the host's queries and mutations run in a thread with one of its own.
  boundary ??= Reflect.get(globalThis, "Convex");
  Reflect.set(globalThis, "Convex", boundary);
  return {
    async call(type, name, args) {
      try {
        const path = `differential:${name}`;
        const value: Value =
          type === "query"
            ? await t.query(makeFunctionReference<"query", Record<string, Value>, Value>(path), args)
            : await t.mutation(makeFunctionReference<"mutation", Record<string, Value>, Value>(path), args);
        return { value };
      } catch (error) {
        return error instanceof Error && "data" in error
          ? { failed: true, data: valueOf(error.data) }
          : { failed: true };
      }
    },
    async settle() {
      // Its jobs wait in timers of one millisecond.
      await new Promise((resolve) => setTimeout(resolve, 3));
      await t.finishInProgressScheduledFunctions();
    },
    async reset() {
      t = convexTest(schema, modules);
      await Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** `ConvexError.data` is a Convex value by its definition. */
function valueOf(data: unknown): Value {
  return data as Value;
}

function valueOfText(text: string): Value {
  return jsonToConvex(JSON.parse(text));
}
