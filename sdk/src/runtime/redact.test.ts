import { inspect } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jwt, problem, rejection } from "../../test/fakeServer";
import { Portico, type PorticoOptions } from "../client";
import { PorticoError } from "../errors";
import { credentialFault } from "./credential";

/** What a header can carry, quotes and backslashes included. */
const headerText = (minLength: number) =>
  fc
    .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength, maxLength: 40 })
    .map((codes) => String.fromCharCode(...codes));
const alphanumeric = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/);
const secret = fc.oneof(
  headerText(12),
  alphanumeric.map((text) => `sk_live_${text}`),
  alphanumeric.map((text) => `agt_${text}`),
  alphanumeric.map((text) => jwt({ sub: text, exp: Date.now() / 1_000 + 600 })),
);
const option = fc.constantFrom("apiKey", "token", "getToken");
const failure = fc.constantFrom("problem", "thrown", "html", "success", "refused");

/** A server, or a runtime, that quotes the credential wherever it can. */
function hostileFetch(kind: string, held: string): typeof globalThis.fetch {
  return async (_input, init) => {
    const authorization = new Headers(init?.headers).get("authorization") ?? held;
    if (kind === "thrown") throw new TypeError("fetch failed", { cause: new Error(`bad header: ${authorization}`) });
    if (kind === "html") return new Response(`<p>${authorization}</p>`, { status: 502 });
    if (kind === "success") return Response.json({ id: "a", key: held });
    const status = kind === "refused" ? 401 : 400;
    const echo = { title: `Bad ${held}`, detail: authorization, requestId: held };
    const { text, headers } = problem(
      status,
      "validation_failed",
      {},
      {
        ...echo,
        errors: [{ pointer: `/${held}`, code: "bad", message: authorization }],
      },
    );
    return new Response(text, { status, headers: { ...headers, "x-echo": "1" } });
  };
}

test("no credential reaches the logger or an error's text, whatever the server quotes", async () => {
  const check = async (held: string, how: string, kind: string) => {
    fc.pre(credentialFault(held, how === "apiKey") === undefined);
    const sink: string[] = [];
    const write = (message: string, fields: unknown) => void sink.push(message, JSON.stringify(fields));
    const credential: Partial<PorticoOptions> = how === "getToken" ? { getToken: async () => held } : { [how]: held };
    const portico = new Portico({
      baseUrl: "http://127.0.0.1:3211",
      ...credential,
      maxRetries: 0,
      logger: { debug: write, warn: write },
      fetch: hostileFetch(kind, held),
    });
    const calls = [
      () => portico.schedules.list({ cursor: held }),
      () => portico.schedules.create({ title: held, startDate: 1, endDate: 2 }),
      () => portico.request({ method: "GET", path: `/v1/search/${encodeURIComponent(held)}`, query: { q: held } }),
    ];
    for (const call of calls) {
      const error = kind === "success" ? undefined : await rejection(call());
      if (kind === "success") await call().catch(() => {});
      if (error instanceof PorticoError)
        sink.push(
          ...[error.message, error.detail, error.stack, JSON.stringify(error), inspect(error, { depth: 9 })].map(
            (text) => JSON.stringify(text ?? ""),
          ),
        );
    }
    expect(sink.length).toBeGreaterThan(0);
    const inJson = JSON.stringify(held).slice(1, -1);
    for (const text of sink) {
      expect(text).not.toContain(held);
      expect(text).not.toContain(inJson);
      expect(text).not.toContain(encodeURIComponent(held));
    }
  };
  await fc.assert(fc.asyncProperty(secret, option, failure, check), { numRuns: 200 });
});
