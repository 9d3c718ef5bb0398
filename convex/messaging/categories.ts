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

/** Whether a person wants e-mails of a category: yes, until they have turned them off, or all notifications. */
export async function wants(
  reader: Pick<UnscopedReader, "query">,
  userId: Id<"users">,
  category: EmailCategory,
): Promise<boolean> {
  const settings = await settingsOf(reader, userId);
  return settings?.notificationsEnabled !== false && settings?.[categories[category].setting] !== false;
}

/** Turns e-mails of a category off, for a person who is none of the callers; nothing is written where they are off. */
export async function turnOff(writer: UnscopedWriter, userId: Id<"users">, category: EmailCategory): Promise<void> {
  const settings =
    (await settingsOf(writer, userId)) ??
    (await writer.insert("userSettings", { userId, theme: "system", notificationsEnabled: true }));
  await writer.patch("userSettings", settings, { [categories[category].setting]: false });
}

function settingsOf(reader: Pick<UnscopedReader, "query">, userId: Id<"users">) {
  return reader
    .query("userSettings")
    .withIndex("by_userId", (q) => q.eq("userId", userId))
    .unique();
}
