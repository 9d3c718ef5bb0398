// Texts of a resource's operations, made of its name.

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
