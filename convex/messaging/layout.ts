import { escaped } from "../core/wire/html";

/** A part of an e-mail's body, as text and HTML have it. */
export interface Part {
  readonly text: string;
  readonly html: string;
}

/** What surrounds the parts of an e-mail. */
export interface Frame {
  readonly subject: string;
  /** Why the recipient gets it, and what ends that. */
  readonly footer: readonly Part[];
}

// Programs that know no style sheets take the attributes; those that know dark colours, the sheet.
const sheet = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){.page{background:#17171b!important}.card{background:#212127!important;border-color:#3a3a44!important}
.card p,.card h1{color:#ececf1!important}.code{background:#2d2d35!important;color:#ececf1!important}.foot p,.foot a{color:#a9a9b6!important}.button{background:#8ab4f8!important;color:#17171b!important}}
@media (max-width:480px){.card{padding:24px 20px 8px!important}}`;
const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const paragraphStyle = `margin:0 0 16px;${font};font-size:16px;line-height:1.5;color:#1c1c1e;overflow-wrap:anywhere`;
const footStyle = `margin:0 0 6px;${font};font-size:13px;line-height:1.5;color:#5b5b66;overflow-wrap:anywhere`;

/** A paragraph. */
export function paragraph(text: string): Part {
  return { text, html: `<p style="${paragraphStyle}">${escaped(text)}</p>` };
}

/** What the recipient is asked to do: a button, or a line with the address. */
export function action(label: string, url: string): Part {
  const style = `display:inline-block;padding:11px 20px;border-radius:6px;background:#0b57d0;color:#ffffff;${font};font-size:16px;font-weight:600;line-height:1.25;text-decoration:none`;
  const link = `<a class="button" href="${escaped(url)}" style="${style}">${escaped(label)}</a>`;
  return { text: `${label}:\n${url}`, html: `<p style="margin:8px 0 24px">${link}</p>` };
}

/** Something to copy. */
export function code(label: string, value: string): Part {
  const style = `margin:0 0 24px;padding:12px 14px;border-radius:6px;background:#f1f1f4;color:#1c1c1e;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px;line-height:1.5;word-break:break-all`;
  return {
    text: `${label}:\n${value}`,
    html: `${paragraph(`${label}:`).html}\n<div class="code" style="${style}">${escaped(value)}</div>`,
  };
}

/** A line below the e-mail. */
export function small(text: string): Part {
  return { text, html: `<p style="${footStyle}">${escaped(text)}</p>` };
}

/** A link below the e-mail. */
export function smallLink(label: string, url: string): Part {
  const link = `<a href="${escaped(url)}" style="color:#5b5b66">${escaped(label)}</a>`;
  return { text: `${label}: ${url}`, html: `<p style="${footStyle}">${link}</p>` };
}

/** The two bodies of an e-mail. Nothing in the HTML is loaded, so that opening it tells nobody. */
export function laidOut(parts: readonly Part[], { subject, footer }: Frame): Part {
  const htmlOf = (some: readonly Part[]) => some.map(({ html }) => html).join("\n");
  const title = `<h1 style="margin:0 0 20px;${font};font-size:20px;font-weight:600;line-height:1.3;color:#1c1c1e;overflow-wrap:anywhere">${escaped(subject)}</h1>`;
  return {
    text: `${parts.map(({ text }) => text).join("\n\n")}\n\n--\n${footer.map(({ text }) => text).join("\n")}\n`,
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>${sheet}</style></head>
<body class="page" style="margin:0;padding:0;background:#f4f4f7">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f4f4f7"><tr><td align="center" style="padding:32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px">
<tr><td class="card" style="padding:32px 32px 16px;border:1px solid #dcdce2;border-radius:10px;background:#ffffff;text-align:left">
${title}
${htmlOf(parts)}
</td></tr>
<tr><td class="foot" style="padding:20px 8px 0;text-align:left">
${htmlOf(footer)}
</td></tr>
</table>
</td></tr></table>
</body>
</html>
`,
  };
}
