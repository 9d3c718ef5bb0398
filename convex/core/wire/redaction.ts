import { credentialKinds, mailedPrefixes, sealedPrefixes } from "./credentialKinds";

/** What stands where a secret was. */
export const redactedText = "[redacted]";
/** Values looked at in one body; a log row shows the beginning of it, whatever else it holds. */
const maximumValues = 2000;

const secretName =
  /pass(word|phrase|wd)|secret|token|credential|authorization|cookie|api[-_]?key|private[-_]?key|signature|^key$|^(client_)?assertion$/i;
const prefixes = [
  ...Object.values(credentialKinds).map(({ prefix }) => prefix),
  ...mailedPrefixes,
  ...sealedPrefixes,
].join("|");
/** Credentials of this deployment, and JWTs. */
const secretText = new RegExp(
  `(?<![A-Za-z0-9])(${prefixes})[A-Za-z0-9_]{8,}|eyJ[\\w-]{8,}\\.[\\w-]{4,}(\\.[\\w-]*)*`,
  "g",
);

/** Parameters of URLs, which open a file or take an upload for whoever has them, wherever the URL stands. */
const parameters = /([?&])([^?&=#\s"'<>]{1,100})=[^?&#\s"'<>]+/g;

/** Name and password before the host of a URL: whatever stands before the last `@` of it. */
const userinfo = /(:\/\/)[^/?#\s"'<>]*@/g;

/** The text with everything that reads as a credential replaced. */
export function withoutCredentials(text: string): string {
  return text
    .replace(userinfo, `$1${redactedText}@`)
    .replace(secretText, redactedText)
    .replace(parameters, (whole, before: string, name: string) =>
      isSecretParameter(name) ? `${before}${name}=${redactedText}` : whole,
    );
}

/** Names of parameters, which may be written in percents; a link is a token of the files' own. */
function isSecretParameter(name: string): boolean {
  const plain = name.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return plain === "link" || secretName.test(plain);
}

/**
 * A copy of JSON for a log: values under names of `secrets` or under names that secrets usually have are replaced, and so is what
 * reads as a credential wherever it stands. What is beyond the first values is left out.
 */
export function redactedJson(value: unknown, secrets: ReadonlySet<string>): unknown {
  let left = maximumValues;
  const copied = (inner: unknown): unknown => {
    left -= 1;
    if (left < 0) return "…";
    if (typeof inner === "string") return withoutCredentials(inner);
    if (typeof inner !== "object" || inner === null) return inner;
    if (Array.isArray(inner)) return inner.slice(0, Math.max(left, 0)).map(copied);
    return Object.fromEntries(
      Object.entries(inner)
        .slice(0, Math.max(left, 0))
        .map(([name, field]) => [name, isSecretName(name, secrets) ? redactedText : copied(field)]),
    );
  };
  return copied(value);
}

function isSecretName(name: string, secrets: ReadonlySet<string>): boolean {
  return secrets.has(name) || secretName.test(name);
}

/** Parts of a path as providers make them for whoever may call: long, of letters and digits. */
const secretPart = /^(?=.*\d)(?=.*[A-Za-z])[\w.~-]{20,}$/;

/**
 * A URL that somebody has named, for who may read that it was: origin and path, without values of its query, its fragment, and parts
 * of its path that look like secrets. What is no URL is redacted whole.
 */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return redactedText;
  const { protocol, host, pathname, search } = new URL(text);
  const path = pathname
    .split("/")
    .map((part) => (secretPart.test(part) ? redactedText : part))
    .join("/");
  const query = search
    .slice(1)
    .split("&")
    .map((part) => (part.includes("=") ? `${part.slice(0, part.indexOf("="))}=${redactedText}` : redactedText))
    .join("&");
  return `${protocol}//${host}${path}${search === "" ? "" : `?${query}`}`;
}

/** Path and query of a URL for a log: what is secret by its name or its form is replaced. */
export function redactedTarget(url: string): string {
  const target = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  return withoutCredentials(target);
}
