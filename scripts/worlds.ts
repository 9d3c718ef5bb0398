import { repositoryFiles } from "./lib/repositoryFiles";

/** A folder of code with one runtime, hence one set of ambient types and one tsconfig. */
export interface World {
  readonly name: string;
  readonly tsconfig: string;
  /** Where its sources lie; a world without any is not there yet. */
  readonly directory: string;
}

/** Every type-checked program of the repository. */
export const worlds: readonly World[] = [
  { name: "convex", tsconfig: "convex/tsconfig.json", directory: "convex" },
  { name: "host", tsconfig: "host/tsconfig.json", directory: "host" },
  { name: "sdk", tsconfig: "sdk/tsconfig.json", directory: "sdk/src" },
  { name: "tools", tsconfig: "tsconfig.json", directory: "scripts" },
  { name: "examples", tsconfig: "examples/tsconfig.json", directory: "examples" },
];

/** Whether a world has sources in this checkout. */
export function hasSources(world: World): boolean {
  return repositoryFiles(world.directory).some((file) => file.endsWith(".ts"));
}
