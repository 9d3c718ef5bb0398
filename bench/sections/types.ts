import { instantiationCount } from "../../scripts/lib/compilerReport";
import { runScript } from "../../scripts/lib/runCommand";
import { projects } from "../../scripts/projects";
import { rounded, withProgress } from "../report";
import type { Section } from "../report";

/** Seconds and type instantiations of every type-checked program. */
export async function typesSection(): Promise<Section> {
  const rows = [];
  for (const project of projects) {
    const { exitCode, output, seconds } = await withProgress(`type check of ${project.name}`, () =>
      runScript("node_modules/@typescript/native/bin/tsc", [
        "-p",
        project.tsconfig,
        "--extendedDiagnostics",
        "--checkers",
        "1",
      ]),
    );
    rows.push({
      program: project.name,
      seconds: rounded(seconds),
      instantiations: instantiationCount(output) ?? 0,
      result: exitCode === 0 ? "passes" : "has errors",
    });
  }
  const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    title: "Type check with the native compiler, one checker",
    rows,
    notes: [`All programs: ${rounded(total)} s.`],
  };
}
