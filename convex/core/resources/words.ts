// Texts of a resource's operations, made of its name and theirs.

/** Words for summaries: `agentApiLogs` → `agent API logs`. */
export function wordsOf(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => ` ${letters.toLowerCase()}`).replace(/\bapi\b/, "API");
}

/** `a schedule`, `an agent`. */
export function withArticle(words: string): string {
  return `${/^[aeio]/.test(words) ? "an" : "a"} ${words}`;
}

/** `schedule` → `Schedule`. */
export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The segment of a path that a name in camel case stands for: `rotateKey` → `rotate-key`. */
export function segmentOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? "" : "-"}${letter.toLowerCase()}`);
}

/** A verb and what it is about: `rotateKey` → `["rotate", "Key"]`, `revoke` → `["revoke", ""]`. */
export function verbAndRest(name: string): readonly [verb: string, rest: string] {
  const end = /[A-Z]/.exec(name)?.index ?? name.length;
  return [name.slice(0, end), name.slice(end)];
}
