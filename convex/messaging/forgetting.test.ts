import { afterEach, beforeEach, expect, it, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs } from "../core/wire/durations";
import { forgetEmails } from "./forgetting";
import type { Doc } from "../_generated/dataModel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const work = { noun: "email", action: "email.queue", isAudited: false };
const address = "dana.okoye@example.com";
const allRows = 2000;
const newHost = () => createTestHost(schema);
type Host = ReturnType<typeof newHost>;

const newUser = (host: Host, subject: string) =>
  host.run(({ db }) =>
    db.insert("users", {
      tokenIdentifier: subject,
      emailVerified: true,
      name: "Dana",
      status: "active",
      isPlatformAdmin: false,
      createdAt: 1,
      updatedAt: 1,
    }),
  );

const queue = (host: Host, values: Partial<Doc<"emails">>, count = 1) =>
  host.run(async (ctx) => {
    const writer = systemWriter(ctx, { ...work, now: Date.now() });
    for (let at = 0; at < count; at++)
      await writer.insert("emails", {
        to: address,
        templateType: "welcome",
        subject: "Hello Dana",
        html: "<p>Dana</p>",
        text: "Dana",
        status: "sent",
        attempts: 1,
        error: `${address} is full`,
        ...values,
      });
  });

const emailsOf = (host: Host) => host.run(({ db }) => db.query("emails").take(allRows));

it("leaves of somebody's e-mails neither address nor words, however many there are, and sends none of them", async () => {
  const host = newHost();
  const [userId, other] = [await newUser(host, "dana"), await newUser(host, "sam")];
  await queue(host, { userId, to: "former@example.com" }, 230);
  // Invitations know no person.
  await queue(host, {}, 230);
  await queue(host, { userId, status: "queued", attempts: 0, nextRetryAt: 5 });
  await queue(host, { userId: other, to: "sam@example.com" });
  await host.run((ctx) =>
    forgetEmails(
      { unscoped: systemWriter(ctx, { ...work, now: Date.now() }), scheduler: ctx.scheduler },
      { userId, address },
    ),
  );
  await host.finishAllScheduledFunctions(vi.runAllTimers);
  const emails = await emailsOf(host);
  expect(emails).toHaveLength(462);
  const kept = emails.filter(({ to }) => to === "sam@example.com");
  expect(kept).toMatchObject([{ userId: other, text: "Dana" }]);
  const rest = emails.filter(({ to }) => to !== "sam@example.com");
  expect(JSON.stringify(rest)).not.toMatch(/dana|example\.com/i);
  expect(rest.every(({ userId: of, nextRetryAt }) => of === undefined && nextRetryAt === undefined)).toBe(true);
  expect(rest.filter(({ status }) => status === "failed")).toHaveLength(1);
});

it("deletes e-mails when their time is over, and gives those without one a time", async () => {
  const host = newHost();
  const now = Date.now();
  await queue(host, { expiresAt: now + dayMs }, 450);
  await queue(host, { expiresAt: now + 3 * dayMs });
  await queue(host, {}, 450);
  const run = async () => {
    await host.mutation(internal.messaging.forgetting.deleteExpired, {});
    await host.finishAllScheduledFunctions(vi.runAllTimers);
    return (await emailsOf(host)).length;
  };
  expect(await run()).toBe(901);
  expect((await emailsOf(host)).filter(({ expiresAt }) => expiresAt === undefined)).toEqual([]);
  vi.setSystemTime(now + 2 * dayMs);
  expect(await run()).toBe(451);
  vi.setSystemTime(now + 366 * dayMs);
  expect(await run()).toBe(0);
});
