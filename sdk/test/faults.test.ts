import { getEventListeners, setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { Portico } from "../src/client";
import { ConnectionError, PorticoError } from "../src/errors";
import { listening } from "./fakeServer";

const page = "<!doctype html><html><body><h1>Sign in to this network</h1></body></html>";
const row = JSON.stringify({ id: "s1", title: "x".repeat(512) });
const json = { "content-type": "application/json" };

/** Ends the answer, however it likes; the row was written when `writes` is set. */
interface Fault {
  readonly writes?: boolean;
  readonly answer: (response: ServerResponse) => void;
  /** What a caller gets who has no try left; undefined where the fault is none. */
  readonly code: string | undefined;
  /** The next try may help. */
  readonly passes: boolean;
}

const faults: Readonly<Record<string, Fault>> = {
  "a reset before the answer": { answer: (to) => void to.destroy(), code: "connection_failed", passes: true },
  "a reset after the effect": {
    writes: true,
    answer: (to) => void to.destroy(),
    code: "connection_failed",
    passes: true,
  },
  "a reset in the middle of the body": {
    writes: true,
    answer: (to) => {
      to.writeHead(201, { ...json, "content-length": row.length });
      to.write(row.slice(0, 100), () => to.destroy());
    },
    code: "connection_failed",
    passes: true,
  },
  "a body that comes in drops": {
    writes: true,
    answer: (to) => {
      to.writeHead(201, json);
      const send = (at: number) => {
        if (at >= row.length) return void to.end();
        to.write(row.slice(at, at + 64));
        setTimeout(send, 2, at + 64);
      };
      send(0);
    },
    code: undefined,
    passes: true,
  },
  "a 429 with a date": {
    answer: (to) => void to.writeHead(429, { "retry-after": new Date(Date.now() - 1_000).toUTCString() }).end(),
    code: "http_429",
    passes: true,
  },
  "a 503 without anything": { answer: (to) => void to.writeHead(503).end(), code: "http_503", passes: true },
  "a proxy's page with 502": {
    answer: (to) => void to.writeHead(502, { "content-type": "text/html" }).end(page),
    code: "http_502",
    passes: true,
  },
  "a connection that is closed behind a refusal": {
    // A second request on a kept connection meets its end: the race of every keep-alive.
    answer: (to) => {
      to.writeHead(503, { "retry-after": "0", "content-length": 0 });
      to.end(() => setImmediate(() => to.socket?.destroy()));
    },
    code: "http_503",
    passes: true,
  },
  "JSON that is cut off": {
    writes: true,
    answer: (to) => void to.writeHead(201, json).end(row.slice(0, 100)),
    code: "invalid_response",
    passes: false,
  },
  "a login page with 200": {
    answer: (to) => void to.writeHead(200, { "content-type": "text/html" }).end(page),
    code: "invalid_response",
    passes: false,
  },
  "JSON of another content type": {
    writes: true,
    answer: (to) => void to.writeHead(201, { "content-type": "text/plain" }).end(row),
    code: "invalid_response",
    passes: false,
  },
  "an empty success": { answer: (to) => void to.writeHead(200, json).end(), code: "invalid_response", passes: false },
  "a redirect": {
    answer: (to) => void to.writeHead(307, { location: "/elsewhere" }).end(),
    code: "http_307",
    passes: false,
  },
};

/** A server that writes one row per idempotency key, and answers the requests of each key with the faults that its body names. */
async function faultyServer() {
  const tries = new Map<string, { readonly bodies: string[]; rows: number }>();
  const server = createServer((request, response) => {
    const serve = async () => {
      const body = await textOf(request);
      const key = String(request.headers["idempotency-key"]);
      const seen = tries.get(key) ?? { bodies: [], rows: 0 };
      tries.set(key, seen);
      seen.bodies.push(body);
      const names: string[] = JSON.parse(JSON.parse(body).title);
      const fault = faults[names[seen.bodies.length - 1] ?? ""];
      if (fault === undefined || fault.writes) seen.rows = 1;
      if (fault) fault.answer(response);
      else response.writeHead(201, json).end(row);
    };
    serve().catch((error: Error) => response.destroy(error));
  });
  return { url: await listening(server), tries };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

const names = Object.keys(faults);
const sequences = [[], ...names.map((name) => [name]), ...names.flatMap((one) => names.map((other) => [one, other]))];

describe("whatever goes wrong, once or twice in a row", () => {
  test.each([0, 2])(
    "with %i retries a write is done once at most, and its caller gets the row or a named error",
    async (maxRetries) => {
      const { url, tries } = await faultyServer();
      const signal = new AbortController().signal;
      setMaxListeners(0, signal);
      const outcomes = sequences.map(async (sequence, at) => {
        const portico = new Portico({ baseUrl: url, apiKey: "sk_test_faults", maxRetries });
        const idempotencyKey = `sequence-${at}`;
        const input = { title: JSON.stringify(sequence), startDate: 1, endDate: 2 };
        const call = portico.schedules.create(input, { idempotencyKey, signal });
        const outcome = await Promise.resolve(call).catch((error: unknown) => error);
        const seen = tries.get(idempotencyKey);
        // The faults that count: those up to the first that ends the call.
        const ends = sequence.findIndex((name) => faults[name]?.code === undefined || !faults[name].passes);
        const last = Math.min(ends === -1 ? sequence.length : ends, maxRetries);
        const code = faults[sequence[last] ?? ""]?.code;
        expect(seen?.bodies).toEqual(Array.from({ length: last + 1 }, () => JSON.stringify(input)));
        expect({ outcome, rows: code === undefined ? seen?.rows : undefined }).toMatchObject(
          code === undefined
            ? { outcome: JSON.parse(row), rows: 1 }
            : { outcome: { code, operation: "schedules.create", attempts: last + 1 } },
        );
        expect(outcome instanceof PorticoError).toBe(code !== undefined);
        expect(String(outcome)).not.toContain("sk_test_faults");
      });
      await Promise.all(outcomes);
      expect(getEventListeners(signal, "abort")).toEqual([]);
    },
  );
});

test("cursors that repeat and empty pages do not make a list endless", async () => {
  const server = createServer((request, response) => {
    const cursor = new URL(request.url ?? "/", "http://127.0.0.1").searchParams.get("cursor");
    const next = cursor === null ? "empty" : "again";
    const answer = {
      data: cursor === "empty" ? [] : [{ id: "a" }],
      page: { nextCursor: next, hasMore: true, limit: 1 },
    };
    response.writeHead(200, json).end(JSON.stringify(answer));
  });
  const portico = new Portico({ baseUrl: await listening(server), apiKey: "sk_test_faults" });
  const seen: unknown[] = [];
  const iterate = async () => {
    for await (const schedule of portico.schedules.list()) seen.push(schedule);
  };
  const error = await iterate().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ code: "invalid_response" });
  // What came before the page that leads back to itself.
  expect(seen).toEqual([{ id: "a" }]);
});
