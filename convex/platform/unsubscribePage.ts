import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../_generated/server";
import { httpDocument } from "../core/wire/httpDocument";
import { escaped } from "../core/wire/html";
import { formDocument } from "./pages";
import type { HttpDocument } from "../core/wire/httpDocument";

interface Shown {
  readonly title: string;
  readonly organizationName?: string;
  readonly isOff: boolean;
}
const showReference = makeFunctionReference<"query", { token: string }, Shown | null>("messaging/unsubscribe:show");
const applyReference = makeFunctionReference<"mutation", { token: string }, Shown | null>(
  "messaging/unsubscribe:apply",
);
const nothing: HttpDocument = { status: 404, headers: {}, body: "" };

/** The page that an unsubscribe link opens: it asks, and nothing has changed yet. 404 for a link that was not made here. */
export const page = internalQuery({
  args: { token: v.string() },
  returns: httpDocument,
  handler: async (ctx, { token }): Promise<HttpDocument> => {
    const shown = await ctx.runQuery(showReference, { token });
    return shown ? unsubscribePage(shown, token) : nothing;
  },
});

/** Does it, and says so. */
export const unsubscribe = internalMutation({
  args: { token: v.string() },
  returns: httpDocument,
  handler: async (ctx, { token }): Promise<HttpDocument> => {
    const shown = await ctx.runMutation(applyReference, { token });
    return shown ? unsubscribePage(shown, token) : nothing;
  },
});

function unsubscribePage({ title, organizationName, isOff }: Shown, token: string): Promise<HttpDocument> {
  const sender = escaped(organizationName ?? "the organization, which is gone");
  const from = organizationName === undefined ? "" : `<p class="status">From ${sender}</p>`;
  const main = isOff
    ? `${from}<h1>E-mails about ${escaped(title)} are off</h1>
<p>No more of them come to you from ${sender}. Your settings turn them on again, and off for all your organizations.</p>`
    : `${from}<h1>Turn off e-mails about ${escaped(title)}?</h1>
<p>They end from ${sender}; those of your other organizations go on. What follows from your own account, such as an invitation, comes as before.</p>
<form method="post" action="?token=${escaped(encodeURIComponent(token))}">
<input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Turn them off</button></form>`;
  return formDocument({ title: "E-mails · Portico", main });
}
