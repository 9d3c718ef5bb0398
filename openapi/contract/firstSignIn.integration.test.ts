import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import document from "../openapi.json" with { type: "json" };
import { send } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** A first sign-in that is refused is the same problem on every route, and never an internal error. */

let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});
afterAll(() => portico.close());

const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((method) => ["get", "post", "put", "patch", "delete"].includes(method))
    .map((method) => ({ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/gu, "any-name") })),
);

it.each([
  ["the address of another user", { email: "owner@acme.example", email_verified: true }, "email_taken"],
  ["the unverified address of another user", { email: "owner@acme.example", email_verified: false }, "email_taken"],
  ["no usable address", { email: "nobody@nowhere", email_verified: true }, "user_not_provisioned"],
])("with %s", async (_title, claims, code) => {
  const sub = `first${code}${String(claims.email_verified)}`;
  const token = await portico.issuer.mintUserToken({ sub, name: sub, ...claims }, 3600);
  const codes: unknown[] = [];
  for (const { method, path } of routes) {
    const answer = await send(portico, method, path, token, method === "GET" || method === "DELETE" ? undefined : {});
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(500);
    codes.push(answer.body["code"]);
  }
  expect(codes.filter((found) => found === code).length).toBeGreaterThan(80);
});

it("left no failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
