import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import type { ReloadableDeployment } from "../runtime/openDeployment";
import { copyFixture, openFixture, scratchDirectory } from "../testing/testDeployment.testing";
import { startServer, type RunningServer } from "./startServer";

/** What a run of the official CLI came to. */
interface CliRun {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** The fixture as a project of its own, served with an admin key, and the official CLI run against it. */
export interface CliProject {
  readonly adminKey: string;
  readonly directory: string;
  readonly functionsDirectory: string;
  readonly deployment: ReloadableDeployment;
  readonly server: RunningServer;
  /** Runs the CLI in the project as a person would, without a home directory or a terminal. */
  convex(...args: string[]): Promise<CliRun>;
  convexAs(key: string, ...args: string[]): Promise<CliRun>;
  /** Starts a command that does not end by itself. @returns what it has printed so far */
  follow(...args: string[]): () => string;
  close(): Promise<void>;
}

export async function openCliProject(): Promise<CliProject> {
  const adminKey = "an-admin-key-of-tests";
  const directory = scratchDirectory();
  const functionsDirectory = copyFixture(directory.path);
  writeFileSync(join(directory.path, "package.json"), '{"name":"project","dependencies":{"convex":"1.48.0"}}');
  const deployment = await openFixture({ functionsDirectory });
  const server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    adminKey,
    authentication: new TokenVerifier({ providers: () => [] }),
  });
  const start = (key: string, args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> => {
    const program = join(directory.path, "node_modules", "convex", "bin", "main.js");
    const child = spawn(process.execPath, [program, ...args, "--url", server.cloudUrl, "--admin-key", key], {
      cwd: directory.path,
      env: { PATH: process.env["PATH"], HOME: directory.path, CI: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill());
    return child;
  };
  const follow = (...args: string[]): (() => string) => {
    let output = "";
    start(adminKey, args).stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return () => output;
  };
  const convexAs = async (key: string, ...args: string[]): Promise<CliRun> => {
    const child = start(key, args);
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    await once(child, "close");
    return { exitCode: child.exitCode ?? 1, output, errors };
  };
  return {
    adminKey,
    directory: directory.path,
    functionsDirectory,
    deployment,
    server,
    convex: (...args) => convexAs(adminKey, ...args),
    convexAs,
    follow,
    close: async () => {
      await server.close();
      await deployment.close();
      directory.remove();
    },
  };
}
