import { expect, it } from "vitest";
import schema from "../schema";
import { createTestHost } from "../../host/testHost/createTestHost";
import { systemWriter } from "../core/records/systemWriter";
import { defaultOrganizationSettings } from "../tenancy/tables";
import { notify } from "./notify";
import { notificationFields, notificationTypes } from "./tables";
import type { NewNotification } from "./notify";

async function hostWithMember(notificationsEnabled?: boolean) {
  const host = createTestHost(schema);
  const { userId, organizationId } = await host.run(async ({ db }) => {
    const stamps = { createdAt: 1, updatedAt: 1 };
    const user = { emailVerified: false, name: "Ann", status: "active", isPlatformAdmin: false, ...stamps } as const;
    const ownerId = await db.insert("users", user);
    const settings = defaultOrganizationSettings;
    const organization = { name: "Acme", slug: "acme", status: "active", ownerId, settings, ...stamps } as const;
    if (notificationsEnabled !== undefined)
      await db.insert("userSettings", { userId: ownerId, theme: "system", notificationsEnabled, ...stamps });
    return { userId: ownerId, organizationId: await db.insert("organizations", organization) };
  });
  const tell = (notification: Omit<NewNotification, "userId">, now = 5) =>
    host.run(async (ctx) => {
      const unscoped = systemWriter(ctx, { noun: "notification", action: "test", isAudited: false, now });
      const organization = await unscoped.get("organizations", organizationId);
      if (!organization) throw new Error("It was just made.");
      await notify({ db: unscoped.within(organization), unscoped, now }, { userId, ...notification });
    });
  const rows = () => host.run(({ db }) => db.query("notifications").take(10));
  return { tell, rows, userId, organizationId };
}

it("tells a member something", async () => {
  const { tell, rows, userId, organizationId } = await hostWithMember();
  await tell({ type: "role_changed", actorId: userId, data: { roleKey: "admin" } });
  expect(await rows()).toMatchObject([
    {
      organizationId,
      userId,
      type: "role_changed",
      actorId: userId,
      data: { roleKey: "admin" },
      read: false,
      createdAt: 5,
    },
  ]);
});

it("makes one of what is unread and of one key, and counts", async () => {
  const { tell, rows, userId } = await hostWithMember(true);
  const groupKey = "like:post:1";
  for (const now of [5, 6, 7]) await tell({ type: "like", groupKey, data: { postId: "1" } }, now);
  await tell({ type: "like", groupKey: "like:post:2", actorId: userId, data: { postId: "2" } });
  expect(await rows()).toMatchObject([
    { groupKey, data: { postId: "1", count: 3 }, createdAt: 7 },
    { groupKey: "like:post:2", data: { postId: "2" } },
  ]);
});

it("tells nothing to who wants no notifications", async () => {
  const { tell, rows } = await hostWithMember(false);
  await tell({ type: "role_changed", data: {} });
  expect(await rows()).toEqual([]);
});

it("knows its types, and those that integrators make up", () => {
  for (const type of [...notificationTypes, "custom.order_shipped"])
    expect(notificationFields.type.safeParse(type).success, type).toBe(true);
  for (const type of ["custom.", "custom.Ä", "unknown", "role_changed\n", ""])
    expect(notificationFields.type.safeParse(type).success, type).toBe(false);
});
