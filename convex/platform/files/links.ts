import { env } from "../../_generated/server";
import { base64UrlOf, bytesOfBase64Url } from "../../core/wire/base64Url";
import { minuteMs } from "../../core/wire/durations";
import { signingKeyOf } from "../signingKeys";
import type { Caller } from "../../core/access/caller";

/** Whoever may have files, by kind and id. */
export type Principal = `${"user" | "apiKey" | "agent"}:${string}`;

/** Who asked for a link, on whose rights it hangs, and by which access token of this deployment, if by one. */
export interface LinkHolder {
  readonly principal: Principal;
  readonly tokenId?: string | undefined;
}

/** What a link says, once its signature is known to be ours. */
export interface FileLink {
  readonly fileId: string;
  readonly holder: LinkHolder;
  readonly expiresAtMs: number;
}

const linkLifetimeMs = 5 * minuteMs;
const form =
  /^([a-z0-9]{31,37})\.(user|apiKey|agent)\.([a-z0-9]{31,37})\.([0-9a-f-]{36}|)\.(\d{1,15})\.([A-Za-z0-9_-]{43})$/;
/** Apart from whatever else the deployment's key may sign. */
const label = "portico file link";

/** Who `caller` is where files are concerned; undefined for those who have none to ask for. */
export function principalOf(caller: Caller): Principal | undefined {
  if (caller.kind === "user") return `user:${caller.user._id}`;
  if (caller.kind === "apiKey") return `apiKey:${caller.apiKey._id}`;
  return caller.kind === "agent" ? `agent:${caller.agent._id}` : undefined;
}

/** The holder of links that `caller` asks for. */
export function holderOf(caller: Caller): LinkHolder | undefined {
  const principal = principalOf(caller);
  return principal && { principal, tokenId: "tokenId" in caller ? caller.tokenId : undefined };
}

/** The token of a link that holds for five minutes; undefined where the deployment has no key to sign it with. */
export async function linkToken(
  fileId: string,
  { principal, tokenId = "" }: LinkHolder,
  nowMs: number,
): Promise<string | undefined> {
  const key = await linkKey();
  if (!key) return undefined;
  const said = `${fileId}.${principal.replace(":", ".")}.${tokenId}.${nowMs + linkLifetimeMs}`;
  const mac = await crypto.subtle.sign("HMAC", key, bytesToSign(said));
  return `${said}.${base64UrlOf(mac)}`;
}

/** What a token says; undefined unless this deployment signed it, and its time is not over. */
export async function readLinkToken(token: string, nowMs: number): Promise<FileLink | undefined> {
  const [, fileId = "", kind = "", holderId = "", tokenId = "", expiry = "", signature = ""] = form.exec(token) ?? [];
  const key = await linkKey();
  const mac = bytesOfBase64Url(signature);
  if (!key || !mac || (kind !== "user" && kind !== "apiKey" && kind !== "agent")) return undefined;
  const said = `${fileId}.${kind}.${holderId}.${tokenId}.${expiry}`;
  if (!(await crypto.subtle.verify("HMAC", key, mac, bytesToSign(said)))) return undefined;
  const expiresAtMs = Number(expiry);
  if (expiresAtMs <= nowMs) return undefined;
  const holder = { principal: `${kind}:${holderId}`, ...(tokenId === "" ? {} : { tokenId }) } as const;
  return { fileId, holder, expiresAtMs };
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
