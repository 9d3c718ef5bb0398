/** What `import.meta.glob("./**\/*.*s")` gives: modules by path, each loaded when it is called. */
export type ModuleGlob = Readonly<Record<string, () => Promise<unknown>>>;

/** One module of a glob: its path below the functions directory without extension, and its key. */
export interface GlobbedModule {
  readonly modulePath: string;
  readonly key: string;
}

/**
 * The function modules of a glob by the rules of a push: nothing generated, no schema, no configuration or test files (at
 * most one dot in a name), no component directories. The functions directory is where `_generated` lies, or else the
 * folder that all keys share.
 *
 * @param testStack a stack of the running test: the test file that it names may export functions too, since it is
 *   evaluated already. Loading any other test file would begin its tests.
 */
export function functionModules(glob: ModuleGlob, testStack = ""): readonly GlobbedModule[] {
  const keys = Object.keys(glob);
  const root = rootOf(keys);
  const componentDirectories = keys
    .filter((key) => /\/convex\.config\.[jt]s$/.test(key) && key.slice(root.length).includes("/"))
    .map((key) => key.slice(0, key.lastIndexOf("/") + 1));
  const testFile = testFileOf(keys, testStack);
  return keys
    .filter((key) => key.startsWith(root) && (isEntryPoint(key.slice(root.length)) || key === testFile))
    .filter((key) => !componentDirectories.some((directory) => key.startsWith(directory)))
    .map((key) => ({ modulePath: key.slice(root.length, key.lastIndexOf(".")), key }));
}

function rootOf(keys: readonly string[]): string {
  const generated = keys.find((key) => key.includes("_generated/"));
  if (generated !== undefined) return generated.slice(0, generated.indexOf("_generated/"));
  const [first = ""] = keys;
  let root = first.slice(0, first.lastIndexOf("/") + 1);
  while (!keys.every((key) => key.startsWith(root))) root = root.slice(0, root.lastIndexOf("/", root.length - 2) + 1);
  return root;
}

/** Keys are relative to an unknown file, so the longest key that ends a path of the stack is taken. */
function testFileOf(keys: readonly string[], testStack: string): string | undefined {
  return keys
    .filter((key) => testStack.includes(`/${key.replace(/^(?:\.{1,2}\/)+/, "")}:`))
    .toSorted((a, b) => b.length - a.length)[0];
}

/** Whether a push takes the file for a module. */
export function isEntryPoint(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return (
    !path.startsWith("_generated/") &&
    /^[^.#][^.]*\.(?:[cm]?[jt]s|[jt]sx)$/.test(name) &&
    !/^schema\.[jt]s$/.test(name) &&
    !path.includes(" ")
  );
}
