import { query } from "./functions";

export const seven = 7;
export const unused = query({ args: {}, handler: () => Promise.resolve(seven) });
