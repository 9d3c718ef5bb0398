/** What each template is filled with. A secret is no part of it: the sender puts it in the place of `tokenMark`. */
export interface TemplateData {
  readonly welcome: { readonly name: string };
  readonly organizationInvite: {
    readonly organizationName: string;
    readonly roleName: string;
    readonly inviterName?: string;
    /** Absent where the invitation lasts. */
    readonly expiresAt?: number;
  };
  readonly roleChanged: { readonly organizationName: string; readonly roleName: string };
  readonly organizationDeleted: { readonly organizationName: string; readonly purgeAfter: number };
  readonly webhookFailing: FailingWebhook;
  readonly webhookDisabled: FailingWebhook;
}
interface FailingWebhook {
  readonly organizationName: string;
  readonly url: string;
  readonly failingSince: number;
}
export type TemplateType = keyof TemplateData;

/** An e-mail as a template makes it. */
export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What an e-mail is made with beyond its data. */
export interface Circumstances {
  /** Where people use the product; without it e-mails hold no links. */
  readonly siteUrl: string | undefined;
  /** Whether the sender will have a secret for it. */
  readonly carriesToken: boolean;
}

/** Where the secret of an e-mail belongs. */
const tokenMark = "[token]";
const maxSubjectCharacters = 200;

interface Link {
  readonly label: string;
  /** Below the site's URL. */
  readonly path: string;
}

interface Template<Data> {
  subject(data: Data): string;
  paragraphs(data: Data, circumstances: Circumstances): readonly (string | Link)[];
}

const templates: { readonly [Type in TemplateType]: Template<TemplateData[Type]> } = {
  welcome: {
    subject: () => "Welcome",
    paragraphs: ({ name }) => [`Hello ${name}, your account is ready.`, { label: "Open", path: "" }],
  },
  organizationInvite: {
    subject: ({ organizationName }) => `You are invited to ${organizationName}`,
    paragraphs: ({ organizationName, roleName, inviterName, expiresAt }, circumstances) => [
      `${inviterName ?? "An administrator"} invites you to ${organizationName} as ${roleName}.`,
      acceptance(circumstances),
      ...(expiresAt === undefined ? [] : [`The invitation ends at ${timeOf(expiresAt)}.`]),
      "If you did not expect it, you need not do anything.",
    ],
  },
  roleChanged: {
    subject: ({ organizationName }) => `Your role in ${organizationName} has changed`,
    paragraphs: ({ organizationName, roleName }) => [
      `Your role in ${organizationName} is ${roleName} now.`,
      { label: "Open", path: "" },
    ],
  },
  organizationDeleted: {
    subject: ({ organizationName }) => `${organizationName} was deleted`,
    paragraphs: ({ organizationName, purgeAfter }) => [
      `${organizationName} is in the trash: nobody can use it any more.`,
      `Its owner can restore it until ${timeOf(purgeAfter)}. After that everything in it is deleted for good.`,
    ],
  },
  webhookFailing: {
    subject: ({ organizationName }) => `A webhook of ${organizationName} fails`,
    paragraphs: ({ url, failingSince }) => [
      `Every delivery to ${url} has failed since ${timeOf(failingSince)}.`,
      "Deliveries are tried again meanwhile. An endpoint that fails for five days is disabled.",
    ],
  },
  webhookDisabled: {
    subject: ({ organizationName }) => `A webhook of ${organizationName} was disabled`,
    paragraphs: ({ url, failingSince }) => [
      `Deliveries to ${url} have failed since ${timeOf(failingSince)}, and nothing is sent there any more.`,
      "Once it is active again, what it has missed can be sent to it.",
    ],
  },
};

/** Makes an e-mail. Its subject is one line, whatever names it holds; a name is text and never markup or a secret's place. */
export function render<Type extends TemplateType>(
  type: Type,
  data: TemplateData[Type],
  circumstances: Circumstances,
): Rendered {
  const { siteUrl } = circumstances;
  const template = templates[type];
  const parts = template.paragraphs(withoutMarks(data), circumstances).flatMap((part) => {
    if (typeof part === "string") return [{ text: part, html: escaped(part) }];
    if (siteUrl === undefined) return [];
    const url = `${siteUrl.replace(/\/+$/, "")}/${part.path}`;
    return [{ text: `${part.label}: ${url}`, html: `<a href="${escaped(url)}">${escaped(part.label)}</a>` }];
  });
  return {
    subject: oneLine(template.subject(data)),
    text: parts.map(({ text }) => text).join("\n\n"),
    html: parts.map(({ html }) => `<p>${html}</p>`).join("\n"),
  };
}

/** The body as its recipient gets it. */
export function withToken<Body extends Pick<Rendered, "html" | "text">>(body: Body, token: string): Body {
  return { ...body, html: body.html.replaceAll(tokenMark, token), text: body.text.replaceAll(tokenMark, token) };
}

/** The token stands in the fragment, which no server and no referrer sees. */
function acceptance({ siteUrl, carriesToken }: Circumstances): string | Link {
  if (!carriesToken) return siteUrl === undefined ? "Sign in to accept." : { label: "Sign in to accept", path: "" };
  if (siteUrl === undefined) return `Accept it with this token: ${tokenMark}`;
  return { label: "Accept the invitation", path: `invitations/accept#token=${tokenMark}` };
}

/** Whoever names an organization must not find the secret of its invitations in a URL of their own. */
function withoutMarks<Data extends object>(data: Data): Data {
  const copy = { ...data };
  for (const name in copy) {
    const value = copy[name];
    if (typeof value === "string" && value.includes(tokenMark))
      Reflect.set(copy, name, value.replaceAll(tokenMark, "(token)"));
  }
  return copy;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return Array.from(line).slice(0, maxSubjectCharacters).join("");
}

function timeOf(timestampMs: number): string {
  return `${new Date(timestampMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
