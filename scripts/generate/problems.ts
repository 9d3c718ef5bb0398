import { generalProblems } from "../../convex/core/wire/generalProblems";
import { banner } from "./banner";
import { claim, domainVocabularies } from "./domains";

/** The source of `convex/core/wire/problems.ts`: the general problems and what every domain's `problems.ts` adds. */
export async function problemsSource(): Promise<string> {
  const owners = new Map(Object.keys(generalProblems).map((code) => [code, "convex/core/wire/generalProblems.ts"]));
  const lines: string[] = [];
  for (const { file, rows } of await domainVocabularies("problems")) {
    lines.push(`  // ${file}`);
    for (const [code, row] of Object.entries(rows)) {
      claim(owners, code, file);
      lines.push(`  ${code}: ${JSON.stringify(row)},`);
    }
  }
  return `${banner}import { generalProblems } from "./generalProblems";
import type { ProblemRows } from "./generalProblems";

export const problems = {
  ...generalProblems,
${lines.join("\n")}
} as const satisfies ProblemRows;

export type ProblemCode = keyof typeof problems;
`;
}
