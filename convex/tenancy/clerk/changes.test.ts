import { describe, expect, it } from "vitest";
import { slug } from "../../core/schema/fields";
import { clerkChange, isLater, roleKeyOf, slugOfId, subjectOf } from "./changes";

/** As Clerk's documentation shows a user. */
const user = {
  id: "user_29w83s",
  object: "user",
  first_name: "Example",
  last_name: "Example",
  username: null,
  banned: false,
  image_url: "https://img.clerk.com/xxxxxx",
  primary_email_address_id: "idn_1",
  email_addresses: [
    { id: "idn_0", email_address: "old@example.org", verification: { status: "verified", strategy: "ticket" } },
    { id: "idn_1", email_address: "Example@Example.org", verification: { status: "verified", strategy: "ticket" } },
  ],
};
const userOf = (changes: object) => clerkChange("user.updated", { ...user, ...changes });

describe("a message of Clerk's", () => {
  it("says who a person is", () => {
    expect(clerkChange("user.created", user)).toEqual({
      kind: "user",
      id: "user_29w83s",
      name: "Example Example",
      email: "example@example.org",
      imageUrl: "https://img.clerk.com/xxxxxx",
      isBanned: false,
    });
    expect(userOf({ first_name: null, last_name: null, username: "ex" })).toMatchObject({ name: "ex" });
    expect(userOf({ first_name: 5, last_name: "" })).toMatchObject({ name: "example" });
    expect(userOf({ image_url: "javascript:alert(1)" })).toMatchObject({ imageUrl: undefined });
  });

  it("verifies the primary address alone, and only if Clerk has", () => {
    for (const changes of [
      { primary_email_address_id: null },
      { primary_email_address_id: "idn_9" },
      { email_addresses: [{ ...user.email_addresses[1], verification: { status: "unverified" } }] },
      { email_addresses: [{ ...user.email_addresses[1], verification: null }] },
      { email_addresses: "example@example.org" },
      { email_addresses: [null, 5] },
    ])
      expect(userOf(changes)).toMatchObject({ email: undefined });
  });

  it("says of organizations and memberships what is needed here", () => {
    const organization = { id: "org_29w9", name: "Acme Inc", slug: "acme-inc", created_by: "user_1" };
    expect(clerkChange("organization.created", organization)).toEqual({
      kind: "organization",
      id: "org_29w9",
      name: "Acme Inc",
      slug: "acme-inc",
      creatorId: "user_1",
    });
    for (const other of [null, undefined, "api", "A B", "x"])
      expect(clerkChange("organization.updated", { ...organization, slug: other })).toMatchObject({ slug: "org-29w9" });
    const membership = { role: "org:admin", created_at: 5, organization, public_user_data: { user_id: "user_1" } };
    const change = clerkChange("organizationMembership.updated", membership);
    expect(change).toMatchObject({ kind: "membership", organizationId: "org_29w9", userId: "user_1", joinedAt: 5 });
    expect(change && subjectOf(change)).toBe("membership:org_29w9:user_1");
  });

  it("of another type says nothing, and without its ids is refused", () => {
    expect(clerkChange("session.created", { id: "sess_1" })).toBeUndefined();
    for (const data of [null, [], {}, { id: 1 }, { id: "" }, { id: "x".repeat(300) }])
      expect(() => clerkChange("user.deleted", data)).toThrow(/is no (text|object)/);
    expect(() => clerkChange("organizationMembership.deleted", { organization: { id: "o" } })).toThrow("no object");
  });
});

it("gives no ownership, and what is no role here is a member", () => {
  expect(["org:admin", "admin", "org:member", "basic_member", "org:owner", "org:agent"].map(roleKeyOf)).toEqual([
    "admin",
    "admin",
    "member",
    "member",
    "member",
    "member",
  ]);
});

it("orders messages totally", () => {
  const at = (occurredAt: number, type: string, eventId: string) => ({ occurredAt, type, eventId });
  const ordered = [
    at(1, "user.deleted", "z"),
    at(2, "user.created", "b"),
    at(2, "user.updated", "a"),
    at(2, "user.updated", "b"),
    at(2, "user.deleted", "a"),
  ];
  ordered.forEach((one, index) =>
    ordered.forEach((other, otherIndex) => expect(isLater(one, other)).toBe(index > otherIndex)),
  );
});

it("makes a slug of every id", () => {
  for (const id of ["org_2aBcD", "org_", "x", "org_".padEnd(255, "A")])
    expect(slug().safeParse(slugOfId(id).padEnd(5, "0")).success).toBe(true);
});
