/** A folder of code with one runtime, hence one set of ambient types and one tsconfig. */
export interface Project {
  readonly name: string;
  readonly tsconfig: string;
}

/** Every type-checked program of the repository. */
export const projects: readonly Project[] = [
  { name: "convex", tsconfig: "convex/tsconfig.json" },
  { name: "host", tsconfig: "host/tsconfig.json" },
  { name: "sdk", tsconfig: "sdk/tsconfig.json" },
  { name: "tools", tsconfig: "tsconfig.json" },
  { name: "examples", tsconfig: "examples/tsconfig.json" },
];
