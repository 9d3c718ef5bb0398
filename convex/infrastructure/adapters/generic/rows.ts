import { withoutUnseen } from "../../../core/schema/fields";
import { withoutCredentials } from "../../../core/wire/redaction";
import { ProviderError } from "../../../core/wire/providerError";
import { idOf, resourceFrom, statusOf } from "../reading";
import { valueAt } from "./pointers";
import { statusWords } from "./mapping";
import type { ProviderResource } from "../adapter";
import type { ResourceTable } from "../../tables";
import type { MappedList } from "./mapping";

/** Whose resources are read, and with what. */
export interface Reader {
  readonly apiKey: string;
  readonly accountId: string;
}

/**
 * A resource as a mapping finds it in an item of a list; undefined where it has no id, no name, or is of another account.
 * @throws {ProviderError} for one that repeats the key
 */
export function resourceAt(
  table: ResourceTable,
  list: MappedList,
  item: unknown,
  reader: Reader,
): ProviderResource | undefined {
  const at = (pointer: string | undefined) => (pointer === undefined ? undefined : heldAt(item, pointer, reader));
  if (list.account !== undefined && idOf(at(list.account)) !== reader.accountId) return undefined;
  const details = Object.entries(list.fields ?? {}).map(([field, pointer]) => [field, detailOf(field, at(pointer))]);
  const kept = Object.entries(list.keep ?? {}).map(([field, pointer]) => [field, at(pointer)]);
  const name = plainText(at(list.name));
  return resourceFrom(table, Object.fromEntries(kept), {
    id: at(list.id),
    name: table === "domains" ? domainOf(name ?? "") : name,
    status: statusFrom(table, list, plainText(at(list.status))),
    details: Object.fromEntries(details),
    keeps: Object.fromEntries(kept.map(([field]) => [field, true])),
  });
}

/** What the provider calls its account; undefined where it does not. */
export function accountAt(json: unknown, pointer: string, reader: Pick<Reader, "apiKey">): string | undefined {
  return idOf(heldAt(json, pointer, reader));
}

/** What is at a pointer, without what opens something. */
function heldAt(json: unknown, pointer: string, { apiKey }: Pick<Reader, "apiKey">): unknown {
  const value = valueAt(json, pointer);
  if (Array.isArray(value)) return value.map((_, index) => heldAt(value, `/${index}`, { apiKey }));
  if (typeof value !== "string") return value;
  // What cannot be seen is taken out of texts later: the key is not to be in what is left.
  if (value.includes(apiKey) || withoutUnseen(value.toWellFormed()).includes(apiKey))
    throw new ProviderError("The provider repeats the key where the mapping looks for something else.", false);
  return withoutSecrets(value.toWellFormed());
}

/** Connection strings and signed links open something: names and passwords in URLs go, and what else reads as a credential. */
function withoutSecrets(text: string): string {
  return withoutCredentials(text.replaceAll(/(:\/\/)[^/?#\s@]*@/g, "$1"));
}

function plainText(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

const labels = /^(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*$/;

/** A domain as name servers know it: lower case, its letters in ASCII, no dot at the end. */
function domainOf(text: string): string | undefined {
  const [, wildcard = "", name = ""] = /^(\*\.)?([\p{L}\p{M}\p{N}._-]+?)\.?$/u.exec(text) ?? [];
  const url = `https://${name}`;
  const hostname = URL.canParse(url) ? new URL(url).hostname : "";
  // What looks like a number becomes an address there.
  return /[a-z]/.test(hostname) && hostname.length <= 251 && labels.test(hostname) ? wildcard + hostname : undefined;
}

/** The word that all providers share: as the mapping translates it, or as it is one of them already. */
function statusFrom(table: ResourceTable, { statuses = {} }: MappedList, word: string | undefined): string {
  const shared: Readonly<Record<string, string>> = Object.fromEntries(statusWords[table].map((each) => [each, each]));
  return statusOf(word, { ...shared, ...statuses });
}

/** What a column takes: times as milliseconds, everything else as text. */
function detailOf(field: string, value: unknown): string | number | undefined {
  if (field !== "expiresAt") return typeof value === "boolean" ? undefined : plainText(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/.test(plainText(value) ?? "");
  const instant = isTime ? Date.parse(String(value)) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
