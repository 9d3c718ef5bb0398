import { commandLine } from "./lib/commandLine";
import { sdkBuildFault } from "./lib/sdkBuild";
import { runScript } from "./lib/runCommand";

/**
 * Lints, and reports what the compiler finds in every linted file: rules that know types need the same programs, and
 * building them is most of the price.
 */

const usage = `Usage: npm run lint -- [<file or folder>...]
Lints the given files, or all, and reports their type errors.`;
const { positionals } = commandLine({ usage, positionals: [0, Number.POSITIVE_INFINITY] });

const options = ["--type-aware", "--type-check", "--deny-warnings", "--report-unused-disable-directives"];

// Examples see the SDK as its users do.
const fault = await sdkBuildFault();
if (fault === undefined) {
  const { exitCode } = await runScript("node_modules/oxlint/bin/oxlint", [...options, ...positionals], {
    inheritOutput: true,
  });
  process.exitCode = exitCode;
} else {
  console.error(fault);
  process.exitCode = 1;
}
