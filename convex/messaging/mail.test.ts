import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { internalMutation } from "../_generated/server";
import { createTestHost } from "../../host/testHost/createTestHost";
import { projectModules } from "../../host/testHost/projectModules";
import { systemWriter } from "../core/records/systemWriter";
import { queueEmail, sendingLeaseMs } from "./mail";
import type { StoredSecret } from "../core/wire/secrets";
import type { Doc, Id } from "../_generated/dataModel";

const work = { noun: "email", action: "email.queue", isAudited: false };
const invitation = { organizationName: "North Wind", roleName: "Member" };
const plaintext = /inv_[0-9A-Za-z]{43}/;

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
  issued.length = 0;
  answer = () => true;
  log.mockClear();
});
afterEach(() => void vi.useRealTimers());

const newHost = () => createTestHost({ schema, modules });
type Host = ReturnType<typeof newHost>;

function queue(host: Host, carriesSecret: boolean): Promise<Id<"emails">> {
  return host.run((ctx) =>
    queueEmail(
      { unscoped: systemWriter(ctx, { ...work, now: Date.now() }), scheduler: ctx.scheduler, now: Date.now() },
      {
        template: "organizationInvite",
        to: "dana.okoye@example.com",
        data: invitation,
        ...(carriesSecret ? { secret: { prefix: "inv_", issuer, rowId: "row" } } : {}),
      },
    ),
  );
}

const read = (host: Host, id: Id<"emails">) => host.run(({ db }) => db.get("emails", id));
const finish = (host: Host) => host.finishAllScheduledFunctions(() => vi.advanceTimersByTime(1));

it("is queued with the change that it tells of, and sent afterwards", async () => {
  const host = newHost();
  const id = await queue(host, false);
  expect(await read(host, id)).toMatchObject({
    status: "queued",
    attempts: 0,
    subject: "You are invited to North Wind",
    text: expect.stringContaining("invites you to North Wind as Member."),
  });
  await finish(host);
  const sent = await read(host, id);
  expect(sent).toMatchObject({ status: "sent", attempts: 1, provider: "local", sentAt: expect.any(Number) });
  expect(sent?.nextRetryAt).toBeUndefined();
  const again = { emailId: id };
  await host.action(internal.messaging.sending.send, again);
  expect(await read(host, id)).toEqual(sent);
});

it("carries a secret that no row, no argument and no log ever holds", async () => {
  const host = newHost();
  const id = await queue(host, true);
  await finish(host);
  expect(issued).toEqual([
    {
      rowId: "row",
      secret: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), prefix: expect.stringMatching(/^inv_.{8}$/) },
    },
  ]);
  const email = await read(host, id);
  expect(email).toMatchObject({
    status: "sent",
    text: expect.stringContaining("[token]"),
    html: expect.stringContaining("[token]"),
  });
  const scheduled = await host.run(({ db }) => db.system.query("_scheduled_functions").take(10));
  expect(scheduled).toHaveLength(1);
  expect(log).toHaveBeenCalledTimes(1);
  for (const seen of [email, scheduled, log.mock.calls]) expect(JSON.stringify(seen)).not.toMatch(plaintext);
  expect(JSON.stringify(log.mock.calls)).not.toMatch(/dana|North Wind/);
});

it("is not sent where nobody waits for it any more", async () => {
  const host = newHost();
  answer = () => false;
  const id = await queue(host, true);
  await finish(host);
  const email = await read(host, id);
  expect(email).toMatchObject({ status: "failed", attempts: 1, error: "Nobody waits for it any more." });
  expect(email?.nextRetryAt).toBeUndefined();
});

it("is tried three times, each time with another secret, and given up then", async () => {
  const host = newHost();
  answer = () => {
    throw new Error("The row is locked.");
  };
  const id = await queue(host, true);
  await finish(host);
  const seen: Doc<"emails">["attempts"][] = [];
  for (let email = await read(host, id); email?.nextRetryAt !== undefined; email = await read(host, id)) {
    expect(email).toMatchObject({ status: "failed", error: expect.stringContaining("The row is locked.") });
    seen.push(email.attempts);
    await host.mutation(internal.messaging.sending.retryDue, {});
    await finish(host);
    expect(await read(host, id)).toEqual(email);
    vi.setSystemTime(email.nextRetryAt);
    await host.mutation(internal.messaging.sending.retryDue, {});
    await finish(host);
  }
  expect(seen).toEqual([1, 2]);
  expect(await read(host, id)).toMatchObject({ status: "failed", attempts: 3 });
  expect(new Set(issued.map(({ secret }) => secret.hash)).size).toBe(3);
});

it("is sent again when its sender ended with its process, and by one sender at a time", async () => {
  const host = newHost();
  const id = await queue(host, false);
  // As a sender does that ends before it has sent anything.
  await host.mutation(internal.messaging.sending.begin, { emailId: id });
  expect(await host.mutation(internal.messaging.sending.begin, { emailId: id })).toBeNull();
  await finish(host);
  expect(await read(host, id)).toMatchObject({ status: "queued", attempts: 1 });
  vi.setSystemTime(Date.now() + sendingLeaseMs);
  await host.mutation(internal.messaging.sending.retryDue, {});
  await finish(host);
  expect(await read(host, id)).toMatchObject({ status: "sent", attempts: 2 });
});
