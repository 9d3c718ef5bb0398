import * as z from "zod";
import { developmentPage, escaped } from "../../host/development/signInPage";
import type { DevelopmentIssuer, DevelopmentUser } from "../../host/development/issuer";
import type { DevelopmentPage } from "../../host/development/signIn";

const tokenLifetimeSeconds = 300;
/** The fragment of the link, which no server sees, goes into the form. */
const script = `const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) document.forms[0].elements.token.value = token;
history.replaceState(null, "", location.pathname);`;

const accepted = z.object({
  organization: z.object({ name: z.string() }),
  membership: z.object({ roleKey: z.string() }),
});
const refusal = z.object({ detail: z.string() });

/** Who signs in, and where the API answers. */
export interface AcceptanceOptions {
  readonly issuer: DevelopmentIssuer;
  readonly users: readonly DevelopmentUser[];
  readonly siteUrl: string;
}

/** What links of e-mails lead to in development, where no product stands at `SITE_URL`: a page that accepts an invitation. */
export function acceptancePages(options: AcceptanceOptions): ReadonlyMap<string, DevelopmentPage> {
  return new Map<string, DevelopmentPage>([
    ["/", () => Promise.resolve({ status: 200, body: homePage(options.siteUrl) })],
    [
      "/invitations/accept",
      async (form) =>
        form === undefined
          ? { status: 200, body: formPage(), script }
          : { status: 200, body: developmentPage("Invitation", await outcomeOf(options, form)) },
    ],
  ]);
}

/** Signs in as whoever was typed in, accepts, and says what came of it. */
async function outcomeOf({ issuer, users, siteUrl }: AcceptanceOptions, form: URLSearchParams): Promise<string> {
  const email = (form.get("email") ?? "").trim().toLowerCase();
  const known = users.find((user) => user.email === email);
  const user = known ?? { sub: email, email, email_verified: true };
  const credential = await issuer.mintUserToken(user, tokenLifetimeSeconds);
  const post = (path: string, body: object) =>
    fetch(`${siteUrl}/v1/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const synced = await post("me/sync", {});
  const answer = synced.ok ? await post("invitations/accept", { token: (form.get("token") ?? "").trim() }) : synced;
  const body: unknown = await answer.json();
  if (!answer.ok)
    return `<h1>The invitation was not accepted</h1><p>${escaped(refusal.safeParse(body).data?.detail ?? "")}</p>
${acceptanceForm(form.get("token") ?? "")}`;
  const { organization, membership } = accepted.parse(body);
  return `<h1>${escaped(email)} is a member of ${escaped(organization.name)}</h1><p>The role is <code>${escaped(membership.roleKey)}</code>.</p>`;
}

function formPage(): string {
  return developmentPage(
    "Accept an invitation",
    `<h1>Accept an invitation</h1>
<p>This page stands in for your product's in development: <code>SITE_URL</code> says where that is. Whoever you name counts as signed in.</p>
${acceptanceForm("")}<script>${script}</script>`,
  );
}

function acceptanceForm(token: string): string {
  return `<form method="post" action="/invitations/accept" class="other">
<label>The address that was invited<input type="email" name="email" required maxlength="254" autocomplete="off"></label>
<label>Token<input name="token" value="${escaped(token)}" required maxlength="200" autocomplete="off"></label>
<button>Accept</button></form>`;
}

function homePage(siteUrl: string): string {
  return developmentPage(
    "Development",
    `<h1>Your product would be here</h1>
<p>Links of e-mails lead to <code>SITE_URL</code>. The API is at <a href="${escaped(siteUrl)}/v1/docs">${escaped(siteUrl)}</a>.</p>`,
  );
}
