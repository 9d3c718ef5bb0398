import { expect, it } from "vitest";
import { createTestIssuer } from "../auth/testIssuer.testing";
import { openRaw } from "./rawClient.testing";
import { startSyncHost } from "./syncHost.testing";
import type { RawClient } from "./rawClient.testing";

/** A stored answer of a mutation opens to its caller with the same function and arguments, not to its session's number alone. */

const issuer = await createTestIssuer("https://owner.test", "ES256");
const mutation = (name: string, udfPath = "behaviour:add") => ({
  type: "Mutation",
  requestId: 7,
  udfPath,
  args: [{ name }],
});

const limits = {
  maxValues: 1000,
  maxAnonymousValues: 100,
  maxAnonymousBytes: 64 * 1024,
  maxBytesInFlight: 1024 * 1024,
};

async function signedIn(cloudUrl: string, claims: Readonly<Record<string, unknown>> | null): Promise<RawClient> {
  const client = await openRaw(cloudUrl);
  if (claims === null) return client;
  client.send({ type: "Authenticate", baseVersion: 0, tokenType: "User", value: await issuer.sign(claims) });
  await client.next("Transition");
  return client;
}

it("is given again to the same caller only, also with a refreshed token", async () => {
  const host = await startSyncHost({ providers: [issuer.customJwt("app")] });
  const answerOf = async (claims: Readonly<Record<string, unknown>> | null, message: object) => {
    const client = await signedIn(host.server.cloudUrl, claims);
    client.send(message);
    return (await client.next("MutationResponse"))["result"];
  };
  const first = { sub: "ann", jti: "1" };
  expect(await answerOf(first, mutation("a"))).toBe(1);
  expect(await answerOf(first, mutation("a"))).toBe(1);
  expect(await answerOf({ sub: "ann", jti: "2" }, mutation("a"))).toBe(1);
  // Each of these runs for itself.
  expect(await answerOf({ sub: "bob" }, mutation("a"))).toBe(2);
  expect(await answerOf(null, mutation("a"))).toBe(3);
  expect(await answerOf(first, mutation("b"))).toBe(1);
  expect(await answerOf(first, mutation("a", "behaviour:nested"))).not.toBe(1);
});

it("takes small messages until it knows who sends them, and few values at any time", async () => {
  const jsonLimits = { ...limits, maxAnonymousBytes: 4096 };
  const { server } = await startSyncHost({ providers: [issuer.customJwt("app")], server: { jsonLimits } });
  const large = mutation("x".repeat(8192));
  const stranger = await openRaw(server.cloudUrl);
  stranger.send(large);
  expect(await stranger.closed()).toBe(1008);
  const known = await signedIn(server.cloudUrl, { sub: "ann" });
  known.send(large);
  expect(await known.next("MutationResponse")).toMatchObject({ success: true });
  known.send({
    type: "ModifyQuerySet",
    baseVersion: 0,
    newVersion: 1,
    modifications: Array.from({ length: 1000 }, () => ({})),
  });
  expect(await known.closed()).toBe(1008);
});

it("keeps no more of an unfinished message than a stranger may send, and what strangers begin keeps nobody out", async () => {
  const { server } = await startSyncHost({ providers: [issuer.customJwt("app")], server: { jsonLimits: limits } });
  const known = await signedIn(server.cloudUrl, { sub: "ann" });
  const strangers = await Promise.all(Array.from({ length: 20 }, () => openRaw(server.cloudUrl)));
  // The room for strangers is 256 KiB; some of these are ended for want of it, all would be for the second part.
  for (const { socket } of strangers)
    for (let part = 0; part < 10; part++) socket.send("x".repeat(60_000), { fin: false });
  for (const stranger of strangers) expect([1006, 1008, 1011]).toContain(await stranger.closed());
  const late = await openRaw(server.cloudUrl);
  late.send(mutation("a", "behaviour:nested"));
  expect(await late.next("MutationResponse")).toMatchObject({ requestId: 7 });
  known.send(mutation("x".repeat(500_000)));
  expect(await known.next("MutationResponse")).toMatchObject({ success: true });
});

it("gives back the room of messages that it refuses, also of those that are no text", async () => {
  const { server } = await startSyncHost({ providers: [issuer.customJwt("app")], server: { jsonLimits: limits } });
  for (const message of [Buffer.alloc(900_000), `[${"x".repeat(900_000)}`, `[${"0,".repeat(450_000)}0]`]) {
    const client = await signedIn(server.cloudUrl, { sub: "ann" });
    client.send(message);
    expect(await client.closed()).toBe(1008);
  }
  const known = await signedIn(server.cloudUrl, { sub: "ann" });
  known.send(mutation("x".repeat(900_000)));
  expect(await known.next("MutationResponse")).toMatchObject({ success: true });
});

it("counts no Pings and Pongs as parts of a message", async () => {
  const jsonLimits = { ...limits, maxAnonymousBytes: 1024 };
  const { server } = await startSyncHost({ server: { jsonLimits } });
  const client = await openRaw(server.cloudUrl);
  for (let at = 0; at < 1000; at++) client.socket.pong("x".repeat(at % 100));
  client.send(mutation("a"));
  expect(await client.next("MutationResponse")).toMatchObject({ requestId: 7 });
});

it("shows the admin what it keeps from others", async () => {
  const adminKey = "the-admin-key-of-a-test";
  const { server } = await startSyncHost({ server: { redactErrors: true, adminKey } });
  const failing = { ...mutation("a", "behaviour:missing"), requestId: 1 };
  const stranger = await openRaw(server.cloudUrl);
  stranger.send(failing);
  expect((await stranger.next("MutationResponse"))["result"]).toMatch(/Server Error$/);
  const admin = await openRaw(server.cloudUrl);
  admin.send({ type: "Authenticate", baseVersion: 0, tokenType: "Admin", value: adminKey });
  admin.send(failing);
  expect((await admin.next("MutationResponse"))["result"]).toContain("behaviour:missing");
  for (const [headers, shown] of [
    [{}, false],
    [{ authorization: `Convex ${adminKey}` }, true],
  ] as const) {
    const answer = await fetch(`${server.cloudUrl}/api/mutation`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ path: "behaviour:missing", args: {} }),
    });
    expect((await answer.text()).includes("behaviour:missing")).toBe(shown);
  }
});
