/** A folder of code with one runtime, hence one set of ambient types and one tsconfig. */
export interface Project {
  readonly name: string;
  readonly tsconfig: string;
  /** Some of its files are generated and never linted. */
  readonly hasGeneratedFiles: boolean;
}

/** Every type-checked program of the repository. */
export const projects: readonly Project[] = [
  { name: "convex", tsconfig: "convex/tsconfig.json", hasGeneratedFiles: true },
  { name: "host", tsconfig: "host/tsconfig.json", hasGeneratedFiles: false },
  { name: "sdk", tsconfig: "sdk/tsconfig.json", hasGeneratedFiles: true },
  { name: "tools", tsconfig: "tsconfig.json", hasGeneratedFiles: false },
  { name: "examples", tsconfig: "examples/tsconfig.json", hasGeneratedFiles: false },
];
