import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { repositoryFiles, repositoryRoot } from "./repositoryFiles";
import { runScript, type CommandResult } from "./runCommand";

const packageFile = z.object({ scripts: z.record(z.string(), z.string()).optional() });
const sdkDirectory = path.join(repositoryRoot, "sdk");

/** Whether the SDK has come far enough to be built. */
export function hasSdkBuild(): boolean {
  const text = readFileSync(path.join(sdkDirectory, "package.json"), "utf8");
  return packageFile.parse(JSON.parse(text)).scripts?.["build"] !== undefined;
}

/** Whether `sdk/dist` is missing or older than a source it is built from. */
export function isSdkBuildStale(): boolean {
  const built = path.join(sdkDirectory, "dist");
  if (!existsSync(built)) return true;
  const sources = [...repositoryFiles("sdk/src"), "sdk/package.json"];
  return sources.some((file) => statSync(path.join(repositoryRoot, file)).mtimeMs > statSync(built).mtimeMs);
}

/** Builds `sdk/dist` as `npm run build` does. */
export function buildSdk(): Promise<CommandResult> {
  return runScript(path.join(repositoryRoot, "node_modules/tsup/dist/cli-default.js"), [], { cwd: sdkDirectory });
}
