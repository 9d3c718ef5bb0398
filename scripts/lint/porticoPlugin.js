import { noBareFetch } from "./rules/noBareFetch.js";
import { noCasts } from "./rules/noCasts.js";
import { noDirectDatabase } from "./rules/noDirectDatabase.js";
import { oneHand } from "./rules/oneHand.js";
import { suppressionsNeedReason } from "./rules/suppressionsNeedReason.js";

// JavaScript, because oxlint loads plugins without a compiler and Node 20 strips no types.
export default {
  meta: { name: "portico" },
  rules: {
    "no-bare-fetch": noBareFetch,
    "no-casts": noCasts,
    "no-direct-database": noDirectDatabase,
    "one-hand": oneHand,
    "suppressions-need-reason": suppressionsNeedReason,
  },
};
