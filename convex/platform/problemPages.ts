import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { entityTagOf } from "../core/wire/etag";
import { problems } from "../core/wire/problems";
import { httpDocument } from "../core/wire/httpDocument";
import { siteBasePath } from "../core/wire/siteBasePath";
import { escaped, styleSource, withCode } from "./html";
import type { HttpDocument } from "../core/wire/httpDocument";
import type { ProblemCode } from "../core/wire/problems";

const style = `:root{color-scheme:light dark;--text:#1c1c1e;--muted:#5b5b66;--line:#dcdce2;--back:#fff;--link:#0b57d0}
@media (prefers-color-scheme:dark){:root{--text:#ececf1;--muted:#a9a9b6;--line:#3a3a44;--back:#17171b;--link:#8ab4f8}}
body{margin:0 auto;max-width:44rem;padding:3rem 1.25rem;font:1rem/1.6 system-ui,sans-serif;color:var(--text);background:var(--back)}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
a{color:var(--link)}code{font-family:ui-monospace,monospace;font-size:.92em}
.status{color:var(--muted);margin:0}ul{list-style:none;padding:0;margin:0}li{padding:.45rem 0;border-top:1px solid var(--line)}
li span{color:var(--muted)}nav{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line)}`;

/** What a problem code means and how to mend it; the index of all codes without one. 404 for a code that does not exist. */
export const page = internalQuery({
  args: { code: v.optional(v.string()), form: v.union(v.literal("json"), v.literal("html")) },
  returns: httpDocument,
  handler: async (_ctx, { code, form }): Promise<HttpDocument> => {
    const wantsJson = form === "json";
    if (code === undefined)
      return wantsJson ? jsonDocument({ problems: codes().map(entryOf) }) : htmlDocument(indexPage());
    if (!isCode(code)) return { status: 404, headers: {}, body: "" };
    return wantsJson ? jsonDocument(entryOf(code)) : htmlDocument(codePage(code));
  },
});

function isCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}

function codes(): ProblemCode[] {
  return Object.keys(problems).filter(isCode).sort();
}

function entryOf(code: ProblemCode) {
  const [status, title, mend] = problems[code];
  return { type: `${env["CONVEX_SITE_URL"] ?? ""}/problems/${code}`, code, status, title, mend };
}

const common = { "cache-control": "public, max-age=300", vary: "Accept" };

function jsonDocument(value: object): HttpDocument {
  return taggedDocument({ "content-type": "application/json" }, JSON.stringify(value));
}

async function htmlDocument({ title, main }: { title: string; main: string }): Promise<HttpDocument> {
  const policy = `default-src 'none'; style-src ${await styleSource(style)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Portico</title><style>${style}</style></head>
<body><main>${main}</main></body>
</html>
`;
  return taggedDocument(
    {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
    },
    body,
  );
}

function taggedDocument(headers: Record<string, string>, body: string): HttpDocument {
  return { status: 200, headers: { ...common, etag: entityTagOf(body), ...headers }, body };
}

function codePage(code: ProblemCode) {
  const [status, title, mend] = problems[code];
  const main = `
<p class="status">HTTP ${status} · <code>${code}</code></p>
<h1>${escaped(title)}</h1>
<h2>How to mend it</h2>
<p>${withCode(mend)}</p>
<h2>In the answer</h2>
<p>The body is <code>application/problem+json</code> (RFC 9457). Branch on <code>code</code>, show <code>detail</code>, and
quote <code>requestId</code> when you report it.${status === 400 || status === 422 ? " Where fields are at fault, <code>errors</code> names each by a JSON pointer." : ""}</p>
<nav><a href="${siteBasePath(env)}/problems">All problem codes</a> · <a href="${siteBasePath(env)}/v1/docs">API reference</a></nav>`;
  return { title: `${code}: ${title}`, main };
}

function indexPage() {
  const statuses = [...new Set(codes().map((code) => problems[code][0]))].sort((left, right) => left - right);
  const sections = statuses.map((status) => {
    const rows = codes()
      .filter((code) => problems[code][0] === status)
      .map(
        (code) =>
          `<li><a href="${siteBasePath(env)}/problems/${code}"><code>${code}</code></a> <span>${escaped(problems[code][1])}</span></li>`,
      );
    return `<h2>HTTP ${status}</h2>\n<ul>\n${rows.join("\n")}\n</ul>`;
  });
  const main = `<h1>Problem codes</h1>
<p>Every refusal of this API carries one of these codes in <code>code</code>.</p>
${sections.join("\n")}
<nav><a href="${siteBasePath(env)}/v1/docs">API reference</a></nav>`;
  return { title: "Problem codes", main };
}
