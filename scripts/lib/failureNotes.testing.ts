/** What may explain a test that fails; nobody reads it while all go well. */
const notes: string[] = [];
const maxNotes = 200;

/** Keeps a text for the case that the running test fails (`showFailureNotes.testing.ts`). */
export function noteForFailure(text: string): void {
  if (notes.length < maxNotes) notes.push(text);
}

/** What was kept since it was last asked. */
export function takeNotes(): string[] {
  return notes.splice(0);
}
