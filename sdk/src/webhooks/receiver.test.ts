import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EventType, PorticoEvent } from "./receiver";
import { MemoryReplayStore, signMessage, WebhookError, Webhooks } from "../webhooks";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLVSw";
const older = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const nowMs = 1_768_469_400_000;

const { webhooks: documented } = JSON.parse(
  readFileSync(new URL("../../../openapi/openapi.json", import.meta.url), "utf8"),
);

/** An event as the document shows it. */
function exampleOf(type: EventType): PorticoEvent {
  return documented[type].post.requestBody.content["application/json"].example;
}

const event = exampleOf("schedule.created");
const receiver = (options = {}) => new Webhooks({ secret, now: () => nowMs, ...options });
const signed = (of: PorticoEvent | string = event, options = {}) =>
  signMessage(of, { secret, sentAtMs: nowMs, ...options });

test("every event of the document is verified, and told apart by its type", async () => {
  const types = Object.keys(documented);
  expect(types.length).toBeGreaterThan(30);
  for (const type of types) {
    const example = exampleOf(eventType(type));
    expect(example.type).toBe(type);
    expect(await receiver().verify(await signed(example))).toEqual(example);
  }
  const verified = await receiver().verify(await signed());
  if (verified.type !== "schedule.created") throw new Error("another type");
  const { title, status } = verified.data;
  expect([title, status satisfies "draft" | "active" | "completed" | "cancelled"]).toEqual([
    "Service the pumps",
    "draft",
  ]);
});

/** The names of the document's section are the keys of the generated type. */
function eventType(name: string): EventType {
  return name as EventType;
}

test("the published library of Standard Webhooks verifies what signMessage signs, and the other way round", async () => {
  const message = await signMessage(event, { secret });
  expect(new Webhook(secret).verify(message.body, { ...message.headers })).toEqual(event);
  const body = JSON.stringify(event);
  const headers = {
    "Webhook-Id": event.id,
    "Webhook-Timestamp": String(nowMs / 1_000),
    "Webhook-Signature": new Webhook(secret).sign(event.id, new Date(nowMs), body),
  };
  expect(await receiver().verify({ headers, body })).toEqual(event);
});

describe("takes", () => {
  const headersOf = (message: { readonly headers: Readonly<Record<string, string>> }) => new Headers(message.headers);

  test("a Request, text, bytes and a view of bytes", async () => {
    const message = await signed();
    const bytes = new TextEncoder().encode(message.body);
    const within = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
    const request = new Request("https://a.example", { method: "POST", headers: headersOf(message), body: bytes });
    for (const given of [
      request,
      message,
      { headers: headersOf(message), body: bytes.buffer },
      { ...message, body: within },
    ])
      expect(await receiver().verify(given)).toEqual(event);
  });

  test("a request of node:http as it arrived", async () => {
    const webhooks = receiver();
    const server = createServer((request, response) => {
      void webhooks
        .receive(request, () => undefined)
        .then(async (answer) => response.writeHead(answer.status).end(await answer.text()));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    expect((await fetch(url, { method: "POST", ...(await signed()) })).status).toBe(204);
    const altered = await fetch(url, { method: "POST", headers: (await signed()).headers, body: "{}" });
    expect([altered.status, await altered.json()]).toEqual([
      400,
      expect.objectContaining({ code: "signature_invalid" }),
    ]);
    const large = await fetch(url, { method: "POST", headers: (await signed()).headers, body: "x".repeat(1_048_577) });
    expect(large.status).toBe(413);
  });

  test("either secret while it is rotated, and either signature of a message that has two", async () => {
    const both = receiver({ secret: [secret, older] });
    for (const each of [secret, older]) expect(await both.verify(await signed(event, { secret: each }))).toEqual(event);
    const [one, two] = await Promise.all([signed(event, { secret: older }), signed()]);
    const signatures = [one, two].map(({ headers }) => headers["webhook-signature"]).join(" ");
    const message = { ...one, headers: { ...one.headers, "webhook-signature": signatures } };
    expect(await receiver().verify(message)).toEqual(event);
  });

  test.each([-300_000, 300_000])("a message %i ms off", async (offMs) => {
    expect(await receiver({ now: () => nowMs + offMs }).verify(await signed())).toEqual(event);
  });

  test("bytes that are no UTF-8 only where they are signed, and then as no event", async () => {
    const body = new Uint8Array([0xff, 0xfe]);
    await expect(receiver().verify({ ...(await signed("\ufffd\ufffd")), body })).rejects.toMatchObject({
      code: "signature_invalid",
    });
  });
});

describe("refuses", () => {
  const changed = async (headers: Record<string, string | undefined>) => {
    const message = await signed();
    return { ...message, headers: { ...message.headers, ...headers } };
  };

  test.each([
    ["no id", { "webhook-id": undefined }, "headers_missing"],
    ["a long id", { "webhook-id": "x".repeat(256) }, "headers_missing"],
    ["a time with a sign", { "webhook-timestamp": `+${nowMs / 1_000}` }, "headers_missing"],
    ["another id", { "webhook-id": "evt_other" }, "signature_invalid"],
    ["another time", { "webhook-timestamp": String(nowMs / 1_000 + 1) }, "signature_invalid"],
    ["an old time", { "webhook-timestamp": String(nowMs / 1_000 - 301) }, "timestamp_out_of_tolerance"],
    ["a time to come", { "webhook-timestamp": String(nowMs / 1_000 + 301) }, "timestamp_out_of_tolerance"],
    ["a signature of another version", { "webhook-signature": "v2,AAAA" }, "signature_invalid"],
    ["a signature that is no base64", { "webhook-signature": "v1,???" }, "signature_invalid"],
    ["an empty signature", { "webhook-signature": "v1," }, "signature_invalid"],
  ])("%s", async (_name, headers, code) => {
    await expect(receiver().verify(await changed(headers))).rejects.toMatchObject({ name: "WebhookError", code });
  });

  test("a good signature behind many others", async () => {
    const { headers } = await signed();
    const message = await changed({ "webhook-signature": `${"v1,AAAA ".repeat(8)}${headers["webhook-signature"]}` });
    await expect(receiver().verify(message)).rejects.toMatchObject({ code: "signature_invalid" });
  });

  test("an altered byte, and another's secret", async () => {
    const message = await signed();
    await expect(receiver().verify({ ...message, body: `${message.body} ` })).rejects.toBeInstanceOf(WebhookError);
    await expect(receiver({ secret: older }).verify(message)).rejects.toMatchObject({ code: "signature_invalid" });
  });

  test.each(["", "[]", "null", "{}", '{"id":"evt_1"}', "{", "<html>"])("the signed body %j", async (body) => {
    await expect(receiver().verify(await signed(body))).rejects.toMatchObject({ code: "body_not_an_event" });
  });

  test("a body that was parsed or read before, saying what to do", async () => {
    const { headers, body } = await signed();
    const parsed: object = { headers, body: JSON.parse(body) };
    const read = new Request("https://a.example", { method: "POST", headers, body });
    await read.text();
    for (const [given, words] of [
      [parsed, "parsed already"],
      [{ headers }, "missing"],
      [read, "read before"],
    ] as const)
      await expect(receiver().verify(asMessage(given))).rejects.toThrow(words);
  });

  /** What plain JavaScript may give. */
  function asMessage(given: object): Parameters<Webhooks["verify"]>[0] {
    return given as Parameters<Webhooks["verify"]>[0];
  }

  test.each<[string, unknown, string]>([
    ["undefined", undefined, "is the environment variable set?"],
    ["an empty text", "", "is the environment variable set?"],
    ["no secret", [], "needs a secret"],
    ["a line end", `${secret}\n`, "spaces or line ends"],
    ["a key of the API", "sk_live_0123456789abcdef", "begins with whsec_"],
    ["half a secret", secret.slice(0, 14), "not whole"],
    ["no base64", "whsec_????????????????????????", "not whole"],
  ])("%s as its secret, without quoting it", (_name, given, words) => {
    const options: object = { secret: given };
    const make = () => new Webhooks(asOptions(options));
    expect(make).toThrow(words);
    expect(make).not.toThrow(/MfKQ9r|0123456789|\?{3}/);
  });

  /** What the environment may give. */
  function asOptions(given: object): ConstructorParameters<typeof Webhooks>[0] {
    return given as ConstructorParameters<typeof Webhooks>[0];
  }

  test.each([{ toleranceSeconds: 0 }, { workSeconds: Number.NaN }, { rememberSeconds: -1 }])("%j", (options) => {
    expect(() => receiver(options)).toThrow(RangeError);
  });
});

describe("works on each message once", () => {
  test("whatever comes again, and again after a failure", async () => {
    const webhooks = receiver({ replayStore: new MemoryReplayStore() });
    const seen: string[] = [];
    const failing = webhooks.receive(await signed(), () => Promise.reject(new Error("the database is away")));
    await expect(failing).rejects.toThrow("the database is away");
    const statuses: number[] = [];
    for (let time = 0; time < 3; time++) {
      const answer = await webhooks.receive(await signed(), ({ id }) => seen.push(id));
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([204, 204, 204]);
    expect(seen).toEqual([event.id]);
  });

  test("answers no success while another works on it", async () => {
    const webhooks = receiver({ replayStore: new MemoryReplayStore() });
    let second: Response | undefined;
    const first = await webhooks.receive(await signed(), async () => {
      second = await webhooks.receive(await signed(), () => expect.unreachable());
    });
    expect([first.status, second?.status]).toEqual([204, 409]);
  });

  test("a message that nobody has signed takes no place in the store", async () => {
    const replayStore = new MemoryReplayStore();
    const webhooks = receiver({ replayStore });
    const message = await signed();
    const answer = await webhooks.receive({ ...message, body: "{}" }, () => expect.unreachable());
    expect(answer.status).toBe(400);
    expect(await replayStore.begin(event.id, "t", 1_000)).toBe("new");
  });

  test("work that fails too late gives nothing back that another has taken since, or finished", async () => {
    const webhooks = receiver({ replayStore: new MemoryReplayStore(), workSeconds: 0.001 });
    const message = await signed();
    // Until the store has given up on it.
    const tooLong = () => new Promise((resolve) => setTimeout(resolve, 20));
    const statuses: number[] = [];
    const slow = webhooks.receive(message, async () => {
      await tooLong();
      const other = await webhooks.receive(message, tooLong);
      statuses.push(other.status);
      throw new Error("too late");
    });
    await expect(slow).rejects.toThrow("too late");
    expect(statuses).toEqual([204]);
    expect((await webhooks.receive(message, () => expect.unreachable())).status).toBe(204);

    const store = new MemoryReplayStore();
    expect(await store.begin("a", "slow", 0)).toBe("new");
    expect(await store.begin("a", "other", 60_000)).toBe("new");
    await store.release("a", "slow");
    expect(await store.begin("a", "third", 60_000)).toBe("working");
    await store.release("a", "other");
    expect(await store.begin("a", "third", 60_000)).toBe("new");
  });

  test("the store gives up on work that has not ended in time, and forgets the oldest", async () => {
    const store = new MemoryReplayStore(2);
    expect([
      await store.begin("a", "t", 0),
      await store.begin("a", "t", 60_000),
      await store.begin("a", "t", 60_000),
    ]).toEqual(["new", "new", "working"]);
    await store.finish("b", 60_000);
    await store.finish("c", 60_000);
    expect(await store.begin("c", "t", 60_000)).toBe("done");
    expect(await store.begin("a", "t", 60_000)).toBe("new");
  });
});
