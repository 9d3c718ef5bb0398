import { send } from "../client.testing";
import { invite } from "../invitations.testing";
import { nextSample } from "../samples.testing";
import { uploadFile } from "../uploads.testing";
import { createMember } from "../world.testing";
import type { RowMaker } from "./rowMaker.testing";
import type { World } from "../world.testing";

/** An organization of its own, with the token of the person who owns it. */
async function newOrganization({ portico }: World) {
  const name = `founder${nextSample()}`;
  const credential = await portico.issuer.mintUserToken(
    { sub: name, email: `${name}@founders.example`, email_verified: true, name },
    3600,
  );
  const created = await send(portico, "POST", "/v1/organizations", credential, { name });
  if (created.status !== 201) throw new Error(`No organization could be created: ${created.text}`);
  const slug = String(created.body["slug"]);
  const id = String(created.body["id"]);
  const { storageId } = await uploadFile(portico, credential, "logo");
  return { id, credential, inputs: { slug, confirmSlug: slug, logoStorageId: storageId } };
}

export const tenancyRows = {
  invitations: async ({ portico, owner }) => ({ id: (await invite(portico, owner)).id }),
  memberships: async ({ portico, acme }) => ({ id: (await createMember(portico, acme, "member")).membershipId }),
  organizations: newOrganization,
  // Callers with a right over their own rows would not be refused, so the owner here is none of the callers.
  users: async ({ rows }) => ({ id: rows["users"] ?? "" }),
} satisfies Record<string, RowMaker>;
