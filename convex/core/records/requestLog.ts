import { actorOf } from "./audit";
import { tableMetadata } from "../schema/tableMetadata";
import { dayMs } from "../wire/durations";
import { redactedJson, redactedText } from "../wire/redaction";
import type { Caller } from "../access/caller";
import type { Tenant } from "../access/tenant";
import type { Fields, TableMetadata } from "../schema/table";
import type { LoggedCall } from "../wire/restProtocol";
import type { Doc } from "../../_generated/dataModel";

/** How many of a hundred successful requests are logged where the organization does not say. */
const successPercent = 1;
const maximumBodyCharacters = 8192;

/** What the log of a request needs to know of its operation. */
interface LoggedOperation {
  readonly declaration: {
    readonly operationId: string;
    readonly audit?: string | false;
    readonly params: Fields | undefined;
    readonly body: Fields | undefined;
    readonly secret?: { readonly field: string };
  };
  readonly query: Fields;
}

/**
 * Whether a successful request is one of those that are logged. Never one that has a log of its own: check-ins alone would be
 * most of it.
 */
export function isSampled({ declaration: { audit } }: LoggedOperation, { organization }: Tenant): boolean {
  return audit !== false && isLoggedSuccess(organization);
}

/** Whether a success is one of the hundredths that an organization has logged. */
export function isLoggedSuccess({
  settings: { apiLogSuccessPercent = successPercent },
}: Doc<"organizations">): boolean {
  return Math.random() * 100 < apiLogSuccessPercent;
}

/** When a row of an organization's logs of calls goes, whichever of them it stands in. */
export function logExpiry({ settings }: Doc<"organizations">, now: number): number {
  return now + settings.apiLogRetentionDays * dayMs;
}

/**
 * What the engine knows of a request for its log: who called what, and the bodies by the operation's schema. Fields that it does
 * not declare are named without their values, since nobody knows what they are.
 */
export function loggedCall(
  { declaration: { operationId, params, body, secret }, query }: LoggedOperation,
  caller: Caller,
  { organization }: Tenant,
  input: Readonly<Record<string, unknown>>,
  answer?: string,
): LoggedCall {
  const { actorType, userId, apiKeyId, agentId } = actorOf(caller);
  const actorId = userId ?? apiKeyId ?? agentId;
  const secrets = secret ? new Set([...secretFields(), secret.field]) : secretFields();
  const sent = body && asLogged(bodyOf(input, { ...params, ...query }, body), secrets);
  const answered = answer === undefined || answer === "" ? undefined : asLogged(JSON.parse(answer), secrets);
  return {
    organizationId: organization._id,
    actorType,
    ...(actorId === undefined ? {} : { actorId }),
    operationId,
    ...(sent === undefined ? {} : { body: sent }),
    ...(answered === undefined ? {} : { responseBody: answered }),
  };
}

/** Fields that no table ever shows. */
function secretFields(): ReadonlySet<string> {
  return new Set(Object.values<TableMetadata>(tableMetadata).flatMap(({ secret }) => secret));
}

function bodyOf(input: Readonly<Record<string, unknown>>, parameters: Fields, body: Fields) {
  return Object.fromEntries(
    Object.entries(input)
      .filter(([name]) => !Object.hasOwn(parameters, name))
      .map(([name, value]) => [name, Object.hasOwn(body, name) ? value : redactedText]),
  );
}

function asLogged(value: unknown, secrets: ReadonlySet<string>): string {
  return JSON.stringify(redactedJson(value, secrets)).slice(0, maximumBodyCharacters).toWellFormed();
}
