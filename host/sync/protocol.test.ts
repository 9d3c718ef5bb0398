import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connect, openRaw, sessionId } from "./rawClient.testing";
import type { Message } from "./rawClient.testing";
import { startSyncHost } from "./syncHost.testing";

const zero = "AAAAAAAAAAA=";
const add = (name: string, requestId = 0): Message => ({
  type: "Mutation",
  requestId,
  udfPath: "behaviour:add",
  args: [{ name }],
});
const watchRead = (name: string, baseVersion = 0, queryId = 0): Message => ({
  type: "ModifyQuerySet",
  baseVersion,
  newVersion: baseVersion + 1,
  modifications: [{ type: "Add", queryId, udfPath: "behaviour:read", args: [{ name }] }],
});

function timestampOf(message: Message, version: "startVersion" | "endVersion"): bigint {
  const state: unknown = message[version];
  const text = typeof state === "object" && state !== null && "ts" in state ? String(state.ts) : "";
  return Buffer.from(text, "base64").readBigUInt64LE();
}

describe("a session", () => {
  it("moves from version to version without a gap, and answers a mutation before the transition that shows it", async () => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl);
    client.send(watchRead("a"));
    const first = await client.next("Transition");
    expect(first).toMatchObject({
      startVersion: { querySet: 0, identity: 0, ts: zero },
      endVersion: { querySet: 1, identity: 0 },
      modifications: [{ type: "QueryUpdated", queryId: 0, value: 0, logLines: [], journal: null }],
    });
    const order: unknown[] = [];
    client.socket.on("message", (data: Buffer) => order.push(JSON.parse(data.toString("utf8")).type));
    client.send(add("a"));
    const response = await client.next("MutationResponse");
    expect(response).toMatchObject({ requestId: 0, success: true, result: 1, logLines: [] });
    const second = await client.next("Transition");
    expect(order).toEqual(["MutationResponse", "Transition"]);
    expect(second["startVersion"]).toEqual(first["endVersion"]);
    expect(second["modifications"]).toMatchObject([{ type: "QueryUpdated", queryId: 0, value: 1 }]);
    const committed = Buffer.from(String(response["ts"]), "base64").readBigUInt64LE();
    expect(timestampOf(second, "endVersion")).toBeGreaterThanOrEqual(committed);
    client.send({
      type: "ModifyQuerySet",
      baseVersion: 1,
      newVersion: 2,
      modifications: [{ type: "Remove", queryId: 0 }],
    });
    expect(await client.next("Transition")).toMatchObject({
      startVersion: second["endVersion"],
      endVersion: { querySet: 2 },
      modifications: [{ type: "QueryRemoved", queryId: 0 }],
    });
  });

  it("never shows a write before its mutation is answered, however many are in flight", async () => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl);
    client.send(watchRead("busy"));
    await client.next("Transition");
    let answered = 0;
    let shown = 0;
    client.socket.on("message", (data: Buffer) => {
      const message: Message = JSON.parse(data.toString("utf8"));
      if (message["type"] === "MutationResponse") answered = Number(message["result"]);
      const [update]: readonly Message[] = Array.isArray(message["modifications"]) ? message["modifications"] : [];
      if (update === undefined) return;
      shown = Number(update["value"]);
      expect(answered).toBeGreaterThanOrEqual(shown);
    });
    // Spread over many turns of the event loop, so that they share batches with refreshes.
    for (let requestId = 0; requestId < 400; requestId++) {
      client.send(add("busy", requestId));
      if (requestId % 3 === 0) await setImmediate();
    }
    await expect.poll(() => shown).toBe(400);
  });

  it("moves on without news after a mutation that nobody watches", async () => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl);
    client.send(add("unwatched"));
    await client.next("MutationResponse");
    expect(await client.next("Transition")).toMatchObject({ modifications: [] });
  });

  it("gathers what comes at once into one transition", async () => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl);
    for (let i = 0; i < 5; i++) client.send(watchRead(`name${i}`, i, i));
    const transition = await client.next("Transition");
    expect(transition).toMatchObject({ endVersion: { querySet: 5 } });
    expect(transition["modifications"]).toHaveLength(5);
  });

  it("answers a mutation that is sent again with its first outcome", async () => {
    const { server } = await startSyncHost();
    const first = await openRaw(server.cloudUrl);
    first.send(add("once"));
    expect(await first.next("MutationResponse")).toMatchObject({ success: true, result: 1 });
    const again = await openRaw(server.cloudUrl);
    again.send(add("once"));
    expect(await again.next("MutationResponse")).toMatchObject({ success: true, result: 1 });
    again.send(add("once", 1));
    expect(await again.next("MutationResponse")).toMatchObject({ success: true, result: 2 });
    const stranger = await openRaw(server.cloudUrl, false);
    stranger.send({ ...connect, sessionId: sessionId.replace("123e", "999e") });
    stranger.send(add("once"));
    expect(await stranger.next("MutationResponse")).toMatchObject({ success: true, result: 3 });
  });

  it("says something in every silence", async () => {
    const { server } = await startSyncHost({ server: { pingAfterSilenceMs: 30 } });
    const client = await openRaw(server.cloudUrl);
    expect(await client.next("Ping")).toEqual({ type: "Ping" });
    expect(await client.next("Ping")).toEqual({ type: "Ping" });
  });

  it("turns a client away that has seen a later time than this deployment", async () => {
    const host = await startSyncHost();
    const client = await openRaw(host.server.cloudUrl, false);
    client.send({ ...connect, maxObservedTimestamp: "//////////8=" });
    expect(await client.closed()).toBe(1011);
    expect(host.reported).toHaveLength(1);
  });

  it("asks clients to come back when the server stops", async () => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl);
    client.send(watchRead("a"));
    await client.next("Transition");
    await server.close();
    expect(await client.closed()).toBe(1001);
  });
});

describe("bad input", () => {
  const cases: readonly (readonly [what: string, frames: readonly unknown[], error: string])[] = [
    ["text that is no JSON", ["{"], "not JSON"],
    ["an array", [[]], "a message is a JSON object"],
    ["an unknown type", [connect, { type: "Shout" }], 'unknown message type "Shout"'],
    ["no type", [connect, {}], "unknown message type null"],
    ["a session that is no UUID", [{ ...connect, sessionId: "me" }], "`sessionId` must be a UUID"],
    ["a timestamp of seven bytes", [{ ...connect, maxObservedTimestamp: "AAAAAAAAAA==" }], "BadTimestamp"],
    ["a second Connect", [connect, connect], "Connect comes first, and only once"],
    ["anything before Connect", [add("x")], "Connect comes first, and only once"],
    ["a wrong query set version", [connect, watchRead("x", 7)], "base query set version 7 is not the current 0"],
    ["a version that stands still", [connect, { ...watchRead("x"), newVersion: 0 }], "must be above its base"],
    ["the same query twice", [connect, watchRead("x"), watchRead("y", 1)], "query 0 has been added already"],
    [
      "a query that was never added",
      [connect, { ...watchRead("x"), modifications: [{ type: "Remove", queryId: 3 }] }],
      "query 3 was not added",
    ],
    ["modifications that are no list", [connect, { ...watchRead("x"), modifications: {} }], "must be an array"],
    ["a modification of no type", [connect, { ...watchRead("x"), modifications: [{ queryId: 1 }] }], "Add or Remove"],
    ["a negative request id", [connect, add("x", -1)], "`requestId` must be an unsigned 32-bit integer"],
    ["a fractional request id", [connect, add("x", 0.5)], "`requestId` must be an unsigned 32-bit integer"],
    ["a number for a journal", [connect, { ...watchRead("x"), modifications: [journalOfNumber()] }], "`journal`"],
    ["arguments outside of an array", [connect, { ...add("x"), args: {} }], "`args` must be an array"],
    ["two arguments", [connect, { ...add("x"), args: [{}, {}] }], "`args` must be an object, or an array"],
    ["path traversal", [connect, { ...add("x"), udfPath: "../../secret:fn" }], "BadConvexFunctionIdentifier"],
    ["a component", [connect, { ...add("x"), componentPath: "other" }], "no components to call"],
    ["a wrong identity version", [connect, { type: "Authenticate", tokenType: "None", baseVersion: 4 }], "version 4"],
    [
      "an unknown kind of token",
      [connect, { type: "Authenticate", tokenType: "Root", value: "", baseVersion: 0 }],
      "User",
    ],
    ["a bomb of brackets", ["[".repeat(100_000)], "nests deeper"],
    ["bytes that are not UTF-8 in a binary frame", [Buffer.of(0xff, 0xfe)], "messages are text"],
  ];

  function journalOfNumber(): Message {
    return { type: "Add", queryId: 0, udfPath: "behaviour:read", args: [{ name: "x" }], journal: 5 };
  }

  it("is refused with a reason, and harms nobody else", async () => {
    const host = await startSyncHost();
    const bystander = await openRaw(host.server.cloudUrl);
    bystander.send(watchRead("x"));
    await bystander.next("Transition");
    for (const [what, frames, error] of cases) {
      const client = await openRaw(host.server.cloudUrl, false);
      for (const frame of frames) client.send(frame);
      expect(String((await client.next("FatalError"))["error"]), what).toContain(error);
      expect(await client.closed(), what).toBe(1008);
    }
    bystander.send(add("x"));
    expect(await bystander.next("Transition")).toMatchObject({ modifications: [{ value: 1 }] });
    expect(host.reported).toEqual([]);
  });

  it("of too many bytes is cut off, and compression is never agreed to", async () => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl, true, "/api/1.48.0/sync", { perMessageDeflate: true });
    expect(client.socket.extensions).toBe("");
    client.send(" ".repeat(21 * 1024 * 1024));
    expect(await client.closed()).toBe(1009);
  });

  it("with more than a thousand mutations in flight is refused", async () => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl);
    for (let requestId = 0; requestId < 1500; requestId++) client.send(add("flood", requestId));
    expect(String((await client.next("FatalError"))["error"])).toContain("at most 1000 mutations in flight");
  });

  it("in the address is refused before a session exists", async () => {
    const { server } = await startSyncHost();
    for (const [path, status] of [
      ["/api/1.48.0/other", 404],
      ["/sync", 404],
      ["/api/latest/sync", 400],
      ["/api/1.48.0%00/sync", 400],
    ] as const) {
      const socket = new WebSocket(server.cloudUrl.replace("http", "ws") + path);
      socket.on("error", () => undefined);
      const [, response] = await once(socket, "unexpected-response");
      expect(response.statusCode, path).toBe(status);
    }
    const plain = await fetch(`${server.cloudUrl}/api/1.48.0/sync`);
    expect(plain.status).toBe(404);
    const client = await openRaw(server.cloudUrl, true, "/api/sync");
    client.send(watchRead("a"));
    await client.next("Transition");
  });
});
