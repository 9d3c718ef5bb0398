import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Plugin } from "esbuild";
import { BundleError } from "./entryPoints";
import { evaluateComponentDefinition } from "./evaluateDefinition";
import type { DeclaredVariable, DefinitionAnalysis, EnvironmentBinding } from "./evaluateDefinition";
import { withRemedy } from "./pushRules";
import type { PushRuleName } from "./pushRules";
import { runBuild } from "./runBuild";

const pluginNamespace = "component-definition";
const resolvingMark = Symbol("resolving");
const componentNamePattern = /^(?=.*[A-Za-z0-9])[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** One installed component, or the app itself with the empty path. */
export interface ComponentInstance {
  /** Names from the app down, joined by `/`; a definition that is installed twice has two paths. */
  readonly componentPath: string;
  readonly directory: string;
  readonly environment: readonly EnvironmentBinding[];
  /** Where the app's own `http.ts` answers; null for the root and for every component. */
  readonly httpPrefix: string | null;
  /** Component paths by the prefix, relative to this component, under which their HTTP actions answer. */
  readonly httpMounts: ReadonlyMap<string, string>;
}

/** A bundled and evaluated `convex.config.ts` with the definitions that it imports. */
interface Definition {
  readonly file: string;
  readonly analysis: DefinitionAnalysis;
  /** By `componentDefinitionPath`. */
  readonly imports: ReadonlyMap<string, Definition>;
}

/** The file that makes a directory an app with components, or a component. */
function definitionFileOf(directory: string): string | null {
  const files = [".ts", ".js"].map((extension) => join(directory, `convex.config${extension}`));
  return files.find((file) => existsSync(file)) ?? null;
}

/**
 * Lists the app and every component that its `convex.config.ts` installs, however deep, each parent before its children.
 *
 * @throws {BundleError} when a definition does not build, is malformed, or binds variables that are not declared
 */
export async function readComponentTree(functionsDirectory: string): Promise<readonly ComponentInstance[]> {
  const file = definitionFileOf(functionsDirectory);
  if (file === null)
    return [
      { componentPath: "", directory: functionsDirectory, environment: [], httpPrefix: null, httpMounts: new Map() },
    ];
  const definition = await readDefinition(file, dirname(file), []);
  return [...instancesOf(definition, "", [])];
}

async function readDefinition(file: string, appDirectory: string, ancestors: readonly string[]): Promise<Definition> {
  if (ancestors.includes(file)) throw refusal("componentCycle", `${file} installs itself through its own components.`);
  const imports = new Map<string, Definition>();
  const readImport = async (path: string): Promise<Definition> => {
    const imported = await readDefinition(path, appDirectory, [...ancestors, file]);
    imports.set(definitionPathOf(imported, appDirectory), imported);
    return imported;
  };
  const result = await runBuild({
    platform: "browser",
    format: "cjs",
    entryPoints: [file],
    write: false,
    plugins: [
      importsAsReferences(async (path) => {
        const imported = await readImport(path);
        return {
          componentDefinitionPath: definitionPathOf(imported, appDirectory),
          defaultName: imported.analysis.name,
        };
      }),
    ],
  });
  const analysis = evaluateComponentDefinition(result.outputFiles?.[0]?.text ?? "", file, ancestors.length === 0);
  return { file, analysis, imports };
}

/** What a deployment calls a definition: the way from the app's folder to the component's. */
function definitionPathOf({ file }: Definition, appDirectory: string): string {
  return relative(appDirectory, dirname(file)).split(sep).join("/");
}

/** Gives each imported `convex.config` the shape that `use()` asks of it: where the component is and what it is called. */
function importsAsReferences(
  read: (file: string) => Promise<{ readonly componentDefinitionPath: string; readonly defaultName: string }>,
): Plugin {
  return {
    name: "component-definitions",
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /convex\.config(\.[jt]s)?$/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind === "entry-point" || pluginData === resolvingMark) return undefined;
        // TypeScript sources are imported by the name that they will have as JavaScript.
        for (const candidate of [path, path.replace(/\.js$/, ".ts"), `${path}.js`, `${path}.ts`]) {
          const found = await pluginBuild.resolve(candidate, { kind, resolveDir, pluginData: resolvingMark });
          if (found.errors.length === 0) return { path: found.path, namespace: pluginNamespace };
        }
        return undefined;
      });
      pluginBuild.onLoad({ filter: /.*/, namespace: pluginNamespace }, async ({ path }) => ({
        contents: `export default ${JSON.stringify(await read(path))};`,
        loader: "js",
      }));
    },
  };
}

function* instancesOf(
  { file, analysis, imports }: Definition,
  componentPath: string,
  environment: readonly EnvironmentBinding[],
): Generator<ComponentInstance> {
  const pathOf = (name: string): string => (componentPath === "" ? name : `${componentPath}/${name}`);
  const httpMounts = new Map([...analysis.httpMounts].map(([prefix, name]) => [prefix, pathOf(name)]));
  for (const prefix of httpMounts.keys())
    if (!/^\/([^*?#]*\/)?$/.test(prefix))
      throw refusal("componentMount", `${file}: HTTP mount "${prefix}" is invalid.`);
  yield { componentPath, directory: dirname(file), environment, httpPrefix: analysis.httpPrefix, httpMounts };
  const names = new Set<string>();
  for (const { name, path, env } of analysis.childComponents) {
    const child = imports.get(path);
    if (child === undefined) throw new BundleError(`${file} installs ${path}, which it does not import.`);
    if (!componentNamePattern.test(name))
      throw refusal(
        "componentName",
        `${file}: "${name}" is no component name: letters, digits and underscores, not beginning with a digit, are.`,
      );
    if (names.has(name)) throw refusal("componentName", `${file} installs two components named "${name}".`);
    names.add(name);
    yield* instancesOf(child, pathOf(name), checkedBindings(child, name, env, analysis));
  }
}

function refusal(rule: PushRuleName, text: string): BundleError {
  return new BundleError(withRemedy(rule, text));
}

function checkedBindings(
  child: Definition,
  name: string,
  bindings: readonly EnvironmentBinding[],
  parent: DefinitionAnalysis,
): readonly EnvironmentBinding[] {
  const declared = child.analysis.environmentVariables;
  const refused = (text: string): BundleError => refusal("componentVariable", `Component "${name}" ${text}`);
  for (const binding of bindings) {
    const variable = declared.get(binding.name);
    if (variable === undefined) throw refused(`does not declare the environment variable ${binding.name}.`);
    const problem =
      binding.kind === "value"
        ? variable.check(binding.value)
        : referenceProblem(parent.environmentVariables.get(binding.parentName), variable);
    if (problem !== null) throw refused(`cannot take this environment variable ${binding.name}: ${problem}`);
  }
  for (const [variable, { isOptional }] of declared)
    if (!isOptional && !bindings.some((binding) => binding.name === variable))
      throw refused(`requires the environment variable ${variable}.`);
  return bindings;
}

/** Why a variable of the parent cannot stand for one of its component. */
function referenceProblem(given: DeclaredVariable | undefined, wanted: DeclaredVariable): string | null {
  if (given === undefined) return "its parent does not declare the variable that it names.";
  if (given.isOptional && !wanted.isOptional) return "it is required, and its parent's variable is optional.";
  const { texts } = wanted;
  if (texts === null) return null;
  return given.texts?.every((text) => texts.includes(text)) === true
    ? null
    : "its parent's variable takes other texts.";
}
