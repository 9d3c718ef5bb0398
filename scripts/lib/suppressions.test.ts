import { expect, test } from "vitest";
import { silencingDirectives } from "./suppressions";

// Put together here, or this file would itself hold what is looked for.
const disable = ["oxlint", "disable"].join("-");

test.each([
  `/* ${disable} */`,
  `step(); // ${disable}-line`,
  `// ${disable}-next-line -- a reason does not name a rule`,
  `/* ${disable.replace("oxlint", "eslint")} */ step();`,
  `/* ${disable} portico/suppressions-need-reason -- a reason that is long enough */`,
])("finds %s", (line) => {
  expect(silencingDirectives(`first();\n${line}\nlast();`)).toMatchObject([{ line: 2 }]);
});

test.each([
  `// ${disable}-next-line no-console -- the command prints its result here`,
  `const name = "${disable}";`,
  `// Prose about ${disable}.`,
])("leaves %s to the linter", (line) => {
  expect(silencingDirectives(line)).toEqual([]);
});
