import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { isLongRun, noteTries } from "../../scripts/lib/tries.testing";
import { answerFaults } from "./answerAudit.testing";
import { send } from "./client.testing";
import { fuzzedRequests } from "./fuzz.testing";
import { functionTokenFor } from "./functionCalls.testing";
import { internals } from "./hostile.testing";
import { createWorld } from "./world.testing";
import type { FuzzedRequest } from "./fuzz.testing";
import type { World } from "./world.testing";

/** How many requests are sent, and from which seed; both are printed, so that a run can be repeated. */
const requests = Number(process.env["PORTICO_FUZZ_REQUESTS"] ?? (isLongRun ? 50_000 : 2000));
const seed = Number(process.env["PORTICO_FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const together = 8;
/** What callers change takes rights from other callers: a world is good for so many requests. */
const requestsOfWorld = 2500;

it("answers every request as the document says, and nothing of the inside", async () => {
  process.stdout.write(`PORTICO_FUZZ_SEED=${seed} PORTICO_FUZZ_REQUESTS=${requests}\n`);
  const statuses = new Map<string, number>();
  let sent = 0;
  for (let world = 0; sent < requests; world += 1) {
    const count = Math.min(requestsOfWorld, requests - sent);
    await fuzzWorld(seed + world, count, statuses);
    sent += count;
  }
  noteTries(sent);
  process.stdout.write(`${[...statuses].map(([status, count]) => `${status}: ${count}`).join(", ")}\n`);
  // A fuzz of which nothing is accepted tries nothing but the front door.
  expect(statuses.get("2xx") ?? 0).toBeGreaterThan(requests / 50);
});

const webhookSecret = "whsec_ZnV6emVkLWZ1enplZC1mdXp6ZWQtZnV6emVk";

function told({ method, path: target, caller, scheme, headers, body = "" }: FuzzedRequest, fault: string): string {
  const request = { method, target, caller, scheme, headers, body: body.slice(0, 300) };
  return `${fault}\n${JSON.stringify(request).slice(0, 1000)}`;
}

async function fuzzWorld(seedOfWorld: number, count: number, statuses: Map<string, number>): Promise<void> {
  const portico = await startTestPortico({
    CLERK_WEBHOOK_SECRET: webhookSecret,
    RESEND_WEBHOOK_SECRET: webhookSecret,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    AUTH_PROVIDERS: JSON.stringify([{ preset: "clerk", domain: "https://fuzz.clerk.accounts.dev" }]),
  });
  try {
    const world = await createWorld(portico);
    const credentials = await credentialsOf(world);
    const secrets = [...new Set([...credentials.values()].filter((credential) => credential.length > 20))];
    const signingKey: { d?: string } = JSON.parse(
      await readFile(path.join(portico.dataDirectory, "signing-key.json"), "utf8"),
    );
    const hidden = [...secrets, webhookSecret, String(signingKey.d)];
    const foreign = foreignIds(world);
    const arbitrary = fuzzedRequests({
      callers: [...credentials.keys()],
      ids: [...Object.values(world.rows), ...Object.values(world.foreignRows), world.acme.slug, world.globex.slug],
      cursors: await cursorsOf(world),
    });
    const sample = fc.sample(arbitrary, { numRuns: count, seed: seedOfWorld });
    const faults = new Map<string, string>();
    for (let at = 0; at < sample.length; at += together) {
      const burst = sample.slice(at, at + together);
      await Promise.all(
        burst.map(async (request) => {
          const { status, faults: found } = await judged(world, request, credentials, hidden, foreign);
          const ofClass = `${Math.floor(status / 100)}xx`;
          statuses.set(ofClass, (statuses.get(ofClass) ?? 0) + 1);
          // One of each kind is told; where there is one, there are often many.
          for (const fault of found) faults.set(`${request.operationId} ${fault.slice(0, 60)}`, told(request, fault));
        }),
      );
    }
    expect([...faults.values()]).toEqual([]);
    const logged = portico.logLines.join("\n");
    expect(hidden.filter((secret) => logged.includes(secret))).toEqual([]);
    expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
    await expectNothingStored(portico.dataDirectory, secrets);
  } finally {
    await portico.close();
  }
}

async function credentialsOf(world: World): Promise<ReadonlyMap<string, string>> {
  const { acme, foreignOwner, tokens, platformAdmin, narrowKeys, portico } = world;
  return new Map(
    Object.entries({
      ...tokens,
      foreignOwner,
      platformAdmin,
      apiKey: acme.apiKey,
      exchanged: await functionTokenFor(portico, acme.apiKey),
      narrowKey: narrowKeys[0]?.key ?? "",
      agent: acme.agents[0]?.key ?? "",
      enrollment: acme.enrollmentToken,
      nobody: "",
      unknownKey: "sk_live_0000000000000000000000000000000000000000000",
      garbage: "a.b.c",
    }),
  );
}

/** Cursors of lists, which fit only there. */
async function cursorsOf({ portico, owner }: World): Promise<string[]> {
  const answers = await Promise.all(
    ["/v1/audit-logs?limit=1", "/v1/memberships?limit=1", "/v1/items?limit=1"].map((list) =>
      send(portico, "GET", list, owner),
    ),
  );
  return answers.flatMap(({ body }) => {
    const cursor: unknown = Object(body["page"]).nextCursor;
    return typeof cursor === "string" ? [cursor] : [];
  });
}

/** Ids of rows of the other organization that no caller of this one may see, unless they have sent them. */
function foreignIds({ foreignRows, rows }: World): string[] {
  const shared = new Set(Object.values(rows));
  return Object.values(foreignRows).filter((id) => id !== "" && !shared.has(id));
}

const outsiders = new Set(["foreignOwner", "platformAdmin"]);

/** Sends a request, and says what is wrong with the answer. */
async function judged(
  { portico }: World,
  request: FuzzedRequest,
  credentials: ReadonlyMap<string, string>,
  hidden: readonly string[],
  foreign: readonly string[],
): Promise<{ readonly status: number; readonly faults: readonly string[] }> {
  const { method, path: target, caller, scheme, headers, body } = request;
  const credential = credentials.get(caller) ?? "";
  const response = await fetch(`${portico.siteUrl}${target}`, {
    method,
    headers: { ...headers, ...(credential === "" ? {} : { authorization: `${scheme}${credential}` }) },
    ...(body === undefined ? {} : { body }),
    redirect: "manual",
  });
  const text = await response.text();
  const { status } = response;
  const pathname = new URL(response.url === "" ? `${portico.siteUrl}${target}` : response.url).pathname;
  const isText = /json|text\/plain|^$/.test(response.headers.get("content-type") ?? "");
  const about = `${method} ${target.slice(0, 200)} as ${caller}: ${status}`;
  const faults = [
    ...(status >= 500 ? [`${about} ${text.slice(0, 300)}`] : []),
    ...(isDocumented(method) ? answerFaults({ method, path: pathname, status, headers: response.headers, text }) : []),
    ...(isText && internals.test(text) && !pathname.startsWith("/v1/openapi")
      ? [`${about} shows the inside: ${text.slice(0, 300)}`]
      : []),
    ...hidden.filter((secret) => text.includes(secret)).map(() => `${about} shows a secret`),
    ...(outsiders.has(caller)
      ? []
      : foreign.filter((id) => text.includes(id) && !mentions(request, id)).map((id) => `${about} shows ${id}`)),
  ];
  return { status, faults };
}

function isDocumented(method: string): boolean {
  return method !== "OPTIONS";
}

function mentions({ path: target, body = "", headers }: FuzzedRequest, id: string): boolean {
  return [target, body, ...Object.values(headers)].some((part) => part.includes(id));
}

/** Looks for the secrets in every byte that the deployment keeps: rows, audit, e-mails, logs. */
async function expectNothingStored(directory: string, secrets: readonly string[]): Promise<void> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .filter((file) => path.relative(directory, file).includes(".sqlite"));
  expect(files).not.toEqual([]);
  for (const file of files) {
    const bytes = await readFile(file);
    expect(secrets.filter((secret) => bytes.includes(secret)).length, file).toBe(0);
  }
}
