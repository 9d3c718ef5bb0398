/** What may explain a test that fails; nobody reads it while all go well. */
const notes: string[] = [];
const maxNotes = 200;

/** Keeps a text for the case that the running test fails (`showFailureNotes.testing.ts`). */
export function noteForFailure(text: string): void {
  if (notes.length < maxNotes) notes.push(text);
}

/** What to show of a test that has ended: what was kept while it ran, where it failed. */
export function failureNotes(testName: string, hasFailed: boolean): string {
  const kept = notes.splice(0);
  return hasFailed && kept.length > 0 ? `Logged while "${testName}" ran:\n${kept.join("\n")}\n` : "";
}
