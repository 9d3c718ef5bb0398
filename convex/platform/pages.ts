import { env } from "../_generated/server";
import { entityTagOf } from "../core/wire/etag";
import { siteBasePath } from "../core/wire/siteBasePath";
import { escaped } from "../core/wire/html";
import { styleSource } from "./html";
import type { HttpDocument } from "../core/wire/httpDocument";

const style = `:root{color-scheme:light dark;--text:#1c1c1e;--muted:#5b5b66;--line:#dcdce2;--back:#fff;--link:#0b57d0}
@media (prefers-color-scheme:dark){:root{--text:#ececf1;--muted:#a9a9b6;--line:#3a3a44;--back:#17171b;--link:#8ab4f8}}
body{margin:0 auto;max-width:44rem;padding:3rem 1.25rem;font:1rem/1.6 system-ui,sans-serif;color:var(--text);background:var(--back)}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
a{color:var(--link)}code{font-family:ui-monospace,monospace;font-size:.92em}
.status{color:var(--muted);margin:0}ul{list-style:none;padding:0;margin:0}li{padding:.45rem 0;border-top:1px solid var(--line)}
li span{color:var(--muted)}.table{overflow-x:auto}table{border-collapse:collapse;font-size:.92em}
th,td{padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);text-align:left;vertical-align:top}
button{font:inherit;color:#fff;background:#0b57d0;border:0;border-radius:6px;padding:.6rem 1.1rem;cursor:pointer}
button:focus-visible{outline:2px solid var(--text);outline-offset:2px}nav{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line)}`;

const common = { "cache-control": "public, max-age=300", vary: "Accept" };

/** What a page shows; the status is that of success unless given. */
interface Page {
  readonly title: string;
  readonly main: string;
  readonly status?: number;
}

/** What programs get at the address of a page. */
export function jsonDocument(value: object, contentType = "application/json"): HttpDocument {
  return taggedDocument({ "content-type": contentType }, JSON.stringify(value));
}

/** A page for people: nothing in it runs or is loaded but the icon. */
export async function htmlDocument(page: Page): Promise<HttpDocument> {
  return taggedDocument(await htmlHeaders("none"), htmlOf(page), page.status);
}

/** A page with a form that goes back to where it came from. It is one person's: nobody keeps or lists it. */
export async function formDocument(page: Page): Promise<HttpDocument> {
  const headers = { ...(await htmlHeaders("self")), "cache-control": "no-store", "x-robots-tag": "noindex" };
  return { status: 200, headers, body: htmlOf(page) };
}

async function htmlHeaders(formAction: "none" | "self"): Promise<Record<string, string>> {
  const policy = `default-src 'none'; img-src 'self'; style-src ${await styleSource(style)}; base-uri 'none'; form-action '${formAction}'; frame-ancestors 'none'`;
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
  };
}

function htmlOf({ title, main }: Page): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><link rel="icon" href="${siteBasePath(env)}/favicon.ico"><style>${style}</style></head>
<body><main>${main}</main></body>
</html>
`;
}

function taggedDocument(headers: Record<string, string>, body: string, status = 200): HttpDocument {
  // What is missing now may be there soon.
  if (status >= 400) return { status, headers: { ...headers, "cache-control": "no-store", vary: "Accept" }, body };
  return { status, headers: { ...common, etag: entityTagOf(body), ...headers }, body };
}
