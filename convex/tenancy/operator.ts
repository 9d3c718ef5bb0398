import { v } from "convex/values";
import * as z from "zod";
import { internal } from "../_generated/api";
import { internalAction, internalMutation, internalQuery } from "../_generated/server";
import { grantableScopes } from "../core/access/rights";
import { lazily } from "../core/operations/once";
import { UnscopedReader } from "../core/records/reader";
import { systemWriter } from "../core/records/systemWriter";
import { emailAddress } from "../core/schema/fields";
import { slugOf } from "../core/schema/slugs";
import { credentialKinds } from "../core/wire/credentialKinds";
import { ProblemError } from "../core/wire/errors";
import { newSecret } from "../core/wire/secrets";
import { foundOrganization, freeOrganizationSlug, organizationNoun } from "./founding";
import { nameFromEmail } from "./identityRules";
import { holderOf } from "./provisioning";
import { defaultOrganizationSettings, organizationFields } from "./tables";
import type { UnscopedWriter } from "../core/records/writer";
import type { Doc } from "../_generated/dataModel";
import type { Infer } from "convex/values";

/** What whoever runs the deployment does without being a person in it. */

const named = { name: v.string(), slug: v.optional(v.string()), ownerEmail: v.string() };
const founded = v.object({
  id: v.id("organizations"),
  slug: v.string(),
  ownerId: v.id("users"),
  ownerEmail: v.string(),
  isOwnerKnown: v.boolean(),
});
const foundedWithKey = v.object({ ...founded.fields, apiKey: v.string() });

const input = lazily(() =>
  z.object({
    name: organizationFields.name,
    slug: organizationFields.slug.optional(),
    ownerEmail: emailAddress(),
  }),
);

/** True if there is any organization, one in the trash included. */
export const hasOrganization = internalQuery({
  args: {},
  returns: v.boolean(),
  handler: async (ctx) => (await new UnscopedReader(ctx).query("organizations").first()) !== null,
});

/** The organization that has the name's own slug, one in the trash included; null where it is free. */
export const organizationOfName = internalQuery({
  args: { name: v.string() },
  returns: v.union(v.null(), v.object({ slug: v.string(), ownerEmail: v.string(), isDeleted: v.boolean() })),
  handler: async (ctx, { name }) => {
    const unscoped = new UnscopedReader(ctx);
    const found = await unscoped
      .query("organizations")
      .withIndex("by_slug", (q) => q.eq("slug", slugOf(name, organizationNoun)))
      .first();
    if (!found) return null;
    const owner = await unscoped.get("users", found.ownerId);
    return { slug: found.slug, ownerEmail: owner?.email ?? "", isDeleted: found.deletedAt !== undefined };
  },
});

/**
 * Makes an organization, its owner and an API key that may do all that a key can, shown once. The owner is who has the address,
 * verified: somebody known, or whoever signs in with it first.
 */
export const createOrganization = internalAction({
  args: named,
  returns: foundedWithKey,
  handler: async (ctx, args): Promise<Infer<typeof foundedWithKey>> => {
    const { plaintext, hash, prefix } = await newSecret(credentialKinds.apiKey.issued);
    const organization: Infer<typeof founded> = await ctx.runMutation(internal.tenancy.operator.write, {
      ...args,
      key: { hash, prefix },
    });
    return { ...organization, apiKey: plaintext };
  },
});

/** Writes it all in one transaction; the plaintext of the key stays in the action. */
export const write = internalMutation({
  args: { ...named, key: v.object({ hash: v.string(), prefix: v.string() }) },
  returns: founded,
  handler: async (ctx, { key, ...given }) => {
    const parsed = input().safeParse(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new ProblemError("validation_failed", `${issue?.path.join(".")}: ${issue?.message}`);
    }
    const { name, slug, ownerEmail } = parsed.data;
    const now = Date.now();
    const unscoped = systemWriter(ctx, { noun: "organization", action: "organization.create", isAudited: true, now });
    const owner = await ownerOf(unscoped, ownerEmail);
    const organization = await foundOrganization(
      unscoped,
      {
        name,
        slug: slug ?? (await freeOrganizationSlug(unscoped, name, owner._id)),
        settings: defaultOrganizationSettings,
      },
      owner,
      now,
    );
    if (owner.defaultOrganizationId === undefined)
      await unscoped.patch("users", owner, { defaultOrganizationId: organization._id });
    await unscoped.within(organization).insert("apiKeys", {
      name: "First key",
      scopes: grantableScopes(),
      status: "active",
      ownerId: owner._id,
      keyHash: key.hash,
      keyPrefix: key.prefix,
    });
    return {
      id: organization._id,
      slug: organization.slug,
      ownerId: owner._id,
      ownerEmail,
      isOwnerKnown: owner.tokenIdentifier !== undefined,
    };
  },
});

/**
 * Who has the address, or a user that waits for them. Nobody has verified it yet: the first
 * sign-in with it, verified, takes the user over. The membership is active at once, since the key acts with its owner's rights.
 */
async function ownerOf(unscoped: UnscopedWriter, email: string): Promise<Doc<"users">> {
  const known = await holderOf(unscoped, email);
  if (known?.status === "inactive") throw new ProblemError("user_inactive", `${email} is an inactive user's.`);
  if (known) return known;
  return unscoped.insert("users", {
    email,
    emailVerified: false,
    name: nameFromEmail(email),
    status: "pending",
    isPlatformAdmin: false,
  });
}
