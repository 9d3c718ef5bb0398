import { answerableSets, listOf, sharedFields } from "../convex/core/records/listPlan";
import { innermost } from "../convex/core/schema/zod";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import { minimumNoticeDays, timeOf } from "../convex/core/wire/deprecation";
import { dayMs } from "../convex/core/wire/durations";
import * as z from "zod";
import type { Deprecation } from "../convex/core/wire/deprecation";
import type { Operation } from "../convex/core/operations/declaration";
import type { TableMetadata } from "../convex/core/schema/table";
import type { ListOptions } from "../convex/core/records/listPlan";

/** What the lists and the states of an operation and its resource lack, each a line that names the file and what to write. */
export function operationFaults(operation: Operation): string[] {
  const { declaration, domain, resource } = operation;
  const { on, query } = declaration;
  const file = `convex/${domain}/${resource}.ts`;
  const list = query && listOf(query);
  return [
    ...summaryFaults(file, operation),
    ...(list ? listFaults(`${file}: `, list.table, tableMetadata[list.table], list.options) : []),
    ...(on?.states ? stateFaults(file, on.states, on.document) : []),
    ...dryRunFaults(file, operation),
    ...(declaration.deprecated ? deprecationFaults(`${file}: ${operation.verb}`, declaration.deprecated) : []),
  ];
}

/** An operation without a line that says what it does: the compiler asks for one, but generation comes first. */
export function summaryFaults(file: string, { declaration, verb }: SummaryClaim): string[] {
  const summary: unknown = declaration.summary;
  if (typeof summary === "string" && summary.trim() !== "") return [];
  return [`${file}: ${verb} has no summary: say in a few words what it does, such as "Cancel a schedule".`];
}

interface SummaryClaim extends Pick<Operation, "verb"> {
  readonly declaration: { readonly summary?: unknown };
}

/** A deprecation whose days are none, or that gives clients less time than the conventions promise. */
export function deprecationFaults(place: string, { since, until }: Deprecation): string[] {
  const noticeDays = (timeOf(until) - timeOf(since)) / dayMs;
  if (Number.isNaN(noticeDays))
    return [`${place} is deprecated since ${since} until ${until}: write days, 2026-11-01.`];
  if (noticeDays >= minimumNoticeDays) return [];
  return [`${place} ends ${noticeDays} days after it was deprecated: give clients ${minimumNoticeDays}.`];
}

/** What somebody else is asked to do with a row, and what takes bytes in: no rollback reaches there. */
const outsideVerbs: ReadonlySet<string> = new Set(["test", "sync", "run", "redeliver"]);

/** Claims of a dry run by an operation whose verb says that its effect lies outside the transaction. */
export function dryRunFaults(file: string, { declaration, verb, supportsDryRun }: DryRunClaim): string[] {
  const isOutside = verb.startsWith("upload") || (declaration.on !== undefined && outsideVerbs.has(verb));
  if (!supportsDryRun || !isOutside) return [];
  return [`${file}: ${verb} reaches beyond the database: say \`dryRun: false\`, since it cannot be tried.`];
}

type DryRunClaim = Pick<Operation, "verb" | "supportsDryRun"> & { readonly declaration: { readonly on?: unknown } };

/** Filters, ranges and sorts of a list that no index of its table answers. */
export function listFaults(place: string, table: string, metadata: TableMetadata, options: ListOptions): string[] {
  const sets = answerableSets(metadata, options);
  const base = sharedFields(metadata);
  const fault = (what: string, field: string) =>
    `${place}no index of ${table} answers the ${what} ${field}: give the table one over ${[...base, field].join(", ")}, or leave it out.`;
  const unanswered = (options.filters ?? []).filter((name) => !sets.some(({ filters }) => filters.includes(name)));
  const unsorted = (options.sorts ?? []).filter((name) => !sets.some(({ sorts }) => sorts.includes(name)));
  const uncut = Object.entries(options.ranges ?? {}).filter(
    ([, names]) => !sets.some(({ ranges }) => ranges.some(([from]) => from === names[0])),
  );
  return [
    ...unanswered.map((name) => fault("filter", name)),
    ...unsorted.map((name) => fault("sort", name)),
    ...uncut.map(([field]) => fault("range", field)),
  ];
}

interface States {
  readonly field: string;
  readonly transitions: Readonly<Record<string, readonly string[]>>;
}

/** States of a state machine that its field does not have. */
export function stateFaults(file: string, { field, transitions }: States, document: z.ZodType): string[] {
  const type = document instanceof z.ZodObject ? document.shape[field] : undefined;
  const inner = type instanceof z.ZodType ? innermost(type) : undefined;
  if (!(inner instanceof z.ZodEnum)) return [`${file}: states names ${field}, which is no field with an enum.`];
  const named = Object.entries(transitions).flatMap(([from, to]) => [from, ...to]);
  return [...new Set(named)]
    .filter((state) => !inner.options.includes(state))
    .map((state) => `${file}: ${field} has no state ${state}: its enum has ${inner.options.join(", ")}.`);
}
