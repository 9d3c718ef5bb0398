import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signedMessage } from "./webhookSignature";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLVSw";
const body = '{"test": 2432232314}';
const [id, seconds] = ["msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330];
const signatureOf = (text: string, key = secret) =>
  `v1,${createHmac("sha256", Buffer.from(key.replace("whsec_", ""), "base64"))
    .update(text)
    .digest("base64")}`;
const good = signatureOf(`${id}.${seconds}.${body}`);
const headersOf = (prefix: string, changes: Readonly<Record<string, string>> = {}) =>
  new Headers(
    Object.entries({ id, timestamp: String(seconds), signature: good, ...changes }).map(([name, value]) => [
      `${prefix}-${name}`,
      value,
    ]),
  );
const nowMs = seconds * 1000;

it.each(["svix", "webhook"])("takes the headers %s-*", async (prefix) => {
  expect(await signedMessage(headersOf(prefix), body, secret, nowMs)).toEqual({ id, sentAtMs: nowMs });
});

it("takes one good signature of several", async () => {
  const signature = `v1a,AAAA v1,AAAA ${good}`;
  expect(await signedMessage(headersOf("svix", { signature }), body, secret, nowMs)).toMatchObject({ id });
});

it.each([-300, 300])("takes a message %s seconds off", async (offset) => {
  expect(await signedMessage(headersOf("svix"), body, secret, nowMs + offset * 1000)).toMatchObject({ id });
});

describe("refuses", () => {
  const refusal = { data: { status: 400, code: "invalid_signature" } };
  it.each<[string, Headers, string?, number?]>([
    ["no headers", new Headers()],
    ["an altered byte", headersOf("svix"), `${body} `],
    ["another id", headersOf("svix", { id: "msg_other" })],
    ["another time", headersOf("svix", { timestamp: String(seconds + 1) })],
    ["an old message", headersOf("svix"), body, nowMs + 301_000],
    ["a message of the future", headersOf("svix"), body, nowMs - 301_000],
    ["a time that is no number", headersOf("svix", { timestamp: "now" })],
    ["a time with a sign", headersOf("svix", { timestamp: `+${seconds}` })],
    ["a time with a fraction", headersOf("svix", { timestamp: `${seconds}.0` })],
    ["no signature", headersOf("svix", { signature: "" })],
    ["a signature of another version", headersOf("svix", { signature: good.replace("v1", "v2") })],
    ["a signature without a version", headersOf("svix", { signature: good.replace("v1,", "") })],
    ["a good signature behind many others", headersOf("svix", { signature: `${"v1,AAAA ".repeat(8)}${good}` })],
    ["a signature that is no base64", headersOf("svix", { signature: "v1,???" })],
    ["an empty signature", headersOf("svix", { signature: "v1," })],
    ["a signature cut short", headersOf("svix", { signature: good.slice(0, -5) })],
    [
      "a signature by another secret",
      headersOf("svix", {
        signature: signatureOf(`${id}.${seconds}.${body}`, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
      }),
    ],
    ["an id that moves the dots", headersOf("svix", { id: `${id}.${seconds}`, timestamp: "1" }), body, 1000],
    [
      "headers of both spellings mixed",
      new Headers([...headersOf("svix", { signature: "v1,AAAA" }), ["webhook-signature", good]]),
    ],
  ])("%s", async (_name, headers, text = body, at = nowMs) => {
    await expect(signedMessage(headers, text, secret, at)).rejects.toMatchObject(refusal);
  });

  it.each(["", "whsec_", "whsec_???", "whsec_AAAA"])("to work with the secret %j", async (weak) => {
    const notConfigured = { data: { status: 503, code: "webhook_not_configured" } };
    await expect(signedMessage(headersOf("svix"), body, weak, nowMs)).rejects.toMatchObject(notConfigured);
  });
});
