import { env } from "../../_generated/server";
import { minuteMs } from "../../core/wire/durations";
import { signingKeyOf } from "../signingKeys";
import type { Caller } from "../../core/access/caller";

/** Who asked for a link, on whose rights it hangs. */
export type LinkHolder = `${"user" | "apiKey" | "agent"}:${string}`;

/** What a link says, once its signature is known to be ours. */
export interface FileLink {
  readonly fileId: string;
  readonly holder: LinkHolder;
  readonly expiresAtMs: number;
}

const linkLifetimeMs = 5 * minuteMs;
const form = /^([a-z0-9]{31,37})\.(user|apiKey|agent)\.([a-z0-9]{31,37})\.(\d{1,15})\.([A-Za-z0-9_-]{43})$/;
/** Apart from whatever else the deployment's key may sign. */
const label = "portico file link";

/** The holder of links that `caller` asks for; undefined for those who have no file to ask for. */
export function holderOf(caller: Caller): LinkHolder | undefined {
  if (caller.kind === "user") return `user:${caller.user._id}`;
  if (caller.kind === "apiKey") return `apiKey:${caller.apiKey._id}`;
  return caller.kind === "agent" ? `agent:${caller.agent._id}` : undefined;
}

/** The token of a link that holds for five minutes; undefined where the deployment has no key to sign it with. */
export async function linkToken(fileId: string, holder: LinkHolder, nowMs: number): Promise<string | undefined> {
  const key = await linkKey();
  if (!key) return undefined;
  const said = `${fileId}.${holder.replace(":", ".")}.${nowMs + linkLifetimeMs}`;
  const mac = await crypto.subtle.sign("HMAC", key, bytesToSign(said));
  return `${said}.${base64Url(new Uint8Array(mac))}`;
}

/** What a token says; undefined unless this deployment signed it, and its time is not over. */
export async function readLinkToken(token: string, nowMs: number): Promise<FileLink | undefined> {
  const [, fileId = "", kind = "", holderId = "", expiry = "", signature = ""] = form.exec(token) ?? [];
  const key = await linkKey();
  const mac = bytesOfBase64Url(signature);
  if (!key || !mac || (kind !== "user" && kind !== "apiKey" && kind !== "agent")) return undefined;
  const said = `${fileId}.${kind}.${holderId}.${expiry}`;
  if (!(await crypto.subtle.verify("HMAC", key, mac, bytesToSign(said)))) return undefined;
  const expiresAtMs = Number(expiry);
  return expiresAtMs <= nowMs ? undefined : { fileId, holder: `${kind}:${holderId}`, expiresAtMs };
}

async function linkKey(): Promise<CryptoKey | undefined> {
  const key = signingKeyOf(env);
  if (!key) return undefined;
  return crypto.subtle.importKey("raw", new TextEncoder().encode(key.d), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}

function bytesToSign(said: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${label}\n${said}`);
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function bytesOfBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text === "") return undefined;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
