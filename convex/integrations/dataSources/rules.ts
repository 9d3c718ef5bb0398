import { adapters } from "../adapters/registry";
import { configFaults, urlFaults } from "../configs/configFaults";
import { shownName, withNames } from "../../core/wire/fieldNames";
import { ProblemError } from "../../core/wire/errors";
import { hourMs, minuteMs } from "../../core/wire/durations";
import { typeDefaults } from "../tables";
import type { Doc } from "../../_generated/dataModel";

type Integration = Doc<"integrations">;

/**
 * Refuses a configuration that its integration does not take.
 * @throws {ProblemError} 422 with pointers into `/config`: for what its schema or its adapter's does not take, and for a URL that this
 * deployment sends nothing to
 */
export function assertConfig({ configSchema, adapter }: Pick<Integration, "configSchema" | "adapter">, config: object) {
  const shown = withNames(config, shownName);
  const schemas = [
    configSchema === undefined ? undefined : withNames(configSchema, shownName),
    adapter && adapters[adapter].configSchema,
  ];
  for (const schema of schemas) {
    const faults = schema === undefined ? [] : configFaults({ ...Object(schema) }, shown);
    if (faults.length > 0) throw refused("config_invalid", faults);
  }
  const faults = urlFaults(shown);
  if (faults.length > 0) throw refused("url_not_allowed", faults);
}

function refused(code: "config_invalid" | "url_not_allowed", faults: ReturnType<typeof configFaults>): ProblemError {
  const errors = faults.map(({ pointer, ...fault }) => ({ pointer: `/config${pointer}`, ...fault }));
  const [first] = errors;
  return new ProblemError(code, `${first?.pointer}: ${first?.message}`, errors);
}

/** How a type is synced. */
interface TypeSettings {
  readonly priority: number;
  readonly rateMs: number;
  /** After which time it is read whole again; each time where it is absent. */
  readonly fullEveryMs: number | undefined;
}

export function settingsOf({ typeConfig = {} }: Pick<Integration, "typeConfig">, type: string): TypeSettings {
  const {
    priority = typeDefaults.priority,
    rateMinutes = typeDefaults.rateMinutes,
    fullEveryHours,
  } = {
    ...typeConfig[type],
  };
  return {
    priority,
    rateMs: rateMinutes * minuteMs,
    fullEveryMs: fullEveryHours === undefined ? undefined : fullEveryHours * hourMs,
  };
}

/** What a job that syncs a type is called, and where what is known of it stands in `metadata`. */
export function syncActionOf(type: string): string {
  return `sync.${type}`;
}

/** No two jobs that wait or run sync the same. */
export function syncKeyOf(dataSourceId: string, type: string): string {
  return `sync:${dataSourceId}:${type}`;
}

/** What syncs have left of a type. */
interface TypeState {
  readonly lastSyncAt?: number;
  /** Up to where it was read, in the provider's own words. */
  readonly cursor?: string;
  /** When all of it was last read, and how much that was. */
  readonly lastFullAt?: number;
  readonly seen?: number;
}

export function stateOf({ metadata }: Pick<Doc<"dataSources">, "metadata">, type: string): TypeState {
  const action = syncActionOf(type);
  const known: Record<string, unknown> = Object(Object.hasOwn(metadata, action) ? metadata[action] : undefined);
  const { lastSyncAt, cursor, lastFullAt, seen } = known;
  return {
    ...(typeof lastSyncAt === "number" ? { lastSyncAt } : {}),
    ...(typeof cursor === "string" ? { cursor } : {}),
    ...(typeof lastFullAt === "number" ? { lastFullAt } : {}),
    ...(typeof seen === "number" ? { seen } : {}),
  };
}

/** When a type may be synced again, without force. */
export function nextAllowedAt(
  integration: Pick<Integration, "typeConfig">,
  source: Pick<Doc<"dataSources">, "metadata">,
  type: string,
): number {
  const { lastSyncAt } = stateOf(source, type);
  return lastSyncAt === undefined ? 0 : lastSyncAt + settingsOf(integration, type).rateMs;
}

/** The part of the calls that a provider allows in an hour which syncs take: others share them. */
const ownShare = 0.5;
const usualCallsPerHour = 2000;

/** How many calls a data source may still make in the present hour, and when there will be more. */
export function callsLeft(
  { maxCallsPerHour, callBudget }: Pick<Doc<"dataSources">, "maxCallsPerHour" | "callBudget">,
  now: number,
): { readonly calls: number; readonly moreAt: number } {
  const all = maxCallsPerHour === undefined ? usualCallsPerHour : Math.floor(maxCallsPerHour * ownShare);
  if (!callBudget || callBudget.startedAt + hourMs <= now) return { calls: all, moreAt: now };
  return { calls: Math.max(0, all - callBudget.calls), moreAt: callBudget.startedAt + hourMs };
}

/** The budget after more calls. */
export function budgetAfter(
  { callBudget }: Pick<Doc<"dataSources">, "callBudget">,
  calls: number,
  now: number,
): { readonly startedAt: number; readonly calls: number } {
  if (!callBudget || callBudget.startedAt + hourMs <= now) return { startedAt: now, calls };
  return { startedAt: callBudget.startedAt, calls: callBudget.calls + calls };
}

/** Days before the end of credentials on which administrators are told. */
export const warningDays = [14, 3, 1] as const;
