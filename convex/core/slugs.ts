import { reservedSlugs } from "./fields";

const maximumBase = 45;
const randomTries = 10;

/**
 * Slugs to try for a name, best first: the name itself (lower case, accents and specials stripped, spaces as `-`), then
 * ten with four random characters, then one with `fragment`, a piece of an id that is unique anyway.
 */
export function* slugCandidates(name: string, fallback: string, fragment: string, random: () => number): Generator<string> {
  const base = slugOf(name, fallback);
  yield base;
  for (let tries = 0; tries < randomTries; tries++) yield withSuffix(base, randomCharacters(random, 4));
  yield withSuffix(base, fragment.toLowerCase().replaceAll(/[^a-z0-9]/g, "").slice(-12));
}

/** The slug that `name` reads as; `fallback` (a slug of its own) leads when too little of it is left, or it is reserved. */
export function slugOf(name: string, fallback: string): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, "-")
    .replaceAll(/[^a-z0-9-]/g, "");
  const base = trimmed(trimmed(words).slice(0, maximumBase));
  if (base.length >= 3 && !reservedSlugs.has(base)) return base;
  return trimmed(`${fallback}-${base}`);
}

function withSuffix(base: string, suffix: string): string {
  return `${trimmed(base.slice(0, 47 - suffix.length))}-${suffix}`;
}

function trimmed(text: string): string {
  return text.replaceAll(/-{2,}/g, "-").replaceAll(/^-+|-+$/g, "");
}

function randomCharacters(random: () => number, count: number): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}
