import type { ComponentInstance } from "../../bundle/componentDefinitions";
import type { EnvironmentBinding } from "../../bundle/evaluateDefinition";

type Variables = Readonly<Record<string, string>>;

/** The environment variables that functions read; replaced whenever they change. */
export interface FunctionEnvironment {
  variables: Readonly<Record<string, string>>;
}

/** What a component may read of the environment, and where its HTTP actions answer. */
export interface ComponentEnvironment {
  readonly componentPath: string;
  readonly bindings: readonly EnvironmentBinding[];
  /** Path of the component's HTTP actions below the site URL, without a trailing slash; null when not mounted. */
  readonly mountPath: string | null;
}

/** Describes the environments of a tree of components. @param instances the app first, parents before children */
export function componentEnvironments(instances: readonly ComponentInstance[]): readonly ComponentEnvironment[] {
  const mountPaths = new Map<string, string>([["", ""]]);
  return instances.flatMap(({ componentPath, environment, httpMounts }) => {
    const mountPath = mountPaths.get(componentPath) ?? null;
    if (mountPath !== null)
      for (const [prefix, childPath] of httpMounts) mountPaths.set(childPath, mountPath + prefix.replace(/\/$/, ""));
    return componentPath === "" ? [] : [{ componentPath, bindings: environment, mountPath }];
  });
}

/**
 * Sets what `process.env` shows inside each component: its declared bindings and the deployment's two URLs, the site's
 * with the mount path of the component's HTTP actions.
 *
 * @param environments parents before children
 */
export function setComponentVariables(
  environments: readonly ComponentEnvironment[],
  holders: ReadonlyMap<string, FunctionEnvironment>,
  appVariables: Variables,
): void {
  const variablesOf = new Map<string, Variables>([["", appVariables]]);
  for (const { componentPath, bindings, mountPath } of environments) {
    const parentPath = componentPath.slice(0, Math.max(0, componentPath.lastIndexOf("/")));
    const parent = variablesOf.get(parentPath) ?? {};
    const variables: Record<string, string> = {};
    for (const binding of bindings) {
      const value = binding.kind === "value" ? binding.value : own(parent, binding.parentName);
      if (value !== undefined) variables[binding.name] = value;
    }
    variablesOf.set(componentPath, variables);
    const { CONVEX_CLOUD_URL = "", CONVEX_SITE_URL = "" } = appVariables;
    const holder = holders.get(componentPath);
    if (holder !== undefined)
      holder.variables = { ...variables, CONVEX_CLOUD_URL, CONVEX_SITE_URL: CONVEX_SITE_URL + (mountPath ?? "") };
  }
}

function own(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
