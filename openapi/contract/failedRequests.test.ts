import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { internalQuery } from "../../convex/_generated/server";
import { organizationOf } from "./organizationRows.testing";
import { createProductHost } from "./productHost.testing";

/** Requests that break off inside, which no operation has foreseen. */

const spied = () => vi.spyOn(console, "error").mockImplementation(() => undefined);
let log: ReturnType<typeof spied>;
beforeEach(() => void (log = spied()));
afterEach(() => log.mockRestore());

const query = internalQuery(() => {
  throw new Error("The secret inside: hunter2hunter2");
});
const broken = { "./workspace/rest.ts": async () => ({ query }) };
const headers = { authorization: "Bearer a.b.c", "x-request-id": "request-of-the-test" };

it("stand in the log of their organization, by who sent them, and say nothing of the inside", async () => {
  const { host, organizationId, as } = await organizationOf(["viewer"], createProductHost(broken));
  const response = await as("viewer").fetch("/v1/items?status=active", {
    headers: { ...headers, "portico-organization": organizationId },
  });
  expect([response.status, Object(await response.json()).code]).toEqual([500, "internal"]);
  const rows = await host.run(({ db }) => db.query("apiLogs").take(10));
  expect(rows).toMatchObject([
    {
      organizationId,
      direction: "inbound",
      method: "GET",
      url: "/v1/items?status=active",
      statusCode: 500,
      errorCode: "internal",
      actorType: "user",
      requestId: "request-of-the-test",
    },
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/hunter2|inside/);
  expect(JSON.stringify(log.mock.calls)).toContain("GET /v1/items");
});

it("stand in nobody's log where their sender is no member", async () => {
  const { host, organizationId, as, newUser } = await organizationOf(["viewer"], createProductHost(broken));
  await newUser("stranger");
  for (const [subject, named] of [
    ["stranger", organizationId],
    ["viewer", "no-such-organization"],
    ["unknown", organizationId],
  ] as const) {
    const response = await as(subject).fetch("/v1/items", { headers: { ...headers, "portico-organization": named } });
    expect(response.status).toBe(500);
  }
  expect(await host.run(({ db }) => db.query("apiLogs").take(10))).toEqual([]);
});
