import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokenRequestOf } from "./tokenRequests";

const key = `sk_${"a".repeat(43)}`;
const hash = createHash("sha256").update(key).digest("hex");

function requestWith(parameters: [string, string][] | string, headers: Record<string, string> = {}) {
  const body = typeof parameters === "string" ? parameters : new URLSearchParams(parameters).toString();
  return tokenRequestOf(
    new Request("https://example.convex.site/v1/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body,
    }),
  );
}

const grant: [string, string] = ["grant_type", "client_credentials"];
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
});

test("the secret goes on as its hash alone, from the body or by HTTP Basic", async () => {
  const expected = { credential: { kind: "apiKey", hash } };
  expect(await requestWith([grant, ["client_secret", key]])).toEqual(expected);
  expect(await requestWith([grant, ["client_id", "anything"], ["client_secret", key]])).toEqual(expected);
  expect(await requestWith([grant], basic("a:b c", key))).toEqual(expected);
  expect(await requestWith([grant, ["scope", "todo:read"]], basic("", key))).toEqual({
    ...expected,
    scope: "todo:read",
  });
});

test("agents' keys are told from API keys", async () => {
  expect(await requestWith([grant, ["client_secret", `agt_${"b".repeat(43)}`]])).toMatchObject({
    credential: { kind: "agent" },
  });
});

test.each<[string, Parameters<typeof requestWith>, string]>([
  ["no grant type", [[["client_secret", key]]], "invalid_request"],
  ["an empty body", [""], "invalid_request"],
  ["a parameter twice", [[grant, grant, ["client_secret", key]]], "invalid_request"],
  [
    "another grant",
    [
      [
        ["grant_type", "password"],
        ["client_secret", key],
      ],
    ],
    "unsupported_grant_type",
  ],
  ["no secret", [[grant]], "invalid_client"],
  ["two secrets", [[grant, ["client_secret", key]], basic("x", key)], "invalid_request"],
  ["an enrolment token", [[grant, ["client_secret", `enr_${"a".repeat(43)}`]]], "invalid_client"],
  ["another scheme", [[grant], { authorization: `Bearer ${key}` }], "invalid_client"],
  ["a dry run", [[grant, ["client_secret", key]], { "portico-dry-run": "true" }], "dry_run_unsupported"],
  ["half a dry run", [[grant, ["client_secret", key]], { "portico-dry-run": "yes" }], "invalid_request"],
  ["no base64", [[grant], { authorization: "Basic %%%" }], "invalid_client"],
  ["no colon", [[grant], { authorization: `Basic ${btoa("abc")}` }], "invalid_client"],
  ["a huge secret", [[grant, ["client_secret", `sk_${"a".repeat(2000)}`]]], "invalid_client"],
  ["JSON", ["{}", { "content-type": "application/json" }], "invalid_request"],
])("%s is refused", async (_name, [parameters, headers], error) => {
  expect(await requestWith(parameters, headers)).toMatchObject({ error });
});

test("nothing of a secret is ever repeated, and nothing crashes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 4 }), fc.boolean(), async (tail, byBasic) => {
      const secret = `sk_QQ${tail}QQ`;
      const answer = await (byBasic
        ? requestWith([grant], basic("id", secret))
        : requestWith([grant, ["client_secret", secret]]));
      expect(JSON.stringify(answer)).not.toContain("QQ");
    }),
  );
});
