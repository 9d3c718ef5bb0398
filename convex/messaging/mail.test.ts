import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { internalMutation } from "../_generated/server";
import { createTestHost } from "../../host/testHost/createTestHost";
import { projectModules } from "../../host/testHost/projectModules";
import { systemWriter } from "../core/records/systemWriter";
import { sha256Hex } from "../core/wire/secrets";
import { defaultOrganizationSettings } from "../tenancy/tables";
import { startFakeResend } from "./fakeResend.testing";
import { queueEmail, sendingLeaseMs } from "./mail";
import type { FakeAnswer, FakeResend } from "./fakeResend.testing";
import type { StoredSecret } from "../core/wire/secrets";
import type { Id } from "../_generated/dataModel";

const work = { noun: "email", action: "email.queue", isAudited: false };
const invitation = { organizationName: "North Wind", roleName: "Member" };
const plaintext = /inv_[0-9A-Za-z]{43}/;
const to = "dana.okoye@example.com";
const dayMs = 86_400_000;

/** What the issuer was given, and what it answers or throws. */
const issued: { rowId: string; secret: StoredSecret }[] = [];
let answer: () => boolean = () => true;

const issueToken = internalMutation({
  args: { rowId: v.string(), secret: v.object({ hash: v.string(), prefix: v.string() }) },
  returns: v.boolean(),
  handler: async (_ctx, args) => {
    issued.push(args);
    return answer();
  },
});
const issuer = makeFunctionReference<"mutation", { rowId: string; secret: StoredSecret }, boolean>(
  "messaging/mail.test:issueToken",
);
const modules = { ...projectModules(), "./messaging/mail.test.ts": async () => ({ issueToken }) };

const log = vi.spyOn(console, "info").mockImplementation(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv("EMAIL_TOKEN_KEY", Buffer.alloc(32, 7).toString("base64"));
  vi.stubEnv("CONVEX_SITE_URL", "https://portico.example");
  vi.stubEnv("SITE_URL", "https://app.example.com");
  issued.length = 0;
  answer = () => true;
  log.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});
afterAll(() => log.mockRestore());

const newHost = () => createTestHost({ schema, modules });
type Host = ReturnType<typeof newHost>;

function queue(host: Host, carriesSecret: boolean): Promise<Id<"emails">> {
  return host.run((ctx) =>
    queueEmail(
      { unscoped: systemWriter(ctx, { ...work, now: Date.now() }), scheduler: ctx.scheduler, now: Date.now() },
      {
        template: "organizationInvite",
        to,
        data: invitation,
        ...(carriesSecret ? { secret: { prefix: "inv_", issuer, rowId: "row" } } : {}),
      },
    ),
  );
}

/** Queues what a member can turn off. */
async function queueNotice(host: Host): Promise<{ emailId: Id<"emails">; userId: Id<"users"> }> {
  const stamps = { createdAt: Date.now(), updatedAt: Date.now() };
  return host.run(async (ctx) => {
    const user = { emailVerified: true, name: "Dana", status: "active", isPlatformAdmin: false, ...stamps } as const;
    const userId = await ctx.db.insert("users", user);
    const organizationId = await ctx.db.insert("organizations", {
      name: "North Wind",
      slug: "north-wind",
      status: "active",
      ownerId: userId,
      settings: defaultOrganizationSettings,
      ...stamps,
    });
    const unscoped = systemWriter(ctx, { ...work, now: Date.now() });
    const organization = await unscoped.get("organizations", organizationId);
    if (!organization) throw new Error("It was just made.");
    const data = { organizationName: "North Wind", personName: "Sam", roleName: "Member" };
    const emailId = await queueEmail(
      { unscoped, scheduler: ctx.scheduler, now: Date.now() },
      { template: "invitationAccepted", to, userId, organization, data },
    );
    return { emailId, userId };
  });
}

const read = (host: Host, id: Id<"emails">) => host.run(({ db }) => db.get("emails", id));
const finish = (host: Host) => host.finishAllScheduledFunctions(() => vi.advanceTimersByTime(1));
const take = (host: Host, emailId: Id<"emails">) => host.action(internal.messaging.sending.take, { emailId });
const waiting = (host: Host) => host.query(internal.messaging.sending.waiting, {});
const send = (host: Host, emailId: Id<"emails">) => host.action(internal.messaging.sending.send, { emailId });
const written = (host: Host, emailId: Id<"emails">) =>
  host.mutation(internal.messaging.sending.end, { emailId, outcome: { kind: "sent", provider: "local" } });

describe("without a provider, an e-mail", () => {
  it("is queued with the change that it tells of, and waits for whoever writes it to a file", async () => {
    const host = newHost();
    const id = await queue(host, false);
    await finish(host);
    expect(await read(host, id)).toMatchObject({
      status: "queued",
      attempts: 0,
      subject: "You are invited to North Wind",
      text: expect.stringContaining("invites you to North Wind as Member."),
    });
    expect(JSON.stringify(log.mock.calls)).toContain(`E-mail ${id} waits for npm run mail`);
    expect(JSON.stringify(log.mock.calls)).not.toMatch(/dana|North Wind/);
    expect(await waiting(host)).toEqual([id]);
    expect(await take(host, id)).toMatchObject({
      emailId: id,
      to,
      subject: "You are invited to North Wind",
      headers: {},
    });
    expect(await waiting(host)).toEqual([]);
    await written(host, id);
    const sent = await read(host, id);
    expect(sent).toMatchObject({ status: "sent", attempts: 1, provider: "local", sentAt: expect.any(Number) });
    expect(sent?.nextRetryAt).toBeUndefined();
    expect(await take(host, id)).toBeNull();
    expect(await read(host, id)).toEqual(sent);
  });

  it("carries a secret that no row, no argument and no log ever holds", async () => {
    const host = newHost();
    const id = await queue(host, true);
    await finish(host);
    const message = await take(host, id);
    const [token = ""] = plaintext.exec(message?.text ?? "") ?? [];
    expect(message?.text).toContain(`https://app.example.com/invitations/accept#token=${token}`);
    expect(message?.html).toContain(token);
    expect(issued).toEqual([{ rowId: "row", secret: { hash: await sha256Hex(token), prefix: token.slice(0, 12) } }]);
    await written(host, id);
    const email = await read(host, id);
    expect(email).toMatchObject({ text: expect.stringContaining("[token]"), html: expect.stringContaining("[token]") });
    const scheduled = await host.run(({ db }) => db.system.query("_scheduled_functions").take(10));
    for (const seen of [email, scheduled, log.mock.calls]) expect(JSON.stringify(seen)).not.toMatch(plaintext);
  });

  it("is handed out again, the same, by one hand at a time, when what wrote it ended with its process", async () => {
    const host = newHost();
    const id = await queue(host, true);
    await finish(host);
    const first = await take(host, id);
    expect(await take(host, id)).toBeNull();
    vi.setSystemTime(Date.now() + sendingLeaseMs);
    expect(await waiting(host)).toEqual([id]);
    expect(await take(host, id)).toEqual(first);
    await written(host, id);
    expect(await read(host, id)).toMatchObject({ status: "sent", attempts: 2 });
  });

  it("waits on however often writing it has ended with its process", async () => {
    const host = newHost();
    const id = await queue(host, true);
    await finish(host);
    const first = await take(host, id);
    for (let failure = 0; failure < 5; failure++) {
      vi.setSystemTime(Date.now() + sendingLeaseMs);
      await host.mutation(internal.messaging.sending.retryDue, {});
      expect(await waiting(host)).toEqual([id]);
      expect(await take(host, id)).toEqual(first);
    }
    await written(host, id);
    expect(await read(host, id)).toMatchObject({ status: "sent" });
  });

  it("is not sent where nobody waits for it any more", async () => {
    const host = newHost();
    answer = () => false;
    const id = await queue(host, true);
    expect(await take(host, id)).toBeNull();
    const email = await read(host, id);
    expect(email).toMatchObject({ status: "failed", attempts: 1, error: "Nobody waits for it any more." });
    expect(email?.nextRetryAt).toBeUndefined();
  });

  it("is given up when nobody has written it for three days", async () => {
    const host = newHost();
    const id = await queue(host, false);
    await finish(host);
    const day = async (days: number) => {
      vi.setSystemTime(Date.now() + days * dayMs);
      await host.mutation(internal.messaging.sending.retryDue, {});
      return read(host, id);
    };
    expect(await day(2)).toMatchObject({ status: "queued", attempts: 0 });
    expect(await day(1)).toMatchObject({ status: "failed", error: "Nothing has carried it in three days." });
    expect(await take(host, id)).toBeNull();
  });
});

describe("by Resend, an e-mail", () => {
  let resend: FakeResend;
  beforeAll(async () => void (resend = await startFakeResend()));
  afterAll(() => resend.close());
  beforeEach(() => {
    vi.stubEnv("RESEND_API_KEY", resend.apiKey);
    vi.stubEnv("RESEND_API_URL", resend.url);
    vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", resend.url);
    vi.stubEnv("EMAIL_FROM", "North Wind <mail@example.com>");
    resend.accepted.clear();
    resend.answers.length = 0;
  });

  it("goes out once under its id, with what Resend tells of it later", async () => {
    const host = newHost();
    const id = await queue(host, true);
    await send(host, id);
    await send(host, id);
    expect([...resend.accepted.keys()]).toEqual([id]);
    const body = resend.accepted.get(id)?.body;
    expect(body).toMatchObject({
      from: "North Wind <mail@example.com>",
      to: [to],
      subject: "You are invited to North Wind",
      headers: {},
      tags: [{ name: "emailId", value: id }],
    });
    const [token = ""] = plaintext.exec(String(body?.["text"])) ?? [];
    expect(issued.at(-1)?.secret.hash).toBe(await sha256Hex(token));
    const email = await read(host, id);
    expect(email).toMatchObject({ status: "sent", provider: "resend", providerMessageId: "re-1", attempts: 1 });
    expect(JSON.stringify([email, log.mock.calls])).not.toMatch(plaintext);
    expect(await waiting(host)).toEqual([]);
    expect(await take(host, id)).toBeNull();
  });

  it("is one e-mail, whose secret works, also where its sender ended after Resend had it", async () => {
    const host = newHost();
    const id = await queue(host, true);
    resend.answers.push("accepts and breaks off");
    await send(host, id);
    const failed = await read(host, id);
    expect(failed).toMatchObject({
      status: "failed",
      attempts: 1,
      error: "Resend was not reached: The server could not be reached.",
    });
    vi.setSystemTime(failed?.nextRetryAt ?? 0);
    await send(host, id);
    expect(await read(host, id)).toMatchObject({ status: "sent", attempts: 2, providerMessageId: "re-1" });
    expect(resend.accepted.size).toBe(1);
    const [token = ""] = plaintext.exec(String(resend.accepted.get(id)?.body["text"])) ?? [];
    expect(issued.map(({ secret }) => secret.hash)).toEqual(Array(2).fill(await sha256Hex(token)));
  });

  it("is one e-mail where a setting has changed since Resend had it", async () => {
    const host = newHost();
    const id = await queue(host, false);
    resend.answers.push("accepts and breaks off");
    await send(host, id);
    vi.stubEnv("EMAIL_FROM", "other@example.com");
    vi.setSystemTime((await read(host, id))?.nextRetryAt ?? 0);
    await send(host, id);
    expect(await read(host, id)).toMatchObject({ status: "sent", provider: "resend" });
    expect(resend.accepted.size).toBe(1);
  });

  const problem = (name: string) => ({ statusCode: 0, name, message: `It is ${name}.` });
  it.each<[FakeAnswer, string]>([
    [{ status: 400, body: problem("invalid") }, "Resend answered 400: It is invalid."],
    [{ status: 422, body: problem("validation_error") }, "Resend answered 422: It is validation_error."],
    [{ status: 413, body: "<html>" }, "Resend answered 413"],
  ])("that it refuses is given up: %j", async (refusal, error) => {
    const host = newHost();
    const id = await queue(host, false);
    resend.answers.push(refusal);
    await send(host, id);
    const email = await read(host, id);
    expect(email).toMatchObject({ status: "failed", attempts: 1, error });
    expect(email?.nextRetryAt).toBeUndefined();
  });

  it.each<[FakeAnswer, string]>([
    [{ status: 500 }, "Resend answered 500"],
    [{ status: 503, body: "x".repeat(100_000) }, "Resend answered 503"],
    [{ status: 401, body: problem("restricted_api_key") }, "Resend answered 401: It is restricted_api_key."],
    [{ status: 409, body: problem("concurrent_idempotent_requests") }, "It is concurrent_idempotent_requests."],
    [
      { status: 302, headers: { location: "http://127.0.0.1:9/" } },
      "Resend was not reached: The server answered with a redirect",
    ],
    [{ status: 200, headers: { "content-length": "1000" }, body: "cut" }, "Resend was not reached"],
  ])("that it cannot take is tried three times: %j", async (failure, error) => {
    const host = newHost();
    const id = await queue(host, false);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      resend.answers.push(failure);
      await send(host, id);
      const email = await read(host, id);
      expect(email).toMatchObject({ status: "failed", attempts: attempt, error: expect.stringContaining(error) });
      if (email?.nextRetryAt === undefined) continue;
      waits.push(email.nextRetryAt - Date.now());
      await send(host, id);
      expect(await read(host, id)).toEqual(email);
      vi.setSystemTime(email.nextRetryAt);
    }
    const [first = 0, second = 0, ...more] = waits;
    expect(first).toBeGreaterThanOrEqual(5 * 60_000);
    expect(first).toBeLessThanOrEqual(10 * 60_000);
    expect(second).toBeGreaterThanOrEqual(60 * 60_000);
    expect(second).toBeLessThanOrEqual(120 * 60_000);
    expect(more).toEqual([]);
    expect(resend.accepted.size).toBe(0);
  });

  it("is not waited for longer than half a minute", async () => {
    const host = newHost();
    const id = await queue(host, false);
    resend.answers.push("hangs");
    const before = resend.requests();
    const sending = send(host, id);
    await vi.waitUntil(() => resend.requests() > before);
    await vi.advanceTimersByTimeAsync(30_000);
    await sending;
    expect(await read(host, id)).toMatchObject({
      status: "failed",
      error: "Resend was not reached: The server did not answer in time.",
    });
  });

  it.each([
    ["none", undefined, [150_000, 300_000]],
    ["seconds", "7200", [7_200_000, 7_200_000]],
    ["a date", "date", [3_599_000, 3_601_000]],
    ["nonsense", "soon", [150_000, 300_000]],
    ["a year", "31536000", [dayMs, dayMs]],
  ] as const)(
    "waits while Resend has no room, and loses no attempt by it: Retry-After %s",
    async (_kind, given, [from, until]) => {
      const host = newHost();
      const id = await queue(host, false);
      const header = given === "date" ? new Date(Date.now() + 3_600_000).toUTCString() : given;
      resend.answers.push({ status: 429, headers: header === undefined ? {} : { "retry-after": header } });
      await send(host, id);
      const email = await read(host, id);
      expect(email).toMatchObject({ status: "failed", attempts: 0, error: "Resend answered 429" });
      const waitMs = (email?.nextRetryAt ?? 0) - Date.now();
      expect(waitMs).toBeGreaterThanOrEqual(from);
      expect(waitMs).toBeLessThanOrEqual(until);
      vi.setSystemTime(email?.nextRetryAt ?? 0);
      await send(host, id);
      expect(await read(host, id)).toMatchObject({ status: "sent", attempts: 1 });
    },
  );

  it("is tried three times where its secret cannot be stored, each time with the same one", async () => {
    const host = newHost();
    answer = () => {
      throw new Error("The row is locked.");
    };
    const id = await queue(host, true);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await send(host, id);
      const email = await read(host, id);
      expect(email).toMatchObject({ status: "failed", attempts: attempt, error: expect.stringContaining("locked") });
      vi.setSystemTime(email?.nextRetryAt ?? Date.now());
    }
    expect(await read(host, id)).not.toHaveProperty("nextRetryAt");
    expect(new Set(issued.map(({ secret }) => secret.hash)).size).toBe(1);
    expect(resend.accepted.size).toBe(0);
  });

  it("is begun again by the cron when its sender ended with its process, at most three times", async () => {
    const host = newHost();
    const id = await queue(host, false);
    for (let attempt = 1; attempt <= 3; attempt++) {
      // As a sender does that ends before it has sent anything.
      expect(await host.mutation(internal.messaging.sending.begin, { emailId: id })).not.toBeNull();
      expect(await host.mutation(internal.messaging.sending.begin, { emailId: id })).toBeNull();
      vi.setSystemTime(Date.now() + sendingLeaseMs);
    }
    await host.mutation(internal.messaging.sending.retryDue, {});
    expect(await read(host, id)).toMatchObject({ status: "failed", error: "Its sender ended with its process." });
    const other = await queue(host, false);
    await host.mutation(internal.messaging.sending.begin, { emailId: other });
    vi.setSystemTime(Date.now() + sendingLeaseMs);
    await host.mutation(internal.messaging.sending.retryDue, {});
    const scheduled = await host.run(({ db }) => db.system.query("_scheduled_functions").take(10));
    expect(scheduled.filter(({ args: [first] }) => Object(first).emailId === other)).toHaveLength(2);
  });

  it.each([
    ["RESEND_API_KEY is set, and EMAIL_FROM is not.", { EMAIL_FROM: "" }],
    ["EMAIL_FROM must be an address", { EMAIL_FROM: "North Wind" }],
    ["EMAIL_FROM must be an address", { EMAIL_FROM: "A\r\nBcc: all@example.com <mail@example.com>" }],
    ["RESEND_API_KEY is no key.", { RESEND_API_KEY: "re_\n" }],
    ["RESEND_API_URL must be an https URL.", { RESEND_API_URL: "http://resend.example" }],
    ["EMAIL_TOKEN_KEY is not set.", { EMAIL_TOKEN_KEY: "" }],
    ["EMAIL_TOKEN_KEY must be base64", { EMAIL_TOKEN_KEY: "c2hvcnQ=" }],
  ])("waits for the operator, and says for what: %s", async (error, variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const host = newHost();
    const id = await queue(host, true);
    await send(host, id);
    const email = await read(host, id);
    expect(email).toMatchObject({
      status: "failed",
      error: expect.stringContaining(error),
      nextRetryAt: expect.any(Number),
    });
    expect(resend.accepted.size).toBe(0);
  });

  it("can be turned off by its headers and by its text where it follows from no account", async () => {
    const host = newHost();
    const { emailId, userId } = await queueNotice(host);
    await send(host, emailId);
    const body = resend.accepted.get(emailId)?.body;
    const headers = Object(body?.["headers"]);
    const [, url = ""] =
      /^<(https:\/\/portico\.example\/v1\/email\/unsubscribe\?token=[\w.-]+)>$/.exec(headers["List-Unsubscribe"]) ?? [];
    expect(headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
    expect(body?.["text"]).toContain(`Turn such e-mails off: ${url}\n`);
    expect(body?.["html"]).toContain(`href="${url}"`);
    expect(JSON.stringify([await read(host, emailId), log.mock.calls])).not.toContain(url);
    expect(url).toContain(userId);
  });

  it.each([
    { emailActivity: false, notificationsEnabled: true },
    { emailActivity: true, notificationsEnabled: false },
  ])("is not sent to whom has turned such e-mails off: %j", async (settings) => {
    const host = newHost();
    const { emailId, userId } = await queueNotice(host);
    await host.run(({ db }) =>
      db.insert("userSettings", { userId, theme: "dark", ...settings, createdAt: 1, updatedAt: 1 }),
    );
    await send(host, emailId);
    expect(await read(host, emailId)).toMatchObject({
      status: "suppressed",
      attempts: 0,
      error: "The recipient has turned such e-mails off.",
    });
    expect(resend.accepted.size).toBe(0);
  });
});
