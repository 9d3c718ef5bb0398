import { generalProblems } from "../../convex/core/wire/generalProblems";
import { Refusal } from "../lib/refusal";
import { banner } from "./banner";
import { domainVocabularies } from "./domains";

/** The source of `convex/core/wire/problems.ts`: the general problems and what every domain's `problems.ts` adds. */
export async function problemsSource(): Promise<string> {
  const fileOf = new Map(Object.keys(generalProblems).map((code) => [code, "convex/core/wire/generalProblems.ts"]));
  const lines: string[] = [];
  for (const { file, rows } of await domainVocabularies("problems")) {
    lines.push(`  // ${file}`);
    for (const [code, row] of Object.entries(rows)) {
      const other = fileOf.get(code);
      if (other !== undefined) throw new Refusal(file, `${code} is declared in ${other} already.`);
      fileOf.set(code, file);
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
