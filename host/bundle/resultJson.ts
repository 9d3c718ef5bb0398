// Bundled in place of `JSON` where Convex's library writes what a function returns, so that the host need not parse the text
// again to validate it.

/** Defined by the bundler: where this deployment keeps the globals of its functions. */
declare const functionGlobalsKey: string;

const { lastResult } = Reflect.get(globalThis, Symbol.for(functionGlobalsKey));

/** `JSON`, which tells the host what each text was written from. */
export const resultJson = {
  parse: JSON.parse,
  stringify(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
    const text = JSON.stringify(value, replacer);
    if (replacer === undefined) lastResult.note(text, value);
    return text;
  },
};
