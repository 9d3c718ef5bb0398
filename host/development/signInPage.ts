import { createHash } from "node:crypto";
import type { DevelopmentUser } from "./issuer";

/** What the page of the local sign-in shows, and what it sends on. */
export interface SignInPage {
  readonly users: readonly DevelopmentUser[];
  /** The parameters of the request, which the forms send back. */
  readonly request: ReadonlyMap<string, string>;
  readonly clientId: string;
  readonly redirectUri: string;
}

const style = `:root{color-scheme:light dark;--text:#1c1c1e;--muted:#5b5b66;--line:#dcdce2;--back:#fff;--link:#0b57d0}
@media (prefers-color-scheme:dark){:root{--text:#ececf1;--muted:#a9a9b6;--line:#3a3a44;--back:#17171b;--link:#8ab4f8}}
body{margin:0 auto;max-width:36rem;padding:2.5rem 1.25rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1rem;margin:1.75rem 0 .5rem}
p{color:var(--muted);margin:.5rem 0}code{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}
button,input{font:inherit;color:inherit;border:1px solid var(--line);border-radius:6px;padding:.5rem .75rem;background:transparent}
button{cursor:pointer;text-align:left}button:hover,button:focus-visible,input:focus-visible{outline:2px solid var(--link)}
.users{display:grid;gap:.5rem;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr))}
.users button span{display:block;color:var(--muted);font-size:.875rem}
.other{display:grid;gap:.5rem;max-width:22rem}label{display:grid;gap:.25rem}`;

/** Headers of every page of the local sign-in; `target` is where its forms may lead, `script` the one that may run. */
export function pageHeaders({
  target,
  script,
}: { readonly target?: URL | undefined; readonly script?: string | undefined } = {}): Record<string, string> {
  const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    // Without the origin of its own form it could not tell one of another page.
    "referrer-policy": "same-origin",
    // A browser holds the redirect after a form to `form-action` as well.
    "content-security-policy": `default-src 'none'; style-src ${hashOf(style)};${script === undefined ? "" : ` script-src ${hashOf(script)};`} base-uri 'none'; form-action 'self'${target ? ` ${target.origin}` : ""}; frame-ancestors 'none'`,
  };
}

/** The page on which a person chooses who to be. */
export function signInPage({ users, request, clientId, redirectUri }: SignInPage): string {
  const hidden = Array.from(
    request,
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  ).join("");
  const buttons = users.map(
    ({ sub, email = "", name = email }) =>
      `<button name="user" value="${escaped(sub)}">${escaped(name)}<span>${escaped(email)}</span></button>`,
  );
  const known =
    users.length === 0
      ? ""
      : `<h2>Demo users</h2><form method="post" action="/authorize" class="users">${hidden}${buttons.join("")}</form>`;
  return developmentPage(
    "Sign in for development",
    `<h1>Sign in for development</h1>
<p>Whoever reaches this page can be anybody here; <code>npm run dev</code> alone serves it.
<code>${escaped(clientId)}</code> gets the token, at <code>${escaped(redirectUri)}</code>.</p>
${known}
<h2>${users.length === 0 ? "Who to be" : "Somebody else"}</h2>
<form method="post" action="/authorize" class="other">${hidden}
<label>E-mail address, which counts as verified<input type="email" name="email" required maxlength="254" autocomplete="off"></label>
<label>Name, if they are to have another<input name="name" maxlength="120" autocomplete="off"></label>
<button>Sign in</button></form>`,
  );
}

/** A refusal that cannot be sent back to whoever asked. */
export function refusalPage(message: string): string {
  return developmentPage("Sign-in refused", `<h1>Sign-in refused</h1><p>${escaped(message)}</p>`);
}

/** A page of the local sign-in: `main` is its HTML. */
export function developmentPage(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Portico</title><style>${style}</style></head>
<body><main>${main}</main></body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML text or attribute value. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
