import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { nextSample } from "./samples.testing";
import { tablesOf } from "./tables.testing";
import { createWorld } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

/** Docks over REST: their keys, and what goes wrong with them. The mock provider reads the account off the key. */

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(() => portico.close());

const path = "/v1/docks";
const call = (method: string, to: string, body?: object, credential = world.owner) =>
  send(portico, method, to, credential, body);
const keyOf = (account: string) => `mock_${account}_correct-horse-${nextSample()}-battery`;
const bodyOf = (more: object = {}) => ({
  name: `Dock ${nextSample()}`,
  provider: "mock",
  apiKey: keyOf("acme"),
  ...more,
});

async function created(more: object = {}): Promise<string> {
  const made = await call("POST", path, bodyOf(more));
  expect(made.status, made.text).toBe(201);
  return String(made.body["id"]);
}

describe("a key", () => {
  it("is stored encrypted, and found nowhere: in no table, log, audit row, error or answer", async () => {
    const apiKey = keyOf("planted");
    const made = await call("POST", path, bodyOf({ apiKey }));
    expect(made.body).toMatchObject({ lastSyncStatus: "pending", keyHint: apiKey.slice(-4), keyVersion: 1 });
    expect(made.body).not.toHaveProperty("encryptedApiKey");
    const id = String(made.body["id"]);
    const rotated = `${keyOf("planted")}-again`;
    const answers = [
      made,
      await call("POST", `${path}/${id}/rotate`, { apiKey: rotated }),
      await call("POST", `${path}/${id}/test`),
      await call("GET", `${path}/${id}`),
      // What is refused repeats nothing either, whatever it is refused for.
      await call("POST", path, bodyOf({ apiKey, provider: "nobody" })),
      await call("POST", path, bodyOf({ apiKey: `${apiKey}\r\nx-evil: 1` })),
      await call("POST", path, bodyOf({ apiKey: { key: apiKey } })),
      await call("POST", `${path}/${id}/rotate`, { apiKey, other: 1 }),
      await call("POST", `${path}/${id}/rotate`, { apiKey }, world.tokens.viewer),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 422, 400, 400, 400, 403]);
    const trail = await call("GET", `/v1/audit-logs/records/docks/${id}?limit=100`);
    expect(Object(trail.body)["data"].map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(["dock.create", "credential.create", "credential.rotate", "credential.decrypt"]),
    );
    // The request log is written behind the answers.
    const logged = async () => (await call("GET", "/v1/api-logs?limit=100")).text;
    await expect.poll(logged).toContain(`${path}/${id}/rotate`);
    const everything = JSON.stringify([await tablesOf(portico), answers.map(({ text }) => text), await logged()]);
    for (const secret of [apiKey, rotated]) {
      expect(everything).not.toContain(secret);
      expect(portico.logLines.join("\n")).not.toContain(secret);
    }
  });

  it.each([
    ["a line end behind it", (key: string) => `${key}\n`],
    ["a header in it", (key: string) => `${key}\r\nx-admin: true`],
    ["spaces around it", (key: string) => ` ${key} `],
    ["other letters", (key: string) => `${key}é`],
    ["too few characters", () => "mock_acme_12345"],
    ["too many characters", (key: string) => key.padEnd(4097, "x")],
    ["nothing in it", () => ""],
  ])("with %s is refused by its place, and never trimmed", async (_what, spoil) => {
    const apiKey = spoil(keyOf("acme"));
    const id = await created();
    for (const refused of [
      await call("POST", path, bodyOf({ apiKey })),
      await call("POST", `${path}/${id}/rotate`, { apiKey }),
    ]) {
      expectProblem(refused, 400, "validation_failed");
      expect(Object(refused.body)["errors"]).toEqual([expect.objectContaining({ pointer: "/apiKey" })]);
    }
  });

  it("is not needed for a dry run, which shows what would be and asks nobody", async () => {
    const apiKey = keyOf("away");
    const made = await send(portico, "POST", path, world.owner, bodyOf({ apiKey }), { "portico-dry-run": "true" });
    expect(made.body).toMatchObject({ keyHint: apiKey.slice(-4), keyVersion: 1 });
    const id = await created();
    const tried = await send(
      portico,
      "POST",
      `${path}/${id}/rotate`,
      world.owner,
      { apiKey: keyOf("none") },
      { "portico-dry-run": "true" },
    );
    expect(tried.status, tried.text).toBe(200);
  });
});
