/**
 * `1.0/componentArgument`: no component has arguments since environment bindings replaced them, so inside one every
 * name is unset.
 */
export function componentArgument(componentPath: string): string {
  if (componentPath === "") throw new Error("Component arguments are not available within the app");
  return "{}";
}
