import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operationOf } from "../../convex/core/operations/convexFunctions";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { arrange, foreignCallerOf, sharedArrangements } from "./arrangements.testing";
import { sendOperation } from "./client.testing";
import { differencesOf } from "./dryRun.testing";
import { callFunction, functionArgumentsOf, functionTokenFor, postToFunctionApi } from "./functionCalls.testing";
import { refusedRoles } from "./refusals.testing";
import { createWorld, unknownLike } from "./world.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Arranged } from "./client.testing";
import type { FunctionAnswer } from "./functionCalls.testing";
import type { World } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

interface DeployedFunction {
  readonly path: string;
  readonly type: "query" | "mutation" | "action";
  readonly isPublic: boolean;
  readonly operation: Operation | undefined;
}

const convexDirectory = path.join(import.meta.dirname, "../../convex");
const functions = (await Promise.all(moduleFiles().map(functionsOf))).flat();

let portico: TestPortico;
let world: World;
let callCount = 0;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});

afterAll(async () => {
  noteTries(callCount);
  process.stdout.write(`function API: ${functions.length} functions, ${callCount} calls\n`);
  await portico.close();
});

it("finds the functions of the deployment", () => {
  expect(functions.filter(({ operation }) => operation).length).toBeGreaterThan(80);
  expect(functions.filter(({ isPublic }) => !isPublic).length).toBeGreaterThan(15);
  const unguarded = functions.filter(({ isPublic, operation }) => isPublic && !operation);
  expect(unguarded).toEqual([]);
});

describe.each(functions.filter(({ isPublic }) => !isPublic).map((deployed) => [deployed.path, deployed] as const))(
  "internal %s",
  (_name, { path: name, type }) => {
    it.concurrent("cannot be called from outside, whoever calls", async () => {
      for (const token of [undefined, world.owner]) {
        const answers = [await callTyped(type, name, {}, token), await callAny(name, {}, token)];
        for (const answer of answers) expect(answer.errorMessage).toContain("Could not find public function");
      }
    });
  },
);

describe.each(operationFunctions().map(([deployed, operation]) => [deployed.path, deployed, operation] as const))(
  "%s",
  (_name, { path: name, type }, operation) => {
    const { declaration } = operation;
    // Only what succeeds uses a row up.
    const shared = sharedArrangements(() => world, operation);

    it.concurrent("refuses a caller without a token, by both routes", async () => {
      const args = functionArgumentsOf(await shared.arranged(), operation);
      for (const answer of [await callTyped(type, name, args, undefined), await callAny(name, args, undefined)]) {
        expect(answer).toMatchObject({ status: "error", errorData: { code: "unauthenticated", status: 401 } });
      }
    });

    it.concurrent("refuses an unknown argument", async () => {
      const args = { ...functionArgumentsOf(await shared.arranged(), operation), nonsense: 1 };
      expect((await callTyped(type, name, args, await tokenFor({}))).errorMessage).toContain("ArgumentValidationError");
    });

    for (const role of refusedRoles(operation)) {
      it.concurrent(`refuses ${role}`, async () => {
        const answer = await callTyped(
          type,
          name,
          functionArgumentsOf(await shared.refused(), operation),
          world.tokens[role],
        );
        expect(answer).toMatchObject({ status: "error", errorData: { code: "forbidden", status: 403 } });
      });
    }

    if (declaration.on && declaration.access !== "platform" && !declaration.on.named) {
      const { idParameter } = declaration.on;
      it.concurrent("answers like REST for a foreign and for a missing row", async () => {
        const request = await shared.arranged();
        const id = unknownLike(request.params?.[idParameter] ?? "");
        const missing = { ...request, params: { ...request.params, [idParameter]: id } };
        const caller = foreignCallerOf(world, operation);
        const token = await functionTokenFor(portico, caller);
        const foreign = await callTyped(type, name, functionArgumentsOf(request, operation), token);
        const none = await callTyped(type, name, functionArgumentsOf(missing, operation), token);
        const rest = await sendOperation(portico, operation, request, caller);
        expect(foreign.errorData).toEqual(none.errorData);
        expect(foreign.errorData).toMatchObject({ code: rest.body["code"], detail: rest.body["detail"], status: 404 });
      });
    }

    if (declaration.access === "organization" || declaration.access === "permission") {
      it.concurrent("refuses another organization than the token's", async () => {
        const request = await shared.arranged();
        const args = { ...functionArgumentsOf(request, operation), organizationId: world.globex.id };
        const answer = await callTyped(type, name, args, await tokenFor(request));
        const code = declaration.on?.table === "organizations" ? "not_found" : "tenant_mismatch";
        expect(answer).toMatchObject({ status: "error", errorData: { code } });
      });
    }

    it.concurrent("succeeds with the document that REST shows", async () => {
      const request = await arrange(world, operation);
      const answer = await callTyped(type, name, functionArgumentsOf(request, operation), await tokenFor(request));
      expect(answer, JSON.stringify(answer)).toMatchObject({ status: "success" });
    });
  },
);

function operationFunctions(): (readonly [DeployedFunction, Operation])[] {
  return functions.flatMap((deployed) =>
    deployed.isPublic && deployed.operation ? [[deployed, deployed.operation] as const] : [],
  );
}

/** Convex's own rule: one dot in the name, nothing generated, no schema. */
function moduleFiles(): string[] {
  return readdirSync(convexDirectory, { recursive: true, encoding: "utf8" }).filter(
    (file) => /^[^.]+\.ts$/.test(file) && !file.startsWith("_generated/") && path.basename(file) !== "schema.ts",
  );
}

async function functionsOf(file: string): Promise<DeployedFunction[]> {
  const exports: object = await import(path.join(convexDirectory, file));
  return Object.entries(exports).flatMap(([name, exported]) => {
    const flags: {
      isQuery?: boolean;
      isMutation?: boolean;
      isAction?: boolean;
      isPublic?: boolean;
      isInternal?: boolean;
    } = Object(exported);
    const type = flags.isQuery ? "query" : flags.isMutation ? "mutation" : flags.isAction ? "action" : undefined;
    if (!type || !(flags.isPublic || flags.isInternal)) return [];
    const isPublic = flags.isPublic === true;
    return [{ path: `${file.slice(0, -3)}:${name}`, type, isPublic, operation: operationOf(exported) } as const];
  });
}

function tokenFor({ credential = world.owner }: Arranged): Promise<string> {
  return functionTokenFor(portico, credential);
}

function callTyped(
  type: DeployedFunction["type"],
  name: string,
  args: object,
  token: string | undefined,
): Promise<FunctionAnswer> {
  callCount += 1;
  return triedFirst(type, name, args, token);
}

/** Calls a function, and before it, where that can be, a dry run of it: it has to answer what the call then answers. */
async function triedFirst(
  type: DeployedFunction["type"],
  name: string,
  args: object,
  token: string | undefined,
): Promise<FunctionAnswer> {
  const operation = functions.find(({ path: own }) => own === name)?.operation;
  if (!operation?.supportsDryRun) return callFunction(portico, type, name, args, token);
  const tried = await callFunction(portico, type, name, { ...args, dryRun: true }, token);
  const real = await callFunction(portico, type, name, args, token);
  expect(tried.status, JSON.stringify(tried)).toBe(real.status);
  expect(tried.errorData).toEqual(real.errorData);
  expect(differencesOf(tried.value, real.value, operation)).toEqual([]);
  return real;
}

function callAny(name: string, args: object, token: string | undefined): Promise<FunctionAnswer> {
  callCount += 1;
  return postToFunctionApi(portico, `/api/run/${name.replace(":", "/")}`, { args, format: "json" }, token);
}
