import { afterAll, beforeAll, expect, test } from "vitest";
import { namingFieldOf } from "../../convex/core/schema/rowNames";
import { innermost, replacedAt, rowNamePaths, valuesAt } from "../../convex/core/schema/zod";
import { references } from "../../convex/core/schema/fields";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { arrange, nameOf } from "./arrangements.testing";
import { send, sendOperation } from "./client.testing";
import { createWorld } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { World } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(() => portico?.close());

const taken = ({ declaration: { body, query } }: Operation) => [
  ...(body ? rowNamePaths(body) : []),
  ...(query ? rowNamePaths(query) : []),
];
const naming = registry.filter((operation) => taken(operation).length > 0);

async function slugOf(table: string): Promise<string> {
  const { body } = await send(portico, "GET", `/v1/${table}/${world.rows[table]}`, world.owner);
  const name = body[namingFieldOf(table)?.field ?? ""];
  if (typeof name !== "string") throw new Error(`The row of ${table} has no other name.`);
  return name;
}

test("every input that refers to a row with another name takes that name", () => {
  const byIdAlone = registry.flatMap((operation) => {
    const { body, query } = operation.declaration;
    const fields = [...Object.entries(body ?? {}), ...Object.entries(query ?? {})];
    return fields.flatMap(([field, type]) => {
      const referred = references.get(type) ?? references.get(innermost(type));
      const isNamed = taken(operation).some(({ path }) => path[0] === field);
      const guessed = field === "integrationId" ? "integrations" : referred?.table;
      return guessed !== undefined && namingFieldOf(guessed) && !isNamed ? [`${nameOf(operation)} ${field}`] : [];
    });
  });
  expect(byIdAlone).toEqual([]);
  expect(naming.length).toBeGreaterThan(10);
});

test.each(naming.map((operation) => [nameOf(operation), operation] as const))(
  "%s takes a row's other name for its id",
  async (_name, operation) => {
    const answers: unknown[] = [];
    for (const isByName of [false, true]) {
      const request = await arrange(world, operation);
      let { body = {}, query = {} } = request;
      for (const { path, table } of taken(operation)) {
        const said = isByName ? await slugOf(table) : world.rows[table];
        const where = path[0] ?? "";
        if (operation.declaration.body && where in operation.declaration.body) {
          // A price says for a line which integration it is of, another one than the world's.
          if (valuesAt(body, path).length === 0 && !("pricingTierId" in body)) body = { ...body, [where]: said };
          body = Object(replacedAt(body, path, () => said));
        } else query = { ...query, [where]: String(said) };
      }
      const answer = await sendOperation(
        portico,
        operation,
        { ...request, body, query },
        request.credential ?? world.owner,
      );
      expect(answer.status, answer.text).toBeLessThan(300);
      const outcomes = Array.isArray(answer.body["data"]) ? answer.body["data"].map((row) => Object(row).outcome) : [];
      answers.push({ status: answer.status, integrationId: answer.body["integrationId"], outcomes });
    }
    expect(answers[1]).toEqual(answers[0]);
  },
);

test("a filter by a name that is nobody's is refused, and so is a reference", async () => {
  const listed = await send(portico, "GET", "/v1/scheduled-jobs?integrationId=nobody", world.owner);
  expect(listed).toMatchObject({ status: 400, body: { errors: [{ pointer: "/integrationId", code: "unknown" }] } });
  const usage = { integrationId: "nobody", tierName: "endpoint", units: 1 };
  const recorded = await send(portico, "POST", "/v1/usage-records", world.owner, usage);
  expect(recorded).toMatchObject({
    status: 422,
    body: { code: "cross_tenant_reference", errors: [{ pointer: "/integrationId" }] },
  });
});
