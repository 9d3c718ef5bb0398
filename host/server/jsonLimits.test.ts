import { once } from "node:events";
import net from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { exchangeRaw, postJson, startTestServer } from "./testServer.testing";

const jsonLimits = { maxValues: 1000, maxAnonymousValues: 100, maxAnonymousBytes: 4096, maxBytesInFlight: 1024 * 1024 };
const adminKey = "the-admin-key-of-a-test";
const admin = { authorization: `Convex ${adminKey}` };
const paths = ["/api/query", "/api/mutation", "/api/action", "/api/function", "/api/run/a/b", "/api/query_at_ts"];

/** A call whose arguments hold what is given. */
const callOf = (x: unknown) => ({ path: "a:b", ts: "AAAAAAAAAAA=", args: { x } });

it.each(paths)("%s takes a small body of nobody, and refuses a large one without reading it", async (path) => {
  const server = await startTestServer({ jsonLimits, adminKey });
  expect((await postJson(server, path, callOf("small"))).status).toBe(200);
  const large = await postJson(server, path, callOf("x".repeat(8192)));
  expect([large.status, Object(await large.json()).code]).toEqual([413, "RequestBodyTooLarge"]);
  expect((await postJson(server, path, callOf("x".repeat(8192)), admin)).status).toBe(200);
  // Declared, and never sent: the answer comes all the same.
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n`;
  expect(await exchangeRaw(server.cloudUrl, head, "RequestBodyTooLarge")).toMatch(/^HTTP\/1.1 413/);
});

it.each(paths)("%s asks who calls before it reads a body", async (path) => {
  const server = await startTestServer({ jsonLimits, adminKey });
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer no\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n`;
  expect(await exchangeRaw(server.cloudUrl, head, "InvalidAuthHeader")).toMatch(/^HTTP\/1.1 401/);
});

it.each([
  ["objects", Array.from({ length: 1000 }, () => ({}))],
  ["arrays", Array.from({ length: 1000 }, () => [])],
  ["numbers", Array.from({ length: 1000 }, (_, at) => at)],
  ["fields", Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`f${at}`, 0]))],
])("many %s are one refusal, also of the admin's", async (_title, x) => {
  const server = await startTestServer({ jsonLimits, adminKey });
  for (const path of paths) {
    const answer = await postJson(server, path, callOf(x), admin);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("1000 values")]);
  }
  expect((await postJson(server, "/api/query", callOf(',[{"'.repeat(900)), admin)).status).toBe(200);
});

it("takes fewer values of nobody", async () => {
  const server = await startTestServer({ jsonLimits, adminKey });
  const x = Array.from({ length: 100 }, () => ({}));
  const refused = await postJson(server, "/api/query", callOf(x));
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("100 values")]);
  expect((await postJson(server, "/api/query", callOf(x), admin)).status).toBe(200);
});

it("takes no more bodies at once than there is room for, and strangers take only their own room", async () => {
  const server = await startTestServer({ jsonLimits: { ...jsonLimits, maxAnonymousBytes: 200_000 }, adminKey });
  const half = (authorization: string): string =>
    `POST /api/query HTTP/1.1\r\nhost: x\r\n${authorization}content-type: application/json\r\ncontent-length: 190000\r\n\r\n${"x".repeat(150_000)}`;
  const { hostname, port } = new URL(server.cloudUrl);
  const sockets = Array.from({ length: 4 }, () => net.connect(Number(port), hostname));
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  const answers = await Promise.all(
    sockets.map(async (socket) => {
      socket.write(half(""));
      return await Promise.race([once(socket, "data").then(String), setTimeout(2000, "waiting")]);
    }),
  );
  expect(answers.filter((answer) => answer === "waiting").length).toBeLessThan(4);
  expect(answers.find((answer) => answer !== "waiting")).toMatch(
    /^HTTP\/1.1 503[^]*retry-after: 1[^]*TooManyBytesInFlight/,
  );
  expect((await postJson(server, "/api/query", callOf("small"))).status).toBe(200);
  expect((await postJson(server, "/api/query", callOf("x".repeat(500_000)), admin)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  await expect.poll(async () => (await postJson(server, "/api/query", callOf("x".repeat(150_000)))).status).toBe(200);
});

it("has Convex's limits for other apps", async () => {
  const server = await startTestServer();
  const x = Array.from({ length: 100_000 }, () => ({}));
  expect((await postJson(server, "/api/query", callOf(x))).status).toBe(200);
});
