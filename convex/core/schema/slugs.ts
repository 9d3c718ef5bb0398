import { reservedSlugs } from "./fields";

const maximumBaseCharacters = 45;
const maximumCharacters = 48;
const minimumCharacters = 3;
const randomTries = 10;
const randomCharacters = 4;

/**
 * A slug for `name`: lower-case letters and digits of its ASCII form, words joined by `-`, at most 45 characters. Names
 * that leave too little, or a reserved word, get `noun` before them, so that the result is always a valid slug.
 */
export function slugOf(name: string, noun: string): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9\s_-]/g, "")
    .replace(/[\s_-]+/g, "-");
  const base = cut(words, maximumBaseCharacters);
  if (base.length >= minimumCharacters && !reservedSlugs.has(base)) return base;
  return cut(base === "" ? noun : `${noun}-${base}`, maximumBaseCharacters);
}

/**
 * The slugs to try for `name`, in order: its own, ten with four random characters, one with the end of `id`. All are
 * valid; the first free one is taken.
 *
 * @param random numbers in [0, 1), such as `Math.random` (seeded in Convex mutations)
 * @param id an id that belongs to the new row: its owner's, since its own is not known before the insert
 */
export function* slugCandidates(name: string, noun: string, id: string, random: () => number): Generator<string, void> {
  const base = slugOf(name, noun);
  yield base;
  for (let tried = 0; tried < randomTries; tried++) yield withSuffix(base, randomSuffix(random));
  yield withSuffix(
    base,
    id
      .toLowerCase()
      .replace(/[^a-z0-9]/g, "")
      .slice(-8) || randomSuffix(random),
  );
}

/** The first candidate that is not taken; the last one is left to the uniqueness rule to refuse. */
export async function freeSlug(
  candidates: Iterable<string>,
  isTaken: (slug: string) => Promise<boolean>,
): Promise<string> {
  let last = "";
  for (const candidate of candidates) {
    last = candidate;
    if (!(await isTaken(candidate))) return candidate;
  }
  return last;
}

function randomSuffix(random: () => number): string {
  return Array.from({ length: randomCharacters }, () => Math.floor(random() * 36).toString(36)).join("");
}

function withSuffix(base: string, suffix: string): string {
  return `${cut(base, maximumCharacters - suffix.length - 1)}-${suffix}`;
}

/** At most `length` characters, no hyphen at either end. */
function cut(text: string, length: number): string {
  return text.replace(/^-+/, "").slice(0, length).replace(/-+$/, "");
}
