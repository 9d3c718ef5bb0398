import type { Hook } from "../runtime/engine";

/** What is used of a span of OpenTelemetry. */
export interface TelemetrySpan {
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { code: 2 }): unknown;
  end(): void;
}

/**
 * What is used of `@opentelemetry/api`: hand the module over. Described here, so that neither this package nor its types need it.
 */
export interface OpenTelemetry<Context, Span extends TelemetrySpan> {
  readonly trace: {
    getTracer(name: string): {
      startSpan(
        name: string,
        options: { kind: 2; attributes: Record<string, string | number> },
        context: Context,
      ): Span;
    };
    setSpan(context: Context, span: Span): Context;
  };
  readonly context: {
    active(): Context;
    with<Result>(context: Context, work: () => Result): Result;
  };
  readonly propagation: { inject(context: Context, carrier: Record<string, string>): void };
}

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR`. */
const [client, failed] = [2, 2] as const;

/**
 * A hook that makes a client span of every attempt, by OpenTelemetry's conventions for HTTP, below the span that is active, and
 * sends its context along. The span is called by the SDK's method; of the URL it has no query, which may name people.
 *
 * @example
 * import * as api from "@opentelemetry/api";
 * const portico = new Portico({ baseUrl, apiKey, hooks: [openTelemetry(api)] });
 */
export function openTelemetry<Context, Span extends TelemetrySpan>(api: OpenTelemetry<Context, Span>): Hook {
  const tracer = api.trace.getTracer("@portico/sdk");
  return async (request, next, { operation, attempt }) => {
    const url = new URL(request.url);
    const attributes = {
      "http.request.method": request.method,
      "url.full": url.origin + url.pathname,
      "server.address": url.hostname,
      "server.port": Number(url.port || (url.protocol === "https:" ? 443 : 80)),
      "portico.operation": operation,
      ...(attempt > 1 ? { "http.request.resend_count": attempt - 1 } : {}),
    };
    const active = api.context.active();
    const span = tracer.startSpan(operation, { kind: client, attributes }, active);
    const context = api.trace.setSpan(active, span);
    const fail = (type: string) => {
      span.setAttribute("error.type", type);
      span.setStatus({ code: failed });
    };
    try {
      const carrier: Record<string, string> = {};
      api.propagation.inject(context, carrier);
      for (const [name, value] of Object.entries(carrier)) request.headers.set(name, value);
      const response = await api.context.with(context, () => next(request));
      span.setAttribute("http.response.status_code", response.status);
      if (response.status >= 400) fail(String(response.status));
      return response;
    } catch (error) {
      fail(error instanceof Error ? error.name : "unknown");
      throw error;
    } finally {
      span.end();
    }
  };
}
