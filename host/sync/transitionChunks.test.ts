import { once } from "node:events";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { openRaw } from "./rawClient.testing";
import type { Message } from "./rawClient.testing";
import { transitionMessages } from "./serverMessage";
import { SocketChannel } from "./socketChannel";
import { api, startSyncHost, watch } from "./syncHost.testing";

// Quotes that JSON escapes, and pairs of surrogates that parts cut in two.
const large = { text: 'a"\\😀', times: 1_300_000 };
const largeText = large.text.repeat(large.times);

describe("a result above 5 MB", () => {
  it("comes to the real client whole, in parts, and goes on living", async () => {
    const host = await startSyncHost();
    const client = host.client();
    const counter = watch(client, api.read, { name: "beside" });
    await expect.poll(() => counter.values).toEqual([0]);
    const types: unknown[] = [];
    host.sockets.at(-1)?.on("message", (data: Buffer) => {
      const message: Message = JSON.parse(data.toString("utf8"));
      types.push(message["type"]);
    });
    const results = watch(client, api.repeated, large);
    // Answered while the parts are made and sent.
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.mutation(api.add, { name: "beside" })));
    expect(answers.at(-1)).toBe(20);
    await expect.poll(() => results.values.length).toBe(1);
    expect(results.values[0] === largeText).toBe(true);
    const parts = types.filter((type) => type === "TransitionChunk");
    expect(parts.length).toBeGreaterThan(5);
    const firstPart = types.indexOf("TransitionChunk");
    expect(types.slice(firstPart, firstPart + parts.length)).toEqual(parts);
    await expect.poll(() => counter.values.at(-1)).toBe(20);
    expect(host.sockets).toHaveLength(1);
    expect([results.errors, host.reported]).toEqual([[], []]);
  });

  it.each([
    ["/api/1.28.0/sync", "TransitionChunk"],
    ["/api/2.0.0/sync", "TransitionChunk"],
    ["/api/1.27.5/sync", "Transition"],
    ["/api/0.99.0/sync", "Transition"],
    ["/api/sync", "Transition"],
  ])("comes to a client at %s as %s", async (path, expected) => {
    const { server } = await startSyncHost();
    const client = await openRaw(server.cloudUrl, true, path);
    client.send({
      type: "ModifyQuerySet",
      baseVersion: 0,
      newVersion: 1,
      modifications: [{ type: "Add", queryId: 0, udfPath: "live:repeated", args: [large] }],
    });
    expect(await client.next(expected)).toMatchObject(
      expected === "Transition" ? { modifications: [{ queryId: 0 }] } : { partNumber: 0, totalParts: 46 },
    );
  });
});

describe("the parts of a transition", () => {
  it("are its text in order, under one name, and one message up to 5 MB", () => {
    const text = JSON.stringify("😀".repeat(2_700_000));
    const pieces = [
      text.slice(0, 7),
      "",
      text.slice(7, 999_999),
      text.slice(999_999, 1_000_001),
      text.slice(1_000_001),
    ];
    const parts: readonly Message[] = [...transitionMessages(pieces, true)].map((part) => JSON.parse(part));
    expect(parts.map((part) => part["chunk"]).join("")).toBe(text);
    expect(parts.map((part) => part["partNumber"])).toEqual([...parts.keys()]);
    expect(parts).toHaveLength(Math.ceil(text.length / 200_000));
    expect(new Set(parts.map((part) => `${String(part["transitionId"])} ${String(part["totalParts"])}`)).size).toBe(1);
    expect([...transitionMessages(pieces, false)]).toEqual([text]);
    expect([...transitionMessages(["x".repeat(5_000_000)], true)]).toHaveLength(1);
  });

  it("are all of one length but the last, wherever the pieces of the text begin", () => {
    const length = fc.oneof(fc.nat(2_000_000), fc.constantFrom(0, 1, 199_999, 200_000, 200_001, 400_000));
    fc.assert(
      fc.property(fc.array(length, { minLength: 1, maxLength: 12 }), (lengths) => {
        const pieces = ["x".repeat(5_000_001), ...lengths.map((each, at) => String(at % 10).repeat(each))];
        const text = pieces.join("");
        const parts: readonly Message[] = [...transitionMessages(pieces, true)].map((part) => JSON.parse(part));
        const chunks = parts.map(({ chunk }) => String(chunk));
        expect(chunks.join("") === text).toBe(true);
        expect(chunks.slice(0, -1).every((chunk) => chunk.length === 200_000)).toBe(true);
        expect(parts.every(({ totalParts }) => totalParts === Math.ceil(text.length / 200_000))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

it("a client that takes its time over the parts counts as alive", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  await once(server, "listening");
  const address = server.address();
  if (typeof address === "string" || address === null) throw new TypeError("no TCP port");
  // Neither messages nor Pongs come from this client.
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`, { autoPong: false });
  onTestFinished(() => client.terminate());
  const [[serverSide]] = await Promise.all([once(server, "connection"), once(client, "open")]);
  const channel = new SocketChannel(serverSide);
  onTestFinished(() => channel.closed());
  client.pause();
  const startedAtMs = performance.now();
  for (const part of transitionMessages(["x".repeat(30_000_000)], true)) channel.send(part);
  client.resume();
  await channel.drained();
  const elapsedMs = performance.now() - startedAtMs;
  expect(channel.silentForMs).toBeLessThan(elapsedMs);
});
