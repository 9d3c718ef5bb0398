import { cpSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import type { Caller, FunctionOutcome, FunctionType, JsonValue } from "../deployment";
import { openDeployment } from "../runtime/openDeployment";
import { bundleOnce } from "./bundleOnce.testing";
import { makeScratchDirectory } from "../scratchDirectory";
import type { DeploymentOptions, ReloadableDeployment } from "../runtime/openDeployment";

const fixtures = join(import.meta.dirname, "fixtures") + sep;

/** The functions folder of one of `fixtures/`. */
export function fixtureDirectory(name: string): string {
  return join(fixtures, name, "convex");
}

/** The functions that the host's own tests run. */
const generalFixtureDirectory = fixtureDirectory("general");

/** An app with components, installed and nested in several ways. */
export const componentsFixtureDirectory = fixtureDirectory("components");

export interface CallOptions {
  readonly caller?: Caller;
  readonly allowInternal?: boolean;
  readonly authToken?: string;
}

/** Opens the fixture, in memory unless a file is given. */
export async function openFixture(options: Partial<DeploymentOptions> = {}): Promise<ReloadableDeployment> {
  const { functionsDirectory = generalFixtureDirectory } = options;
  return await openDeployment({
    functionsDirectory,
    // A folder of `fixtures/` is the same for every test of a process; others are for tests to edit.
    ...(functionsDirectory.startsWith(fixtures) ? { bundle: bundleOnce } : {}),
    file: ":memory:",
    cloudUrl: "http://127.0.0.1:3210",
    siteUrl: "http://127.0.0.1:3211",
    environmentVariables: { ISSUER: "https://issuer.test" },
    ...options,
  });
}

/** The functions with which the tests hold the host to Convex's contract. */
export async function openConformance(options: Partial<DeploymentOptions> = {}): Promise<ReloadableDeployment> {
  return await openFixture({
    functionsDirectory: fixtureDirectory("conformance"),
    ...options,
  });
}

/** A directory for one test, and how to remove it. */
export function scratchDirectory(): { readonly path: string; remove(): void } {
  const path = makeScratchDirectory("test");
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Copies the fixture's functions so that a test may edit them, with the repository's packages beside them. */
export function copyFixture(into: string): string {
  const target = join(into, "convex");
  const [packages] = createRequire(import.meta.url)
    .resolve("convex/server")
    .split(/(?<=node_modules)/);
  symlinkSync(packages ?? "", join(into, "node_modules"));
  cpSync(generalFixtureDirectory, target, { recursive: true });
  return target;
}

/** Calls a function with plain JSON arguments. */
export async function outcomeOf(
  deployment: ReloadableDeployment,
  type: FunctionType | "any",
  path: string,
  args: JsonValue = {},
  options: CallOptions = {},
): Promise<FunctionOutcome> {
  return await deployment.call({
    type,
    path,
    argsText: JSON.stringify(args),
    caller: options.caller ?? { kind: "anonymous" },
    metadata: {
      requestId: "0123456789abcdef",
      ip: null,
      userAgent: null,
      ...(options.authToken === undefined ? {} : { authToken: options.authToken }),
    },
    allowInternal: options.allowInternal ?? false,
  });
}

/** The value of a call that must succeed, parsed. */
export async function valueOf(
  deployment: ReloadableDeployment,
  type: FunctionType | "any",
  path: string,
  args: JsonValue = {},
  options: CallOptions = {},
): Promise<unknown> {
  const outcome = await outcomeOf(deployment, type, path, args, options);
  if (outcome.status === "error") throw new Error(outcome.errorMessage);
  return JSON.parse(outcome.valueText);
}

/** The message of a call that must fail. */
export async function errorOf(
  deployment: ReloadableDeployment,
  type: FunctionType | "any",
  path: string,
  args: JsonValue = {},
  options: CallOptions = {},
): Promise<string> {
  const outcome = await outcomeOf(deployment, type, path, args, options);
  if (outcome.status === "success") throw new Error(`${path} succeeded with ${outcome.valueText}`);
  return outcome.errorMessage;
}
