import { faultsOf } from "../../core/operations/validation";
import type * as z from "zod";
import type { ProblemFault } from "../../core/wire/errors";
import type { OutboundRequest, OutboundResult } from "../../core/wire/outboundFetch";
import type { Dedupe } from "../../jobs/queue";
import type { ResourceTable } from "../tables";

/** What came of a run, or how far it is: plain values, and no secrets. A type, as what functions are given is. */
export type RunFacts = { readonly [name: string]: string | number | boolean | null | readonly RunFacts[] };

/** A page of the inventory as lines of JSON, one a row. */
export interface InventoryPage {
  readonly lines: string;
  readonly rows: number;
  /** Where the next page begins; null behind the last one. */
  readonly cursor: string | null;
}

/** The parts of an inventory, in the order in which they are written. */
export const inventoryTables = [
  "projects",
  "servers",
  "webServices",
  "domains",
  "databases",
  "projectResources",
] as const;
export type InventoryTable = (typeof inventoryTables)[number];

/** What a run works with beside its configuration and its parameters. */
export interface RunTools {
  readonly organizationId: string;
  readonly jobId: string;
  /** When it was asked for, the same at each attempt. */
  readonly requestedAt: number;
  /** The project that it is for, if it is for one. */
  readonly projectId?: string | undefined;
  /** The one door to others. */
  readonly send: (request: OutboundRequest) => Promise<OutboundResult>;
  /** Says how far it is. @throws {RunCancelled} once somebody has cancelled it */
  readonly report: (progress: RunFacts) => Promise<void>;
  readonly inventoryPage: (table: InventoryTable, cursor: string | null) => Promise<InventoryPage>;
}

/** Somebody has cancelled the run, or another attempt has it. */
export class RunCancelled extends Error {
  override readonly name = "RunCancelled";
}

/** What a run is for: a project, or a resource with the host that it is open at. */
export type RunTarget =
  | { readonly kind: "project" }
  | { readonly kind: ResourceTable; readonly host: string | undefined };

/** A value, or what is wrong with it. */
export type Judged<Value> =
  | { readonly value: Value; readonly faults?: undefined }
  | { readonly faults: readonly ProblemFault[] };

/** An operation as its type declares it. */
interface Declared<Config, Params> {
  /** How often a run is begun before it has failed for good. */
  readonly attemptsMax: number;
  /** Which runs of the same make another one needless. */
  readonly dedupe: Dedupe;
  /** What a run of it may be for, beside nothing in particular. */
  readonly targets: readonly RunTarget["kind"][];
  readonly params: () => z.ZodType<Params>;
  /** The parameters that a target stands for where none are sent. */
  readonly paramsFor?: (target: RunTarget) => object | undefined;
  readonly run: (config: Config, params: Params, tools: RunTools) => Promise<RunFacts>;
}

/** An operation whatever its parameters are. */
interface OperationOf<Config> extends Pick<Declared<Config, unknown>, "attemptsMax" | "dedupe" | "targets"> {
  /** The parameters of a run, as its job keeps them; pointers are below them. */
  judgeParams(params: object, target: RunTarget | undefined): Judged<object>;
  run(config: Config, params: unknown, tools: RunTools): Promise<RunFacts>;
}

/** Declares an operation. */
export function operation<Config, Params extends object>({
  params,
  paramsFor,
  run,
  ...rest
}: Declared<Config, Params>): OperationOf<Config> {
  return {
    ...rest,
    judgeParams: (given, target) => {
      const implied = target && Object.keys(given).length === 0 ? paramsFor?.(target) : undefined;
      return judged(params(), implied ?? given);
    },
    // A later release may take other parameters than the one that a job was asked of.
    run: (config, given, tools) => run(config, params().parse(given), tools),
  };
}

/** A kind of service, whatever its configuration is. */
export interface OperationType {
  readonly label: string;
  /** What of a configuration is no secret, by its names there; pointers are below the configuration. */
  judgeConfig(config: unknown): Judged<Readonly<Record<string, string>>>;
  readonly operations: ReadonlyMap<string, OperationOf<unknown>>;
  /** The texts of a configuration that nobody may read. */
  secretsOf(config: unknown): readonly string[];
}

/** Declares a kind of service. */
export function operationType<Config extends object>({
  label,
  config,
  hints,
  secrets,
  operations,
}: {
  readonly label: string;
  readonly config: () => z.ZodType<Config>;
  /** The fields of the configuration that whoever reads the service may read. */
  readonly hints: readonly (keyof Config & string)[];
  /** Those that nobody may. */
  readonly secrets: readonly (keyof Config & string)[];
  readonly operations: Readonly<Record<string, OperationOf<Config>>>;
}): OperationType {
  return {
    label,
    judgeConfig: (given) => {
      const { value, faults } = { value: undefined, ...judged(config(), given) };
      return value === undefined ? { faults: faults ?? [] } : { value: Object.fromEntries(textsOf(value, hints)) };
    },
    operations: new Map(
      Object.entries(operations).map(([name, one]) => [
        name,
        { ...one, run: (given, params, tools) => one.run(config().parse(given), params, tools) },
      ]),
    ),
    secretsOf: (given) => textsOf(Object(given), secrets).map(([, text]) => text),
  };
}

function textsOf(config: object, names: readonly string[]): [string, string][] {
  return Object.entries(config).flatMap(([name, value]: [string, unknown]): [string, string][] =>
    names.includes(name) && typeof value === "string" ? [[name, value]] : [],
  );
}

function judged<Value>(schema: z.ZodType<Value>, given: unknown): Judged<Value> {
  const { success, data, error } = schema.safeParse(given, { reportInput: true });
  return success ? { value: data } : { faults: error.issues.flatMap(faultsOf) };
}
