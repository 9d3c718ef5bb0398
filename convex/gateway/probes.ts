import { makeFunctionReference } from "convex/server";
import { prefersText } from "./negotiation";
import type { GatewayEnvironment } from "./environment";
import type { Context } from "hono";

type GatewayContext = Context<GatewayEnvironment>;
type Backlog = { readonly backlogSeconds: number };

const check = makeFunctionReference<"mutation", Record<string, never>, Backlog>("platform/readiness:check");

/** What a probe is told: whether the gateway runs, or whether the deployment takes requests. */
interface Told {
  readonly status: "live" | "ready" | "not_ready";
  readonly storage?: "ok" | "failed";
  readonly backlogSeconds?: number;
}

/** As long as one check answers for all: whoever asks more often learns nothing new, and costs nothing. */
const checkLifeMs = 1000;
let latest: { readonly askedAtMs: number; readonly told: Promise<Told> } | undefined;

/** That the gateway runs. */
export function answerLiveness(c: GatewayContext): Response {
  return probeAnswer(c, { status: "live" });
}

/** Whether functions run and storage takes writes: 503 where not. */
export async function answerReadiness(c: GatewayContext): Promise<Response> {
  const now = Date.now();
  if (!latest || now < latest.askedAtMs || now - latest.askedAtMs >= checkLifeMs)
    latest = { askedAtMs: now, told: readiness(c) };
  return probeAnswer(c, await latest.told);
}

async function readiness(c: GatewayContext): Promise<Told> {
  try {
    return { status: "ready", storage: "ok", ...(await c.env.runMutation(check, {})) };
  } catch {
    // The deployment logs why; a probe is told no more than that it is so.
    return { status: "not_ready", storage: "failed" };
  }
}

function probeAnswer(c: GatewayContext, told: Told): Response {
  const status = told.status === "not_ready" ? 503 : 200;
  const headers = { ...c.get("headers"), "cache-control": "no-store" };
  const retry = status === 503 ? { "retry-after": "5" } : {};
  if (!prefersText(c.req.header("accept") ?? ""))
    return Response.json(told, { status, headers: { ...headers, ...retry } });
  const text = { ...headers, ...retry, "content-type": "text/plain; charset=utf-8" };
  return new Response(`${told.status}\n`, { status, headers: text });
}
