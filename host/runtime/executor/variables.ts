import type { DocumentStore } from "../../store/documentStore";
import type { MetaTable } from "../../store/storeFile";
import { setComponentVariables } from "../rpc/environment";
import type { ComponentEnvironment, FunctionEnvironment } from "../rpc/environment";

type VariableMap = Readonly<Record<string, string>>;

/** The deployment's environment variables: those in the store, those of the host, and what components see of both. */
export class Variables {
  /** What the app's functions read. */
  readonly app: FunctionEnvironment = { variables: {} };
  readonly #meta: MetaTable;
  readonly #store: DocumentStore;
  readonly #system: VariableMap;
  #components: readonly ComponentEnvironment[] = [];
  #ofComponents: ReadonlyMap<string, FunctionEnvironment> = new Map();

  constructor(meta: MetaTable, store: DocumentStore, system: VariableMap) {
    this.#meta = meta;
    this.#store = store;
    this.#system = system;
    this.#show();
  }

  /** The variables that were set, without those that the host itself provides. */
  stored(): VariableMap {
    return Object.fromEntries(this.#meta.entries("env"));
  }

  /** Stores these variables and no others, durably. @throws {Error} when the store fails; the variables are then as before */
  replace(stored: VariableMap): void {
    try {
      this.#store.ensureTransaction();
      for (const [name] of this.#meta.entries("env"))
        if (!Object.hasOwn(stored, name)) this.#meta.delete(`env:${name}`);
      for (const [name, value] of Object.entries(stored)) this.#meta.set(`env:${name}`, value);
      this.#store.commit();
    } catch (error) {
      this.#store.rollback();
      throw error;
    }
    this.#show();
  }

  /** What these components would see, by component; takes effect with {@link adopt}. */
  forComponents(components: readonly ComponentEnvironment[]): ReadonlyMap<string, FunctionEnvironment> {
    const environments = new Map(components.map(({ componentPath }) => [componentPath, { variables: {} }] as const));
    setComponentVariables(components, environments, this.app.variables);
    return environments;
  }

  /** From now on changes reach these components. */
  adopt(components: readonly ComponentEnvironment[], environments: ReadonlyMap<string, FunctionEnvironment>): void {
    this.#components = components;
    this.#ofComponents = environments;
  }

  #show(): void {
    this.app.variables = { ...this.stored(), ...this.#system };
    setComponentVariables(this.#components, this.#ofComponents, this.app.variables);
  }
}
