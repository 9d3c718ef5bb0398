import * as api from "@opentelemetry/api";
import { expect, test } from "vitest";
import { fakeServer, problem, rejection } from "../../test/fakeServer";
import { Portico } from "../client";
import { openTelemetry } from "./telemetry";

interface Told {
  readonly name: string;
  readonly kind: number;
  readonly parent: unknown;
  readonly attributes: Record<string, unknown>;
  status?: number;
  ended: number;
}

const parentKey = api.createContextKey("parent");
const spanKey = api.createContextKey("span");

/** The parts of the real interface that a tracing SDK would register, keeping what it is told. */
function recording() {
  const spans: Told[] = [];
  const numbers = new Map<object, number>();
  const active = api.ROOT_CONTEXT.setValue(parentKey, "the request being served");
  let running: api.Context = active;
  const tracer = {
    startSpan(name: string, options: { kind: number; attributes: Record<string, unknown> }, context: api.Context) {
      const told: Told = {
        name,
        kind: options.kind,
        parent: context.getValue(parentKey),
        attributes: { ...options.attributes },
        ended: 0,
      };
      const span = {
        setAttribute: (key: string, value: unknown) => void (told.attributes[key] = value),
        setStatus: ({ code }: { code: number }) => void (told.status = code),
        end: () => void (told.ended += 1),
      };
      numbers.set(span, spans.push(told));
      return span;
    },
  };
  return {
    spans,
    running: () => running.getValue(spanKey),
    telemetry: {
      trace: {
        getTracer: () => tracer,
        setSpan: (context: api.Context, span: object) => context.setValue(spanKey, numbers.get(span)),
      },
      context: {
        active: () => active,
        with<Result>(context: api.Context, work: () => Result): Result {
          running = context;
          return work();
        },
      },
      propagation: {
        inject: (context: api.Context, carrier: Record<string, string>) =>
          void (carrier["traceparent"] = `00-trace-span${String(context.getValue(spanKey))}-01`),
      },
    },
  };
}

test("each attempt is a client span below the active one, and its context is sent along", async () => {
  const { spans, running, telemetry } = recording();
  const server = await fakeServer((_, index) =>
    index === 0
      ? problem(503, "down", { "retry-after": "0" })
      : { json: { data: [], page: { hasMore: false, nextCursor: null, limit: 1 } } },
  );
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_spans", hooks: [openTelemetry(telemetry)] });
  await portico.schedules.list({ userId: "somebody" });
  const { hostname, port } = new URL(server.url);
  const common = {
    "http.request.method": "GET",
    "url.full": `${server.url}/v1/schedules`,
    "server.address": hostname,
    "server.port": Number(port),
    "portico.operation": "schedules.list",
  };
  const span = { name: "schedules.list", kind: api.SpanKind.CLIENT, parent: "the request being served", ended: 1 };
  expect(spans).toEqual([
    {
      ...span,
      status: api.SpanStatusCode.ERROR,
      attributes: { ...common, "http.response.status_code": 503, "error.type": "503" },
    },
    { ...span, attributes: { ...common, "http.request.resend_count": 1, "http.response.status_code": 200 } },
  ]);
  expect(server.requests.map(({ headers }) => headers["traceparent"])).toEqual([
    "00-trace-span1-01",
    "00-trace-span2-01",
  ]);
  expect(running()).toBe(2);
});

test("a request that gets no answer ends its span with the kind of error", async () => {
  const { spans, telemetry } = recording();
  const server = await fakeServer(() => ({ reset: true }));
  const hooks = [openTelemetry(telemetry)];
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_spans", maxRetries: 0, hooks });
  await rejection(portico.schedules.get("a"));
  expect(spans).toMatchObject([{ attributes: { "error.type": "ConnectionError" }, status: 2, ended: 1 }]);
});

test("takes the real interface, with no tracing registered too", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_spans", hooks: [openTelemetry(api)] });
  expect(await portico.schedules.get("a")).toEqual({ id: "a" });
});
