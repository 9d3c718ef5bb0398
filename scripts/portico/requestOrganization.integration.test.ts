import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";
import type { LogEvent } from "./logWriter";

it("the line of a request has the organization that was acted in, and so has the answer, whoever called and however it ended", async () => {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-request-organization-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const events: LogEvent[] = [];
  const options = { onRequest: (event: LogEvent) => events.push(event) };
  const portico = await startPortico(await freeSettings(dataDirectory), () => {}, options);
  onTestFinished(() => portico.close());
  const [acme, globex] = portico.demo?.organizations ?? [];
  if (acme === undefined || globex === undefined) throw new Error("The demo has two organizations.");
  const agentKey = acme.agents[0]?.key ?? "";
  const item = { name: "named" };
  const cases: readonly (readonly [
    who: string,
    credential: string,
    request: string,
    body: object | undefined,
    status: number,
  ])[] = [
    ["an API key", acme.apiKey, "GET /v1/schedules", undefined, 200],
    ["an API key that makes something", acme.apiKey, "POST /v1/items", item, 201],
    ["an API key that finds nothing", acme.apiKey, `GET /v1/items/${"k".repeat(32)}`, undefined, 404],
    ["an API key that sends nonsense", acme.apiKey, "POST /v1/items", { name: 1 }, 400],
    ["a device agent", agentKey, "GET /v1/agents/self", undefined, 200],
    ["a device agent that must not", agentKey, "GET /v1/schedules", undefined, 403],
    ["a device that enrols with a token of the site", acme.enrollmentToken, "POST /v1/agents/enroll", {}, 400],
    ["a person", acme.users.member.token, "GET /v1/items", undefined, 200],
    ["a person without the right", acme.users.viewer.token, "POST /v1/items", item, 403],
  ];
  for (const [who, credential, request, body, status] of cases) {
    const [method = "", url = ""] = request.split(" ");
    events.length = 0;
    const answer = await fetch(portico.siteUrl + url, {
      method,
      headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${who}: ${await answer.text()}`).toBe(status);
    expect(answer.headers.get("portico-organization"), who).toBe(acme.id);
    await expect.poll(() => events.map(({ fields }) => fields["organization"])).toEqual([acme.id]);
  }

  // Whose organization cannot be told is not guessed.
  const refused = await fetch(`${portico.siteUrl}/v1/items`, {
    headers: { authorization: `Bearer ${acme.apiKey}`, "portico-organization": globex.id },
  });
  expect([refused.status, refused.headers.get("portico-organization")]).toEqual([403, null]);
});
