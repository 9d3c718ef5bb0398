import { describe, expect, it, test } from "vitest";
import { builtInRoles } from "../../core/access/roles";
import { builtInRights } from "../../core/access/rights";
import { assertTransition } from "../../core/resources/states";
import { invitationFields, maximumSends } from "../tables";
import { invitations } from "./resource";
import {
  asOf,
  assertAddressee,
  assertSendsLeft,
  invitationExpiry,
  sendingName,
  sendingOf,
  verifiedAddress,
  voidReason,
} from "./rules";
import type { BuiltInRole } from "../../core/access/roles";

const now = 1_800_000_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const statuses = invitationFields.status.options;

function refusalOf(rule: () => void): unknown {
  try {
    rule();
    return undefined;
  } catch (error) {
    return error;
  }
}

test("an invitation lasts from an hour to 30 days, and 7 days unless somebody says otherwise", () => {
  expect(invitationExpiry(undefined, now)).toBe(now + 7 * dayMs);
  for (const ahead of [hourMs, 7 * dayMs, 30 * dayMs]) expect(invitationExpiry(now + ahead, now)).toBe(now + ahead);
  for (const ahead of [-1, 0, hourMs - 1, 30 * dayMs + 1])
    expect(() => invitationExpiry(now + ahead, now)).toThrow(expect.objectContaining({ code: "validation_failed" }));
});

test("only what is pending runs out, and from the moment on that it says", () => {
  for (const status of statuses) {
    expect(asOf({ status, expiresAt: now + 1 }, now).status).toBe(status);
    expect(asOf({ status, expiresAt: now }, now).status).toBe(status === "pending" ? "expired" : status);
  }
});

test("a pending invitation ends in one of four ways, and what has ended stays so", () => {
  const ends = ["accepted", "declined", "revoked", "expired"];
  const { states } = invitations;
  if (!states) throw new Error("Invitations have states.");
  for (const from of statuses) {
    for (const to of statuses) {
      const isAllowed = from === to || (from === "pending" && ends.includes(to));
      const { code }: { code?: string } = Object(refusalOf(() => assertTransition(states, from, to)));
      expect([from, to, code]).toEqual([from, to, isAllowed ? undefined : "invalid_state_transition"]);
    }
  }
});

describe("who may decide about an invitation", () => {
  const refusal = (invitation: Parameters<typeof assertAddressee>[0], address: string | undefined) =>
    refusalOf(() => assertAddressee(invitation, address));
  const of = (status: (typeof statuses)[number]) => ({ email: "sam@example.com", status });

  test("whoever has the address, verified, while it is pending", () => {
    expect(refusal(of("pending"), "sam@example.com")).toBeUndefined();
    for (const address of ["eve@example.com", undefined])
      expect(refusal(of("pending"), address)).toMatchObject({ code: "email_mismatch" });
  });

  test("unknown, revoked and declined ones answer alike, whoever asks", () => {
    const answers = [null, of("revoked"), of("declined")].flatMap((invitation) =>
      ["sam@example.com", "eve@example.com", undefined].map((address) => refusal(invitation, address)),
    );
    for (const answer of answers) expect(answer).toMatchObject({ code: "not_found", data: Object(answers[0]).data });
  });

  test("nobody else learns that the time is over", () => {
    expect(refusal(of("expired"), "sam@example.com")).toMatchObject({ code: "invitation_expired" });
    expect(refusal(of("expired"), "eve@example.com")).toMatchObject({ code: "email_mismatch" });
  });

  it("is nobody by an address that is not verified", () => {
    expect(verifiedAddress({ email: "sam@example.com", emailVerified: true })).toBe("sam@example.com");
    expect(verifiedAddress({ email: "sam@example.com", emailVerified: false })).toBeUndefined();
  });
});

describe("an invitation is void", () => {
  const person = (key: BuiltInRole) => ({ rights: builtInRights(key), rank: builtInRoles[key].rank });
  const role = (key: BuiltInRole) => ({ key, rights: [], ...builtInRoles[key] });
  const custom = (rights: string[], rank: number) => ({ key: "custom", rights, rank, scope: "organization" }) as const;

  it.each([
    ["without its role", person("admin"), undefined, "Its role was deleted."],
    ["without who sent it", undefined, role("member"), "Whoever sent it may not invite any more."],
    ["of a member who invites no more", person("member"), role("viewer"), "Whoever sent it may not invite any more."],
    [
      "of a key that invites and holds nothing of the role",
      { rank: 100, rights: new Set(["member:invite"]) },
      role("viewer"),
      "Whoever sent it may not give its role any more.",
    ],
    [
      "to a role that has risen above who sent it",
      person("admin"),
      custom([], 81),
      "Whoever sent it may not give its role any more.",
    ],
    [
      "to a role that has got a right which who sent it lacks",
      person("admin"),
      custom(["organization:purge"], 10),
      "Whoever sent it may not give its role any more.",
    ],
  ] as const)("%s", (_name, inviter, given, reason) => {
    expect(voidReason(inviter, given && { ...given, rights: [...given.rights] })).toBe(reason);
  });

  test("and holds otherwise, also where the role has changed within the inviter's own", () => {
    for (const key of ["admin", "moderator", "member", "viewer", "developer", "support", "client"] as const)
      expect(voidReason(person("admin"), role(key)), key).toBeUndefined();
    expect(voidReason(person("admin"), custom(["member:invite"], 80))).toBeUndefined();
  });
});

test("an invitation is sent five times", () => {
  for (let sendCount = 1; sendCount < maximumSends; sendCount += 1)
    expect(() => assertSendsLeft({ sendCount })).not.toThrow();
  expect(() => assertSendsLeft({ sendCount: maximumSends })).toThrow(expect.objectContaining({ code: "resend_limit" }));
});

test("a sending is found by its name", () => {
  expect(sendingOf(sendingName({ _id: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r", sendCount: 3 }))).toEqual({
    id: "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
    sendCount: 3,
  });
  expect(sendingOf("jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r").sendCount).toBeNaN();
});
