import { emailAddress, httpsUrl, slug, text } from "../../core/schema/fields";
import { nameFromEmail } from "../identityRules";

/** What a message of Clerk's says of a person, an organization or a membership, by their ids there. */
export type ClerkChange =
  | {
      readonly kind: "user";
      readonly id: string;
      readonly name: string;
      readonly email: string | undefined;
      readonly imageUrl: string | undefined;
      readonly isBanned: boolean;
    }
  | { readonly kind: "userGone"; readonly id: string }
  | {
      readonly kind: "organization";
      readonly id: string;
      readonly name: string;
      readonly slug: string;
      readonly creatorId: string | undefined;
    }
  | { readonly kind: "organizationGone"; readonly id: string }
  | {
      readonly kind: "membership";
      readonly organizationId: string;
      readonly userId: string;
      readonly role: string;
      readonly joinedAt: number | undefined;
    }
  | { readonly kind: "membershipGone"; readonly organizationId: string; readonly userId: string };

type Data = Readonly<Record<string, unknown>>;

/** What a message says; undefined for types that mean nothing here. Throws for data that is not as Clerk documents it. */
export function clerkChange(type: string, data: unknown): ClerkChange | undefined {
  const fields = recordOf(data);
  switch (type) {
    case "user.created":
    case "user.updated":
      return userChange(fields);
    case "user.deleted":
      return { kind: "userGone", id: textOf(fields, "id") };
    case "organization.created":
    case "organization.updated":
      return organizationChange(fields);
    case "organization.deleted":
      return { kind: "organizationGone", id: textOf(fields, "id") };
    case "organizationMembership.created":
    case "organizationMembership.updated":
      return {
        kind: "membership",
        ...membershipOf(fields),
        role: textOf(fields, "role"),
        joinedAt: Number.isSafeInteger(fields["created_at"]) ? Number(fields["created_at"]) : undefined,
      };
    case "organizationMembership.deleted":
      return { kind: "membershipGone", ...membershipOf(fields) };
    default:
      return undefined;
  }
}

/** Clerk's id of the organization that a change is about. */
export function organizationIn(change: ClerkChange): string | undefined {
  switch (change.kind) {
    case "user":
    case "userGone":
      return undefined;
    case "organization":
    case "organizationGone":
      return change.id;
    case "membership":
    case "membershipGone":
      return change.organizationId;
  }
}

/** What of Clerk's a change is about: the latest message of each says how that is. */
export function subjectOf(change: ClerkChange): string {
  switch (change.kind) {
    case "user":
    case "userGone":
      return `user:${change.id}`;
    case "organization":
    case "organizationGone":
      return `organization:${change.id}`;
    case "membership":
    case "membershipGone":
      return `membership:${change.organizationId}:${change.userId}`;
  }
}

/** Which of two messages of one subject is the later: by time, then a deletion, then a change, then by id. */
export function isLater(
  one: { readonly occurredAt: number; readonly type: string; readonly eventId: string },
  other: typeof one,
): boolean {
  const keyOf = ({ occurredAt, type, eventId }: typeof one) =>
    [occurredAt, ["created", "updated", "deleted"].indexOf(type.split(".")[1] ?? ""), eventId] as const;
  const [a, b] = [keyOf(one), keyOf(other)];
  for (const index of [0, 1, 2] as const) if (a[index] !== b[index]) return a[index] > b[index];
  return false;
}

/**
 * The key of the role here that a role of Clerk's stands for: the one of the same name, without Clerk's `org:`. Ownership is
 * not assigned, and what is not a role here is a plain member.
 */
export function roleKeyOf(role: string): string {
  const key = role === "basic_member" ? "member" : role.replace(/^org:/, "");
  return key === "owner" || key === "agent" ? "member" : key;
}

/** A slug of an organization whose own is none here: its id, which nobody else has. */
export function slugOfId(id: string): string {
  return `org-${id
    .replace(/^org_/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .slice(-40)}`;
}

function userChange(fields: Data): ClerkChange {
  const email = verifiedEmail(fields);
  const full = ["first_name", "last_name"].map((name) => fields[name]).filter((part) => typeof part === "string");
  const names = [full.join(" ").trim(), fields["username"]];
  const name = names.map((each) => text(1, 120).safeParse(each).data).find((each) => each !== undefined);
  return {
    kind: "user",
    id: textOf(fields, "id"),
    name: name ?? nameFromEmail(email),
    email,
    imageUrl: httpsUrl().safeParse(fields["image_url"]).data,
    isBanned: fields["banned"] === true,
  };
}

/** The primary address, if Clerk has verified it. */
function verifiedEmail(fields: Data): string | undefined {
  const addresses: readonly unknown[] = Array.isArray(fields["email_addresses"]) ? fields["email_addresses"] : [];
  const primary = addresses
    .filter((address) => isRecord(address))
    .find(({ id }) => id !== undefined && id === fields["primary_email_address_id"]);
  const verification = primary?.["verification"];
  if (!isRecord(verification) || verification["status"] !== "verified") return undefined;
  return emailAddress().safeParse(primary?.["email_address"]).data;
}

function organizationChange(fields: Data): ClerkChange {
  const id = textOf(fields, "id");
  return {
    kind: "organization",
    id,
    name: text(1, 120).safeParse(fields["name"]).data ?? id,
    slug: slug().safeParse(fields["slug"]).data ?? slugOfId(id),
    creatorId: typeof fields["created_by"] === "string" ? fields["created_by"] : undefined,
  };
}

function membershipOf(fields: Data): { readonly organizationId: string; readonly userId: string } {
  return {
    organizationId: textOf(recordOf(fields["organization"]), "id"),
    userId: textOf(recordOf(fields["public_user_data"]), "user_id"),
  };
}

function textOf(fields: Data, field: string): string {
  const value = fields[field];
  if (typeof value === "string" && value !== "" && value.length <= 255) return value;
  throw new TypeError(`${field} is no text.`);
}

function recordOf(value: unknown): Data {
  if (isRecord(value)) return value;
  throw new TypeError("The data is no object.");
}

function isRecord(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
