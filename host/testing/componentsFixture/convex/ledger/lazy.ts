/** Imported by guarantees.ts while functions run. */
export const seven = 7;
