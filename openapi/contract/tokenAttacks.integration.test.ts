import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { textTable } from "../../scripts/lib/textTable";
import { noteTries } from "../../scripts/lib/tries.testing";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { functionAnswer, restAnswer, syncAnswer } from "./doors.testing";
import { openAttackIssuers, openAttackWorld, tokenAttacks } from "./tokenAttacks.testing";
import type { DoorAnswer } from "./doors.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { AttackWorld } from "./tokenAttacks.testing";

let portico: TestPortico;
let world: AttackWorld;
let owner: string;
let apiKey: string;

beforeAll(async () => {
  const issuers = await openAttackIssuers();
  vi.stubEnv("AUTH_PROVIDERS", issuers.providersText);
  portico = await startTestPortico();
  const [acme] = portico.demo.organizations;
  if (!acme) throw new Error("The demo has organizations.");
  owner = acme.users.owner.token;
  const key = await send(portico, "POST", "/v1/api-keys", owner, { name: "Target", scopes: ["item:read"] });
  apiKey = String(key.body["key"]);
  world = await openAttackWorld(issuers, portico, String(key.body["id"]), acme.id);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await portico.close();
});

const doors = [restAnswer, functionAnswer, syncAnswer];
const tried = new Map<string, { rows: number; tries: number; accepted: number }>();

it("takes the tokens that the attacks are made from", async () => {
  for (const issuer of [world.es, world.rs]) {
    const aud = issuer === world.es ? "app" : "rs-app";
    const token = await issuer.sign({ aud, sub: "honest" });
    expect((await send(portico, "GET", "/v1/me", token)).status).toBe(200);
    // Known, and a member of nothing.
    for (const door of doors) expect(await door(portico, token)).toMatchObject({ status: 400 });
  }
});

it("has a name of its own for each attack", () => {
  const names = tokenAttacks.map(({ kind, name }) => `${kind}: ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(150);
});

describe.each([...new Set(tokenAttacks.map(({ kind }) => kind))])("%s", (kind) => {
  const rows = tokenAttacks.filter((attack) => attack.kind === kind);
  it.each(rows.map((attack) => [attack.name, attack] as const))(
    "%s: is refused with 401, and in the same words at REST, the function API and sync",
    async (_name, attack) => {
      const token = await attack.token(world);
      const answers: DoorAnswer[] = [];
      for (const door of doors) answers.push(await door(portico, token));
      const sum = tried.get(kind) ?? { rows: 0, tries: 0, accepted: 0 };
      tried.set(kind, {
        rows: sum.rows + 1,
        tries: sum.tries + doors.length,
        accepted: sum.accepted + answers.filter(({ status }) => status === 200).length,
      });
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
      // An opaque credential of REST's own form is looked up there, and is a malformed token elsewhere.
      const texts = answers.slice(token.startsWith("sk_") ? 1 : 0).map(({ text }) => text);
      expect([...new Set(texts)]).toEqual([expect.any(String)]);
      // A token that was refused has made no user.
      expect((await send(portico, "GET", "/v1/me", token)).status).toBe(401);
    },
  );
});

describe("secrets at each other's doors", () => {
  it("open neither the function API nor sync", async () => {
    const [acme] = portico.demo.organizations;
    const guid = { guid: "token-attacks", hostname: "h", platform: "linux", version: "1" };
    const enrolled = await send(portico, "POST", "/v1/agents/enroll", acme?.enrollmentToken, guid);
    const secrets = [apiKey, String(enrolled.body["key"]), acme?.enrollmentToken ?? "", `inv_${"0".repeat(43)}`];
    const attempts = [];
    for (const secret of secrets) {
      for (const door of [functionAnswer, syncAnswer])
        attempts.push([secret.slice(0, 4), (await door(portico, secret)).status]);
    }
    expect(attempts.filter(([, status]) => status !== 401)).toEqual([]);

    // At REST each opens its own operations, and no other's.
    const [key = "", agentKey = "", enrollment = "", invitation = ""] = secrets;
    const rest: readonly (readonly [string, string, string])[] = [
      ["POST", "/v1/agents/enroll", key],
      ["POST", "/v1/agents/enroll", agentKey],
      ["POST", "/v1/agents/enroll", owner],
      ["POST", "/v1/agents/enroll", invitation],
      ["POST", "/v1/agents/check-in", key],
      ["POST", "/v1/agents/check-in", enrollment],
      ["POST", "/v1/agents/check-in", owner],
      ["POST", "/v1/agents/check-in", invitation],
      ["GET", "/v1/items", enrollment],
      ["GET", "/v1/items", agentKey],
      ["GET", "/v1/items", invitation],
      ["GET", "/v1/me", key],
      ["GET", "/v1/me", agentKey],
      ["GET", "/v1/me", enrollment],
      ["POST", "/v1/me/sync", key],
      ["POST", "/v1/me/sync", agentKey],
    ];
    const opened = [];
    for (const [method, path, secret] of rest) {
      const { status } = await send(portico, method, path, secret, method === "POST" ? {} : undefined);
      if (status !== 401 && status !== 403) opened.push([method, path, secret.slice(0, 4), status]);
    }
    expect(opened).toEqual([]);

    // The token endpoint changes API keys and agent keys only.
    for (const secret of [enrollment, invitation, owner, await world.es.sign()]) {
      const body = new URLSearchParams({ grant_type: "client_credentials", client_secret: secret });
      const response = await fetch(`${portico.siteUrl}/v1/oauth/token`, { method: "POST", body });
      expect([response.status, Object(await response.json()).error]).toEqual([401, "invalid_client"]);
    }
    tried.set("secrets at each other's doors", {
      rows: secrets.length,
      tries: attempts.length + rest.length + 4,
      accepted: 0,
    });
  });

  it("are worth nothing again once they have ended", async () => {
    const created = await send(portico, "POST", "/v1/api-keys", owner, { name: "Ends", scopes: ["item:read"] });
    const [id, secret] = [String(created.body["id"]), String(created.body["key"])];
    const body = new URLSearchParams({ grant_type: "client_credentials", client_secret: secret });
    const response = await fetch(`${portico.siteUrl}/v1/oauth/token`, { method: "POST", body });
    const token = String(Object(await response.json()).access_token);
    expect(await restAnswer(portico, token)).not.toMatchObject({ status: 401 });
    await send(portico, "POST", `/v1/api-keys/${id}/revoke`, owner, {});
    const answers: DoorAnswer[] = [];
    for (const door of doors) answers.push(await door(portico, token));
    expect(answers).toEqual(doors.map(() => ({ status: 401, text: answers[0]?.text })));
    expect((await send(portico, "GET", "/v1/items", secret)).status).toBe(401);
    tried.set("replays after the end", { rows: 1, tries: 4, accepted: 0 });
  });
});

it("counts what was tried, and left no failure in the log", () => {
  const rows = Array.from(tried, ([kind, { rows: count, tries, accepted }]) => [kind, count, tries, accepted] as const);
  const total = (column: 1 | 2 | 3) => rows.reduce((sum, row) => sum + row[column], 0);
  const table = [...rows, ["all", total(1), total(2), total(3)] as const].map((row) => row.map(String));
  process.stdout.write(`${textTable([["token attacks", "rows", "tries", "accepted"], ...table])}\n`);
  noteTries(total(2));
  expect(total(3)).toBe(0);
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
