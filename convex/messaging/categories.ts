import type { EmailCategory } from "./tables";
import type { UnscopedReader } from "../core/records/reader";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";

/** The setting that turns e-mails of a category off, and what people call them. */
export const categories = {
  activity: { setting: "emailActivity", title: "what others do that concerns you" },
} as const satisfies Readonly<
  Record<EmailCategory, { readonly setting: keyof Doc<"userSettings">; readonly title: string }>
>;

/** Whether a text names a category. */
export function isCategory(text: string | undefined): text is EmailCategory {
  return text !== undefined && Object.hasOwn(categories, text);
}

interface Wanted {
  readonly userId: Id<"users">;
  readonly category: EmailCategory;
  readonly organizationId: Id<"organizations"> | undefined;
}

/** Whether a person wants an organization's e-mails of a category: yes, until they have turned them off, here or everywhere, or all notifications. */
export async function wants(reader: Pick<UnscopedReader, "query">, wanted: Wanted): Promise<boolean> {
  const settings = await reader
    .query("userSettings")
    .withIndex("by_userId", (q) => q.eq("userId", wanted.userId))
    .unique();
  if (settings?.notificationsEnabled === false || settings?.[categories[wanted.category].setting] === false)
    return false;
  return (await optOutOf(reader, wanted)) === null;
}

/** Turns an organization's e-mails of a category off, for a person who is none of the callers; nothing is written where they are off. */
export async function turnOff(
  writer: UnscopedWriter,
  organization: Doc<"organizations">,
  { userId, category }: Pick<Wanted, "userId" | "category">,
  now: number,
): Promise<void> {
  if (await optOutOf(writer, { userId, category, organizationId: organization._id })) return;
  await writer.within(organization).insert("emailOptOuts", { userId, category, createdAt: now });
}

async function optOutOf(
  reader: Pick<UnscopedReader, "query">,
  { userId, category, organizationId }: Wanted,
): Promise<Doc<"emailOptOuts"> | null> {
  if (organizationId === undefined) return null;
  return reader
    .query("emailOptOuts")
    .withIndex("by_organizationId_and_userId_and_category", (q) =>
      q.eq("organizationId", organizationId).eq("userId", userId).eq("category", category),
    )
    .unique();
}
