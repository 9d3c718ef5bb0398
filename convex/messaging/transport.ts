import { emailAddress } from "../core/schema/fields";

type Environment = Readonly<Record<string, string | undefined>>;

/** What carries the e-mails of a deployment: a provider, or `local`, where whoever runs it writes them to files. */
export type Transport =
  | { readonly kind: "local"; readonly from: string }
  | { readonly kind: "resend"; readonly from: string; readonly apiKey: string; readonly apiUrl: string }
  | { readonly kind: "faulty"; readonly reason: string };

const resendUrl = "https://api.resend.com";
const localSender = "Portico <no-reply@localhost.localdomain>";
/** A name without what could end the header or the name, and an address; or an address alone. */
const senderPattern = /^(?:([^<>"\p{Cc}\p{Zl}\p{Zp}]{1,120}) )?<?([^<>"\s]+)>?$/u;

/** Chooses by `RESEND_API_KEY`; what is set and cannot work is told by the e-mails that wait for it. */
export function transportOf(environment: Environment): Transport {
  const apiKey = environment["RESEND_API_KEY"];
  const from = environment["EMAIL_FROM"];
  const sender = from === undefined || from === "" ? undefined : senderOf(from);
  if (sender === null)
    return { kind: "faulty", reason: "EMAIL_FROM must be an address such as `North Wind <mail@example.com>`." };
  if (apiKey === undefined || apiKey === "") return { kind: "local", from: sender ?? localSender };
  if (sender === undefined) return { kind: "faulty", reason: "RESEND_API_KEY is set, and EMAIL_FROM is not." };
  if (!/^[!-~]+$/.test(apiKey)) return { kind: "faulty", reason: "RESEND_API_KEY is no key." };
  const apiUrl = environment["RESEND_API_URL"] ?? resendUrl;
  if (!isApiUrl(apiUrl)) return { kind: "faulty", reason: "RESEND_API_URL must be an https URL." };
  return { kind: "resend", from: sender, apiKey, apiUrl: apiUrl.replace(/\/+$/, "") };
}

/** A sender in its one spelling; null for what is none. */
function senderOf(text: string): string | null {
  const [, name, address] = senderPattern.exec(text.trim()) ?? [];
  const parsed = emailAddress().safeParse(address);
  if (!parsed.success) return null;
  return name === undefined ? parsed.data : `${name.trim()} <${parsed.data}>`;
}

/** Plain http reaches stand-ins on this machine alone, as tests have them. */
function isApiUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname));
}
