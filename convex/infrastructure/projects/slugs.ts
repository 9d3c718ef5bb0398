import { freeSlug, slugCandidates, slugOf } from "../../core/schema/slugs";
import type { TenantReader } from "../../core/records/reader";

const noun = "project";
const numbered = 20;
const longestBase = 45;

/** The slugs to try for a project's name: its own, that with numbers behind it, then with random characters. */
export function* projectSlugs(name: string, id: string, random: () => number): Generator<string, void> {
  const base = slugOf(name, noun);
  yield base;
  const room = base.slice(0, longestBase).replace(/-+$/, "");
  for (let number = 2; number <= numbered; number++) yield `${room}-${number}`;
  yield* slugCandidates(name, noun, id, random);
}

/** A slug for a project of this name that no other one bears; what it bears itself is free. */
export function slugFor(db: TenantReader, name: string, own?: string): Promise<string> {
  return freeSlug(projectSlugs(name, db.organizationId, Math.random), async (slug) => {
    const namesake = await db
      .index("projects", "by_organizationId_and_deletedAt_and_slug", (q) =>
        q.eq("deletedAt", undefined).eq("slug", slug),
      )
      .first();
    return namesake !== null && namesake._id !== own;
  });
}
