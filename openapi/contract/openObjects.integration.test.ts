import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { innermost } from "../../convex/core/schema/zod";
import { maximumNormalizedBytes } from "../../convex/integrations/tables";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { arrange, nameOf, operationNamed } from "./arrangements.testing";
import { pathOf, send } from "./client.testing";
import { functionOf, functionTokenFor, postToFunctionApi } from "./functionCalls.testing";
import { expectProblem } from "./hostile.testing";
import { withValueAt } from "./samples.testing";
import { createWorld } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Answer, Arranged } from "./client.testing";
import type { World } from "./world.testing";

/** Every free-form object of every operation follows one rule, or is a device's and costs nobody a check-in. */

let world: World;
beforeAll(async () => {
  world = await createWorld(await startTestPortico());
});
afterAll(() => world.portico.close());

interface OpenField {
  readonly path: readonly string[];
  readonly takesAnyName: boolean;
}

/** The free-form objects of a body; `[]` stands for the first element of an array. */
function openFieldsOf(body: Readonly<Record<string, z.ZodType>>, path: readonly string[] = []): OpenField[] {
  return Object.entries(body).flatMap(([name, type]) => openFieldsIn(innermost(type), [...path, name]));
}

function openFieldsIn(type: unknown, path: readonly string[]): OpenField[] {
  // What has values of one type is typed.
  if (type instanceof z.ZodRecord)
    return type.valueType instanceof z.ZodAny
      ? [{ path, takesAnyName: !("pattern" in z.toJSONSchema(type.keyType)) }]
      : [];
  if (type instanceof z.ZodObject) return openFieldsOf(type.shape, path);
  if (type instanceof z.ZodArray) return openFieldsIn(type.element, [...path, "[]"]);
  return [];
}

const fields = registry.flatMap((operation) =>
  openFieldsOf(operation.declaration.body ?? {}).map((field) => ({ operation, ...field })),
);
const titleOf = ({ operation, path }: (typeof fields)[number]) => `${nameOf(operation)} /${path.join("/")}`;
const dropsFacts = (operation: Operation) => nameOf(operation) === "agents.checkIn";
/** A JSON Schema is judged as one; `convex/integrations/configs/configs.test.ts` does. */
const isSchema = ({ path }: OpenField) => path.at(-1) === "configSchema";
const refusing = fields.filter((field) => !dropsFacts(field.operation) && !isSchema(field));

it("finds the free-form objects", () => {
  expect(fields.map(titleOf)).toEqual(
    expect.arrayContaining([
      "items.create /metadata",
      "items.batchCreate /items/[]/metadata",
      "agents.update /metadata",
      "agents.checkIn /facts",
      "me.updateSettings /dashboardLayout",
    ]),
  );
});

const nested = (levels: number): string => (levels === 0 ? "1" : `{"a":${nested(levels - 1)}}`);
const levelsBelow = (levels: number) => "/a".repeat(levels);
const manyFields = JSON.stringify(Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`f${at}`, 1])));
const printable = " !\"#%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~$";

/** JSON text of a field's value, and the pointer below the field. */
const hostileNames: readonly (readonly [title: string, json: string, pointer: string])[] = [
  ["a letter beyond ASCII", '{"ok":[{"größe/~":1}]}', "/ok/0/größe~1~0"],
  ["an escaped letter", '{"\\u00e4":1}', "/ä"],
  ["an empty name", '{"a":{"":1}}', "/a/"],
  ["a name with $ in front", '{"$env":1}', "/$env"],
  ["__proto__", '{"a":[{"__proto__":{"x":1}}]}', "/a/0/__proto__"],
  ["an escaped __proto__", '{"\\u005f_proto__":1}', "/__proto__"],
  ["a line feed", '{"a\\n":1}', "/a\n"],
  ["NUL", '{"\\u0000":1}', "/\u0000"],
  ["half a character", '{"\\ud800":1}', "/\ufffd"],
];
/** What JSON can say and Convex's own encoding cannot, or the function API refuses before any function runs. */
const hostileTexts: readonly (readonly [title: string, json: string, pointer: string])[] = [
  ["a name of 1,025 characters", `{"${"n".repeat(1025)}":1}`, `/${"n".repeat(1024)}`],
  ["a whole number beyond 2^53", '{"a":[0,{"id":9007199254740993}]}', "/a/1/id"],
  ["a whole number of twenty digits", '{"id":12345678901234567890}', "/id"],
  ["a number beyond doubles", '{"a":{"b":1e999}}', "/a/b"],
  ["a number that would be 0", '{"a":{"b":1e-999}}', "/a/b"],
  ["half a character of text", '{"a":["\\udc00"]}', "/a/0"],
];
const hostileValues: readonly (readonly [title: string, json: string, pointer: string])[] = [
  ["nine levels", nested(9), levelsBelow(9)],
  ["257 fields", `{"a":${manyFields}}`, "/a"],
  ["1,025 elements", JSON.stringify({ a: Array(1025).fill(0) }), "/a"],
];
/** No field may take more than normalized data. */
const tooLarge = [
  "more bytes than it may take",
  JSON.stringify({ a: "é".repeat(maximumNormalizedBytes / 2) }),
  "",
] as const;
const refusedByAll = [...hostileTexts, ...hostileValues, tooLarge];
const taken = `{${JSON.stringify(printable)}:[null,-0.5,1e300,9007199254740992,0.1,true,"\\u0000ö",{}],"_id":{"constructor":1,"\\\\u0041":2},"nothing":null}`;

/** The arranged body with JSON text in place of one field. */
function bodyTextOf(arranged: Arranged, path: readonly string[], json: string): string {
  return JSON.stringify(withValueAt(arranged.body, path, "@@")).replace('"@@"', () => json);
}

const pointerTo = (path: readonly string[]) => path.map((part) => `/${part === "[]" ? "0" : part}`).join("");

describe.each(refusing.map((field) => [titleOf(field), field] as const))(
  "%s",
  (_title, { operation, path, takesAnyName }) => {
    const sendJson = (arranged: Arranged, json: string): Promise<Answer> =>
      send(
        world.portico,
        operation.declaration.method,
        pathOf(operation, arranged),
        arranged.credential ?? world.owner,
        bodyTextOf(arranged, path, json),
      );

    it("refuses what cannot be kept, and points at it", async () => {
      const arranged = await arrange(world, operation);
      for (const [title, json, pointer] of takesAnyName ? refusedByAll : [...refusedByAll, ...hostileNames]) {
        const answer = await sendJson(arranged, json);
        expectProblem(answer, 400, "validation_failed");
        expect([title, answer.body["errors"]]).toEqual([
          title,
          [expect.objectContaining({ pointer: pointerTo(path) + pointer })],
        ]);
      }
    });

    it("keeps everything else as it was", async () => {
      const arranged = await arrange(world, operation);
      const answer = await sendJson(arranged, taken);
      // What a run takes, its operation says.
      if (nameOf(operation) === "operationServices.run") {
        expectProblem(answer, 422, "operation_params_invalid");
        return;
      }
      expect(answer.status, answer.text).toBeLessThan(300);
      expect(await shownAfter(operation, arranged, answer, path.at(-1) ?? "")).toContainEqual(JSON.parse(taken));
    });

    it("refuses at the other door what comes through it, at the same place", async () => {
      const arranged = await arrange(world, operation);
      const misspelt = ["a name in another form", '{"a":{"\\\\u0041":1}}', "/a/\\u0041"] as const;
      for (const [title, json, pointer] of [...hostileValues, tooLarge, misspelt]) {
        const data = await functionProblem(operation, arranged, bodyTextOf(arranged, path, json));
        expect([title, data]).toEqual([
          title,
          expect.objectContaining({
            code: "validation_failed",
            errors: [expect.objectContaining({ pointer: pointerTo(path) + pointer })],
          }),
        ]);
      }
    });
  },
);

/** What an operation's Convex function throws for a body. */
async function functionProblem(operation: Operation, arranged: Arranged, bodyText: string): Promise<unknown> {
  const args: object = JSON.parse(bodyText);
  const { route, path } = functionOf(operation);
  const { errorData, errorMessage } = await postToFunctionApi(
    world.portico,
    route,
    { path, args: { ...arranged.params, ...args }, format: "json" },
    await functionTokenFor(world.portico, arranged.credential ?? world.owner),
  );
  return errorData ?? errorMessage;
}

/** The values of a field in the answer to a change or, where that does not show the field, in the row as it is read then. */
async function shownAfter(operation: Operation, arranged: Arranged, answer: Answer, name: string): Promise<unknown[]> {
  const answered = valuesNamed(answer.body, name);
  if (answered.length > 0) return answered;
  const get = operationNamed(`${operation.resource}.get`);
  const read = await send(world.portico, "GET", pathOf(get, arranged), world.owner);
  return valuesNamed(read.body, name);
}

/** Every value of a field of this name, at any depth. */
function valuesNamed(value: unknown, name: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === name ? [inner] : []),
    ...valuesNamed(inner, name),
  ]);
}

describe("the facts of a device", () => {
  interface Device {
    readonly id: string;
    readonly key: string;
  }
  const enrol = async (): Promise<Device> => {
    const device = { guid: `facts-${Date.now()}-${Math.random()}`, hostname: "facts", platform: "linux", version: "1" };
    const { body, text } = await send(world.portico, "POST", "/v1/agents/enroll", world.acme.enrollmentToken, device);
    expect(body["key"], text).toEqual(expect.any(String));
    return { id: String(body["id"]), key: String(body["key"]) };
  };
  const checkIn = (key: string, factsJson: string) =>
    send(world.portico, "POST", "/v1/agents/check-in", key, `{"version":"1.0.0","facts":${factsJson}}`);
  const metadataOf = async ({ id }: Device) => {
    const answer = await send(world.portico, "GET", `/v1/agents/${id}`, world.owner);
    return answer.body["metadata"];
  };

  it("cost it no check-in, whatever they are, and what is left out is told", async () => {
    const device = await enrol();
    for (const [title, json] of hostileNames) {
      const answer = await checkIn(device.key, json);
      expect([title, answer.status, answer.body["droppedFacts"]]).toEqual([title, 200, undefined]);
      expect([title, await metadataOf(device)]).toEqual([title, JSON.parse(json)]);
    }
    for (const [title, json, pointer] of [...hostileTexts, ...hostileValues]) {
      const answer = await checkIn(device.key, json.replace("{", '{"host":"h",'));
      const dropped = [{ pointer, code: expect.any(String), message: expect.any(String) }];
      expect([title, answer.status, answer.body["droppedFacts"]]).toEqual([title, 200, dropped]);
      expect([title, await metadataOf(device)]).toEqual([title, { host: "h" }]);
    }
    const large = await checkIn(device.key, JSON.stringify({ host: "h", list: "é".repeat(20_000), last: 1 }));
    expect(large.body["droppedFacts"]).toMatchObject([{ pointer: "/list", code: "too_big" }]);
    expect(await metadataOf(device)).toEqual({ host: "h", last: 1 });
  });

  it("come back exactly, at every place that shows them", async () => {
    const device = await enrol();
    const name = fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.string({ unit: fc.constantFrom("\\", "u", "$", "0", "4", "1", "ö"), maxLength: 8 }),
      fc.constantFrom("", "$env", "C:\\", "__proto__", "größe", "\\u", "\\u0041", "\ud800"),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", maxDepth: 6 },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: "binary", maxLength: 20 }),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(name, tie("value"), { maxKeys: 4 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 6 }), async (facts) => {
        const json = JSON.stringify(facts);
        const answer = await checkIn(device.key, json);
        expect([answer.status, answer.body["droppedFacts"]], answer.text).toEqual([200, undefined]);
        const read = await send(world.portico, "GET", `/v1/agents/${device.id}`, world.owner);
        expect(read.body["metadata"]).toEqual(JSON.parse(json));
        // What an administrator has read can be sent back, by the tag of what was read.
        const tag = { "if-match": read.headers.get("etag") ?? "" };
        const metadata = JSON.stringify(read.body["metadata"]);
        const changed = await send(
          world.portico,
          "PATCH",
          `/v1/agents/${device.id}`,
          world.owner,
          `{"metadata":${metadata}}`,
          tag,
        );
        expect([changed.status, changed.body["metadata"]], changed.text).toEqual([200, JSON.parse(json)]);
      }),
      { numRuns: 100 },
    );
  });

  it("keep their stored names at the other door, and in the audit trail those they have", async () => {
    const device = await enrol();
    await checkIn(device.key, '{"größe":1}');
    const get = { path: "sites/agents:get", args: { agentId: device.id }, format: "json" };
    const response = await fetch(`${world.portico.cloudUrl}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${world.owner}` },
      body: JSON.stringify(get),
    });
    expect(await response.json()).toMatchObject({ value: { metadata: { "gr\\u00f6\\u00dfe": 1 } } });
    // A key that is rotated through the function API answers with the agent, by way of REST's own mutation.
    const rotated = await fetch(`${world.portico.cloudUrl}/api/action`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${world.owner}` },
      body: JSON.stringify({ ...get, path: "sites/agents:rotateKey" }),
    });
    expect(await rotated.json()).toMatchObject({ value: { metadata: { "gr\\u00f6\\u00dfe": 1 } } });
    await send(world.portico, "DELETE", `/v1/agents/${device.id}`, world.owner);
    await send(world.portico, "DELETE", `/v1/agents/${device.id}?permanent=true`, world.owner);
    const history = await send(world.portico, "GET", `/v1/audit-logs/records/agents/${device.id}`, world.owner);
    expect(history.text).toContain("größe");
    expect(history.text).not.toContain("\\u00f6");
  });
});

it("left no unexpected failure in the log", () => {
  expect(world.portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
