import { withoutUnseen } from "../../../core/schema/fields";
import { withoutCredentials } from "../../../core/wire/redaction";
import { ProviderError } from "../../../core/wire/providerError";
import { valueAt } from "./pointers";
import { statusWords } from "./mapping";
import type { ProviderResource } from "../adapter";
import type { ResourceTable } from "../../tables";
import type { MappedList } from "./mapping";

const longestId = 200;
const longestName = 253;
const labels = /^(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*$/;
/** Longer texts are left out of what is kept. */
const longestKept = 1000;

/** Whose resources are read, and with what. */
export interface Reader {
  readonly apiKey: string;
  readonly accountId: string;
}

/**
 * A resource as a mapping finds it in an item of a list.
 * @throws {ProviderError} for an item without an id or a name, one of another account, and one that repeats the key
 */
export function resourceOf(table: ResourceTable, list: MappedList, item: unknown, reader: Reader): ProviderResource {
  const at = (pointer: string) => plainAt(item, pointer, reader);
  const providerResourceId = idAt(item, list.id, reader);
  if (providerResourceId === undefined) throw unusable(table, "id", "an id");
  if (list.account !== undefined && idAt(item, list.account, reader) !== reader.accountId)
    throw new ProviderError(`The provider lists ${table} of another account than the key's.`, false);
  const name = nameOf(table, at(list.name));
  if (name === undefined) throw unusable(table, "name", table === "domains" ? "the name of a domain" : "a name");
  const details = Object.entries(list.fields ?? {}).flatMap(([field, pointer]) => {
    const value = pointer === undefined ? undefined : detailOf(field, at(pointer));
    return value === undefined ? [] : [[field, value] as const];
  });
  const kept = Object.entries(list.keep ?? {}).flatMap(([field, pointer]) => {
    const value = keptOf(at(pointer));
    return value === undefined ? [] : [[field, value] as const];
  });
  return {
    providerResourceId,
    name,
    status: statusOf(table, list, at),
    details: Object.fromEntries(details),
    fullApiData: JSON.stringify(Object.fromEntries(kept)),
  };
}

/** An id in an answer; undefined where there is none that tells one thing from another. */
export function idAt(json: unknown, pointer: string, reader: Pick<Reader, "apiKey">): string | undefined {
  const value = plainAt(json, pointer, reader);
  // Beyond these numbers two ids may be read as one.
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== "string" || value === "" || value.length > longestId) return undefined;
  return value.isWellFormed() && withoutUnseen(value) === value ? value : undefined;
}

type Plain = string | number | boolean;

/** The text, number or boolean at a pointer: lists and objects may hold what nobody has asked for. */
function plainAt(json: unknown, pointer: string, { apiKey }: Pick<Reader, "apiKey">): Plain | undefined {
  const value = valueAt(json, pointer);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (value.includes(apiKey))
    throw new ProviderError("The provider repeats the key where the mapping looks for something else.", false);
  return value;
}

function nameOf(table: ResourceTable, value: Plain | undefined): string | undefined {
  if (typeof value === "boolean" || value === undefined) return undefined;
  if (table === "domains") return domainOf(String(value));
  const name = shortened(withoutUnseen(String(value).toWellFormed()).trim(), longestName);
  return name === "" ? undefined : name;
}

/** A domain as name servers know it: lower case, its letters in ASCII, no dot at the end. */
function domainOf(text: string): string | undefined {
  const name = text.replace(/\.$/, "");
  if (!/^(\*\.)?[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*$/u.test(name)) return undefined;
  const url = `https://${name.replace(/^\*\./, "")}`;
  const hostname = URL.canParse(url) ? new URL(url).hostname : "";
  // What looks like a number becomes an address there.
  if (!/[a-z]/.test(hostname) || hostname.length > longestName || !labels.test(hostname)) return undefined;
  return name.startsWith("*.") ? `*.${hostname}` : hostname;
}

function statusOf(table: ResourceTable, list: MappedList, at: (pointer: string) => Plain | undefined): string {
  const value = list.status === undefined ? undefined : at(list.status);
  const word = String(value);
  const { statuses = {} } = list;
  const mapped = Object.hasOwn(statuses, word) ? statuses[word] : word;
  const words: readonly string[] = statusWords[table];
  return mapped !== undefined && words.includes(mapped) ? mapped : "unknown";
}

/** What a column takes: times as milliseconds, everything else as text. */
function detailOf(field: string, value: Plain | undefined): string | number | undefined {
  if (value === undefined || typeof value === "boolean") return undefined;
  if (field !== "expiresAt") return withoutSecrets(String(value));
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/.test(value);
  const instant = isTime ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

function keptOf(value: Plain | undefined): Plain | undefined {
  if (typeof value !== "string") return value;
  return value.length > longestKept ? undefined : withoutSecrets(value.toWellFormed());
}

/** Connection strings and signed links are texts that open something: names and passwords in URLs go, and what else reads as a credential. */
function withoutSecrets(text: string): string {
  return withoutCredentials(text.replaceAll(/(:\/\/)[^/?#\s@]*@/g, "$1"));
}

function shortened(text: string, characters: number): string {
  return [...text].slice(0, characters).join("");
}

function unusable(table: ResourceTable, place: string, what: string): ProviderError {
  return new ProviderError(
    `The provider lists ${table} without ${what} at \`/${table}/${place}\` of the mapping.`,
    false,
  );
}
