import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { nameOf } from "./arrangements.testing";
import { pathOf, send } from "./client.testing";
import { expectWellFormedProblem } from "./hostile.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});
afterAll(() => portico.close());

/** Bodies of which no operation accepts any. */
const bodies: readonly string[] = [
  "{",
  "[]",
  "[".repeat(1000),
  '{"nonsense":1}',
  '{"__proto__":{"a":1}}',
  '{"constructor":1}',
  '{"\\ud800":1}',
  JSON.stringify({ [`n${"o".repeat(10_000)}`]: 1 }),
];
const queries: readonly string[] = ["constructor=1", "__proto__=1", "%00=1", "$a=1"];
const ids: readonly string[] = ["x", "\u0000", "__proto__", "../..", "' OR 1=1 --", "a".repeat(5000)];
/** Values of wrong types for every field at once: nothing can be accepted by accident. */
const wrongValues: readonly unknown[] = [[[["wrong"]]], { $ne: null }, 1e308, -1.5, "\ud800"];

describe.each(registry.map((operation) => [nameOf(operation), operation] as const))("%s", (_name, operation) => {
  const { declaration } = operation;
  const names = Object.keys(declaration.params ?? {});
  const paramsOf = (id: string) => Object.fromEntries(names.map((name) => [name, id]));

  it("answers whatever it is sent with a problem of the caller's", async () => {
    const credential = credentialFor(operation);
    const path = pathOf(operation, { params: paramsOf("x") });
    const fields = [...Object.keys(declaration.body ?? {}), "nonsense"];
    const hostileBodies =
      declaration.method === "GET"
        ? []
        : [...bodies, ...wrongValues.map((value) => Object.fromEntries(fields.map((name) => [name, value])))];
    const refused = await Promise.all([
      ...queries.map((query) => send(portico, declaration.method, `${path}?${query}`, credential, bodyFor(operation))),
      ...hostileBodies.map((body) => send(portico, declaration.method, path, credential, body)),
    ]);
    for (const answer of refused) expectWellFormedProblem(answer);
    const unknown = await Promise.all(
      (names.length === 0 ? [] : ids).map((id) =>
        send(portico, declaration.method, pathOf(operation, { params: paramsOf(id) }), credential, bodyFor(operation)),
      ),
    );
    for (const answer of unknown) {
      // The history of a record that does not exist is empty.
      if (!(operation.isList && answer.status === 200)) expectWellFormedProblem(answer);
      expect(answer.body["data"] ?? []).toEqual([]);
    }
  });

  it("answers hostile arguments of its Convex function with an error of the caller's", async () => {
    const kind = operation.isAction ? "action" : operation.kind;
    const credential =
      declaration.access === "agent" || declaration.access === "enrollment"
        ? undefined
        : portico.demo.organizations[0]?.users.owner.token;
    const call = async (value: unknown) => {
      const args = {
        ...Object.fromEntries(Object.keys(operation.shape).map((name) => [name, value])),
        nonsense: value,
      };
      const response = await fetch(`${portico.cloudUrl}/api/${kind}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
        },
        body: JSON.stringify({ path: declaration.name, args, format: "json" }),
      });
      const text = await response.text();
      expect(response.status, text).toBeLessThan(500);
      expect(text).not.toContain('"status":"success"');
    };
    await Promise.all([...wrongValues, "x"].map(call));
  });
});

function credentialFor({ declaration: { access } }: Operation): string | undefined {
  const [acme] = portico.demo.organizations;
  if (access === "agent") return acme?.agents[0]?.key;
  return access === "enrollment" ? acme?.enrollmentToken : acme?.users.owner.token;
}

/** A body for requests whose fault lies elsewhere. */
function bodyFor({ declaration }: Operation): object | undefined {
  return declaration.method === "GET" || declaration.method === "DELETE" ? undefined : { nonsense: 1 };
}

describe("routes without an operation", () => {
  it.each<[method: string, path: string, body: string | undefined, type: string]>([
    ["POST", "/v1/oauth/token", "{", "application/json"],
    ["POST", "/v1/oauth/token", '{"grant_type":{"a":1}}', "application/json"],
    [
      "POST",
      "/v1/oauth/token",
      "grant_type=client_credentials&grant_type=client_credentials",
      "application/x-www-form-urlencoded",
    ],
    ["POST", "/v1/oauth/token", "grant_type=client_credentials&client_secret=%00", "application/x-www-form-urlencoded"],
    ["POST", "/v1/oauth/token", "grant_type=client_credentials&scope=%ED%A0%80", "application/x-www-form-urlencoded"],
    ["POST", "/v1/oauth/token", "__proto__=1&constructor=2&toString=3", "application/x-www-form-urlencoded"],
    ["POST", "/v1/oauth/token", "%", "application/x-www-form-urlencoded"],
    ["POST", "/v1/oauth/token", "a".repeat(5_000_000), "application/x-www-form-urlencoded"],
    ["POST", "/v1/oauth/token", "a".repeat(21 * 1024 * 1024), "application/x-www-form-urlencoded"],
    ["POST", "/v1/oauth/token", "", ""],
    ["GET", "/v1/oauth/token", undefined, ""],
    ["GET", "/problems/constructor", undefined, ""],
    ["GET", "/problems/__proto__", undefined, ""],
    ["GET", "/problems/%00", undefined, ""],
    ["GET", "/v1/docs/..%2f..%2fpackage.json", undefined, ""],
    ["GET", "/v1/docs/constructor", undefined, ""],
    ["GET", "/v1/docs/__proto__?v=__proto__", undefined, ""],
    ["GET", "/.well-known/__proto__", undefined, ""],
    ["POST", "/.well-known/jwks.json", "{}", "application/json"],
  ])("%s %s refuses what is none of its requests", async (method, path, body, type) => {
    const answer = await send(portico, method, path, undefined, body, type === "" ? {} : { "content-type": type });
    expect(answer.status, answer.text.slice(0, 300)).toBeGreaterThanOrEqual(400);
    expect(answer.status, answer.text.slice(0, 300)).toBeLessThan(500);
    expect(answer.headers.get("content-type")).toMatch(/^application\/(problem\+)?json/);
    if (path !== "/v1/oauth/token") expectWellFormedProblem(answer);
  });
});

it("left no unexpected failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
