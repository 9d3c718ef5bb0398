import { describe, expect, expectTypeOf, it } from "vitest";
import type { RegisteredMutation } from "convex/server";
import { operationOf } from "../operations/convexFunctions";
import { text } from "../schema/fields";
import { noContent } from "./operations";
import { resource } from "./resource";

const things = resource({
  name: "workspace/smallThings",
  table: "todos",
  path: "/small-things",
  fields: { title: text(1, 10) },
  permissions: "item",
  idParameter: "thingId",
  credential: { prefix: "thg_", field: "key", description: "Shown once." },
});

const summary = "Does it";
const handler = () => Promise.resolve(null);

function declarationOf(exported: unknown) {
  const operation = operationOf(exported);
  if (!operation) throw new Error("It declares no operation.");
  return operation.declaration;
}

describe("operations of a resource follow from it and from their verb", () => {
  it.each([
    ["revoke", "POST", "/small-things/{thingId}/revoke", "revokeTodo", "item:update"],
    ["rotateKey", "POST", "/small-things/{thingId}/rotate-key", "rotateTodoKey", "item:update"],
    ["update", "PATCH", "/small-things/{thingId}", "updateTodo", "item:update"],
    ["remove", "DELETE", "/small-things/{thingId}", "removeTodo", "item:update"],
    ["delete", "DELETE", "/small-things/{thingId}", "deleteTodo", "item:delete"],
  ])("change %s", (verb, method, path, operationId, permission) => {
    const declaration = declarationOf(things.change(verb, { summary, handler }));
    expect(declaration).toMatchObject({ method, path, operationId, permission, access: "permission", noun: "todo" });
    expect(declaration.name).toBe(`workspace/smallThings:${verb}`);
    expect(declaration.on).toBe(things);
    expect(Object.keys(declaration.params ?? {})).toEqual(["thingId"]);
    expect(declaration.output).toBe(things.document);
  });

  it("reads are at the row or below it, for whoever reads the resource", () => {
    expect(declarationOf(things.read("getView", { summary, handler }))).toMatchObject({
      method: "GET",
      path: "/small-things/{thingId}/view",
      operationId: "getTodoView",
      permission: "item:read",
      access: "organization",
    });
  });

  it("lists name what they list, and say which parameters go together", () => {
    const declaration = declarationOf(things.list("listView", { summary }));
    expect(declaration).toMatchObject({ path: "/small-things/view", operationId: "listSmallThingsView" });
    expect(declaration.description).toMatch(/^Newest first unless sorted otherwise\. Supported together: /);
    expect(declaration.problems).toEqual(["unsupported_filter", "invalid_cursor"]);
    expect(declaration.query).toHaveProperty("sort");
  });

  it("a path's own names are its parameters, and what is left of the input is the query", () => {
    const input = () => ({ place: text(1, 9), depth: text(1, 9) });
    const declaration = declarationOf(things.list("list", { summary, path: "/at/{place}", input }));
    expect(Object.keys(declaration.params ?? {})).toEqual(["place"]);
    expect(declaration.query).toHaveProperty("depth");
    expect(declaration.query).not.toHaveProperty("place");
    expect(declaration.problems).toEqual(["invalid_cursor"]);
  });

  it("a body on no row refuses the fields that only the server sets, unless it is not made of fields", () => {
    const input = () => ({ title: text(1, 10) });
    const { change } = things.at("/");
    expect(declarationOf(change("create", { summary, input, handler }))).toMatchObject({
      path: "/small-things",
      status: 201,
      permission: "item:create",
      readOnly: things.readOnly,
    });
    const departs = { readOnly: undefined };
    expect(declarationOf(change("create", { summary, input, departs, handler })).readOnly).toBeUndefined();
  });

  it("an answer without content is 204, and a deletion's input its query", () => {
    const input = () => ({ reason: text(1, 10) });
    const declaration = declarationOf(things.change("delete", { summary, input, output: noContent, handler }));
    expect(declaration).toMatchObject({ status: 204, body: undefined });
    expect(Object.keys(declaration.query ?? {})).toEqual(["reason"]);
  });

  it("a credential is the resource's, shown once beside its document", () => {
    const declaration = declarationOf(things.issue("rotateKey", { summary, handler }));
    expect(declaration).toMatchObject({ secret: { prefix: "thg_", field: "key" }, audit: "credential.rotate" });
    expect(declaration.output.safeParse({ key: 1 }).error?.issues.map(({ path }) => path)).toContainEqual(["key"]);
  });

  it("a resource without a credential issues none", () => {
    const plain = resource({ name: "workspace/todos", table: "todos", path: "/todos", fields: {} });
    expect(() => plain.issue("rotate", { summary, handler })).toThrow("workspace/todos declares no credential");
  });
});

describe("an answer", () => {
  const now = 0;

  it("shows rows as the resource does, and passes documents through", async () => {
    const row = { _id: "one", title: "a" };
    const document = { id: "two", title: "b" };
    const run = (answer: object) =>
      operationOf(things.read("get", { summary, handler: () => Promise.resolve(answer) }))?.handler({ now }, {});
    expect(await run(row)).toEqual({ id: "one", title: "a" });
    expect(await run(document)).toBe(document);
  });
});

it("types what callers of the Convex function send: the row, the input, how it is called", () => {
  const revoke = things.change("revoke", { summary, output: noContent, handler });
  const rename = things.change("rename", {
    summary,
    input: () => ({ title: text(1, 10) }),
    output: noContent,
    handler,
  });
  expectTypeOf<ArgsOf<typeof revoke>>().toEqualTypeOf<CalledWith<{ thingId: string }>>();
  expectTypeOf<ArgsOf<typeof rename>>().toEqualTypeOf<CalledWith<{ thingId: string; title: string }>>();
});

/** As a caller meets them, without the intersections that they are made of. */
type ArgsOf<Exported> =
  Exported extends RegisteredMutation<"public", infer Args, unknown> ? { [Name in keyof Args]: Args[Name] } : never;

/** The input of a change and how it is called. */
type CalledWith<Input> = { [Name in keyof (Input & Called)]: (Input & Called)[Name] };

interface Called {
  organizationId?: string;
  dryRun?: boolean;
}
