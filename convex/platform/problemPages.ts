import { v } from "convex/values";
import { env, internalQuery } from "../_generated/server";
import { typeOfProblem } from "../core/wire/errors";
import { problems } from "../core/wire/problems";
import { httpDocument } from "../core/wire/httpDocument";
import { siteBasePath } from "../core/wire/siteBasePath";
import { escaped } from "../core/wire/html";
import { withCode } from "./html";
import { htmlDocument, jsonDocument } from "./pages";
import type { HttpDocument } from "../core/wire/httpDocument";
import type { ProblemCode } from "../core/wire/problems";

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
  return { type: typeOfProblem(code, env["CONVEX_SITE_URL"] ?? ""), code, status, title, mend };
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
  return { title: `${code}: ${title} · Portico`, main };
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
  return { title: "Problem codes · Portico", main };
}
