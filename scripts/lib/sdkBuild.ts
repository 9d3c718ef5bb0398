import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { repositoryFiles, repositoryRoot } from "./repositoryFiles";
import { runScript, type CommandResult } from "./runCommand";

const sdkDirectory = path.join(repositoryRoot, "sdk");

/** Whether `sdk/dist` is missing or older than a source it is built from. */
export function isSdkBuildStale(): boolean {
  const built = path.join(sdkDirectory, "dist");
  if (!existsSync(built)) return true;
  const sources = [...repositoryFiles("sdk/src"), "sdk/package.json", "sdk/tsup.config.ts"];
  return sources.some((file) => statSync(path.join(repositoryRoot, file)).mtimeMs > statSync(built).mtimeMs);
}

/** Builds `sdk/dist` as `npm run build` does. */
export function buildSdk(): Promise<CommandResult> {
  return runScript(path.join(repositoryRoot, "node_modules/tsup/dist/cli-default.js"), [], { cwd: sdkDirectory });
}

/** Builds the SDK if it is stale; what the build printed when it failed. */
export async function sdkBuildFault(): Promise<string | undefined> {
  if (!isSdkBuildStale()) return undefined;
  const { exitCode, output } = await buildSdk();
  return exitCode === 0 ? undefined : output;
}
