import type { NotificationType } from "./tables";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";

/** Something to tell a member of. */
export interface NewNotification {
  readonly userId: Id<"users">;
  readonly type: NotificationType;
  readonly actorId?: Id<"users"> | undefined;
  /** Ids and keys of what it tells of. No texts of rows: who loses access to a row would keep them. */
  readonly data: Readonly<Record<string, string | number | boolean>>;
  /** Unread notifications of one key become one that counts them. */
  readonly groupKey?: string | undefined;
}

/** Tells a member of the organization something, with the change that it tells of; nothing where the person wants no notifications. */
export async function notify(
  {
    db,
    unscoped,
    now,
  }: { readonly db: TenantWriter; readonly unscoped: Pick<UnscopedWriter, "query">; readonly now: number },
  { userId, type, actorId, data, groupKey }: NewNotification,
): Promise<void> {
  const settings = await unscoped
    .query("userSettings")
    .withIndex("by_userId", (q) => q.eq("userId", userId))
    .unique();
  if (settings?.notificationsEnabled === false) return;
  const actor = actorId === undefined ? {} : { actorId };
  const unread = groupKey === undefined ? null : await unreadOf(db, userId, groupKey);
  if (unread) {
    const count = (typeof unread.data["count"] === "number" ? unread.data["count"] : 1) + 1;
    await db.patch("notifications", unread, { ...actor, data: { ...data, count }, createdAt: now });
    return;
  }
  await db.insert("notifications", {
    userId,
    type,
    ...actor,
    data,
    ...(groupKey === undefined ? {} : { groupKey }),
    read: false,
    createdAt: now,
  });
}

function unreadOf(db: TenantWriter, userId: Id<"users">, groupKey: string): Promise<Doc<"notifications"> | null> {
  return db
    .index("notifications", "by_organizationId_and_userId_and_groupKey_and_read", (q) =>
      q.eq("userId", userId).eq("groupKey", groupKey).eq("read", false),
    )
    .first();
}
