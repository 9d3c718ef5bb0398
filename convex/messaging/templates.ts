import { action, code, laidOut, paragraph, small, smallLink } from "./layout";
import type { Part } from "./layout";
import type { EmailCategory } from "./tables";

/** What each template is filled with. A secret is no part of it: the sender puts it in the place of its mark. */
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
  readonly invitationAccepted: {
    readonly organizationName: string;
    readonly personName: string;
    readonly roleName: string;
  };
  readonly billFinalized: {
    readonly organizationName: string;
    readonly number: string;
    readonly period: string;
    readonly total: string;
  };
  readonly subscriptionActive: MemberSubscription;
  readonly subscriptionCanceled: MemberSubscription;
  readonly paymentFailed: MemberSubscription;
  readonly trialEnding: MemberSubscription;
  readonly webhookFailing: FailingWebhook;
  readonly webhookDisabled: FailingWebhook;
}
interface MemberSubscription {
  readonly organizationName: string;
  readonly tierName: string;
  /** When access ends; absent where no end is known, or it has ended. */
  readonly until?: number | undefined;
}
interface FailingWebhook {
  readonly organizationName: string;
  readonly url: string;
  readonly failingSince: number;
  /** Why it will not pass by itself, where it will not. */
  readonly reason?: string | undefined;
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
  /** Where people use the product; without it e-mails hold no links to it. */
  readonly siteUrl: string | undefined;
  /** Whether the sender will have a secret for it. */
  readonly carriesToken: boolean;
}

/** Where the sender puts what no row holds. */
const marks = { token: "[token]", unsubscribe: "[unsubscribe]" } as const;
/** What takes the place of the marks. */
export type Filling = Readonly<Partial<Record<keyof typeof marks, string>>>;

const maxSubjectCharacters = 200;

/** A link below the site's URL. */
interface Link {
  readonly label: string;
  readonly path: string;
}

/** The secret itself. */
interface Secret {
  readonly label: string;
  readonly mark: "token";
}
type BodyPart = string | Link | Secret;

interface Template<Data> {
  /** What the recipient can turn off; absent for what follows from their own account. */
  readonly category?: EmailCategory;
  subject(data: Data): string;
  body(data: Data, circumstances: Circumstances): readonly BodyPart[];
  /** Why the recipient gets it. */
  reason(data: Data): string;
}

const templates: { readonly [Type in TemplateType]: Template<TemplateData[Type]> } = {
  welcome: {
    subject: () => "Welcome",
    body: ({ name }) => [`Hello ${name}, your account is ready.`, { label: "Open", path: "" }],
    reason: () => "You get this because you signed in for the first time.",
  },
  organizationInvite: {
    subject: ({ organizationName }) => `You are invited to ${organizationName}`,
    body: ({ organizationName, roleName, inviterName, expiresAt }, circumstances) => [
      `${inviterName ?? "An administrator"} invites you to ${organizationName} as ${roleName}.`,
      acceptance(circumstances),
      ...(expiresAt === undefined ? [] : [`The invitation ends at ${timeOf(expiresAt)}.`]),
      "If you did not expect it, you need not do anything.",
    ],
    reason: ({ organizationName }) => `You get this because somebody at ${organizationName} entered your address.`,
  },
  roleChanged: {
    subject: ({ organizationName }) => `Your role in ${organizationName} has changed`,
    body: ({ organizationName, roleName }) => [
      `Your role in ${organizationName} is ${roleName} now.`,
      { label: "Open", path: "" },
    ],
    reason: ({ organizationName }) => `You get this because you are a member of ${organizationName}.`,
  },
  organizationDeleted: {
    subject: ({ organizationName }) => `${organizationName} was deleted`,
    body: ({ organizationName, purgeAfter }) => [
      `${organizationName} is in the trash: nobody can use it any more.`,
      `Its owner can restore it until ${timeOf(purgeAfter)}. After that everything in it is deleted for good.`,
    ],
    reason: ({ organizationName }) => `You get this because you own ${organizationName}.`,
  },
  invitationAccepted: {
    category: "activity",
    subject: ({ organizationName, personName }) => `${personName} has joined ${organizationName}`,
    body: ({ organizationName, personName, roleName }) => [
      `${personName} has accepted your invitation and is a member of ${organizationName} as ${roleName} now.`,
      { label: "Open", path: "" },
    ],
    reason: ({ organizationName }) => `You get this because you sent an invitation to ${organizationName}.`,
  },
  billFinalized: {
    subject: ({ organizationName, number }) => `Bill ${number} of ${organizationName} was finalized`,
    body: ({ number, period, total }) => [
      `Bill ${number} for ${period} comes to ${total}.`,
      "It stays as it is from now on. Usage that is recorded late counts in the next bill.",
    ],
    reason: ({ organizationName }) => `You get this because you own ${organizationName}.`,
  },
  subscriptionActive: {
    subject: ({ organizationName, tierName }) => `You have ${tierName} of ${organizationName}`,
    body: ({ organizationName, tierName }) => [
      `You have ${tierName} of ${organizationName} now.`,
      { label: "Open", path: "" },
    ],
    reason: subscribing,
  },
  subscriptionCanceled: {
    subject: ({ organizationName, tierName }) => `${tierName} of ${organizationName} has ended`,
    body: ({ organizationName, tierName, until }) => [
      until === undefined
        ? `Your access to ${tierName} of ${organizationName} has ended.`
        : `${tierName} of ${organizationName} was cancelled. You have access until ${timeOf(until)}.`,
    ],
    reason: subscribing,
  },
  paymentFailed: {
    subject: ({ organizationName, tierName }) => `The payment of ${tierName} of ${organizationName} failed`,
    body: ({ organizationName, tierName, until }) => [
      `${tierName} of ${organizationName} could not be renewed: the payment failed.`,
      until === undefined
        ? "You have no access until it is paid."
        : `Unless it is paid, your access ends at ${timeOf(until)}.`,
    ],
    reason: subscribing,
  },
  trialEnding: {
    subject: ({ organizationName, tierName }) => `Your trial of ${tierName} of ${organizationName} ends soon`,
    body: ({ organizationName, tierName, until }) => [
      `Your trial of ${tierName} of ${organizationName} ends ${until === undefined ? "soon" : `at ${timeOf(until)}`}.`,
    ],
    reason: subscribing,
  },
  webhookFailing: {
    subject: ({ organizationName }) => `A webhook of ${organizationName} fails`,
    body: ({ url, failingSince, reason }) => [
      `Every delivery to ${url} has failed since ${timeOf(failingSince)}.`,
      `${reason ?? "Deliveries are tried again meanwhile."} An endpoint that fails for five days is disabled.`,
    ],
    reason: administering,
  },
  webhookDisabled: {
    subject: ({ organizationName }) => `A webhook of ${organizationName} was disabled`,
    body: ({ url, failingSince }) => [
      `Deliveries to ${url} have failed since ${timeOf(failingSince)}, and nothing is sent there any more.`,
      "Once it is active again, what it has missed can be sent to it.",
    ],
    reason: administering,
  },
};

function subscribing({ organizationName }: MemberSubscription): string {
  return `You get this because you subscribe to ${organizationName}.`;
}

function administering({ organizationName }: FailingWebhook): string {
  return `You get this because you administer ${organizationName}.`;
}

/** What the recipient of such e-mails can turn off; undefined where they always go. */
export function categoryOf(type: TemplateType): EmailCategory | undefined {
  return templates[type].category;
}

/** Makes an e-mail. Its subject is one line, whatever names it holds; a name is text and never markup or a secret's place. */
export function render<Type extends TemplateType>(
  type: Type,
  data: TemplateData[Type],
  circumstances: Circumstances,
): Rendered {
  const template: Template<TemplateData[Type]> = templates[type];
  const subject = oneLine(template.subject(data));
  const footer = [
    small(withoutMarks(template.reason(data))),
    ...(template.category === undefined ? [] : [smallLink("Turn such e-mails off", marks.unsubscribe)]),
  ];
  const parts = template.body(data, circumstances).flatMap((part) => partOf(part, circumstances));
  return { subject, ...laidOut(parts, { subject: withoutMarks(subject), footer }) };
}

/** The bodies as their recipient gets them. */
export function filled<Body extends Pick<Rendered, "html" | "text">>(body: Body, filling: Filling): Body {
  let { html, text } = body;
  for (const name of ["token", "unsubscribe"] as const) {
    // What fills them are URLs and tokens without a character that HTML knows.
    const value = filling[name];
    if (value === undefined) continue;
    html = html.replaceAll(marks[name], value);
    text = text.replaceAll(marks[name], value);
  }
  return { ...body, html, text };
}

function partOf(part: BodyPart, { siteUrl }: Circumstances): Part[] {
  if (typeof part === "string") return [paragraph(withoutMarks(part))];
  if ("mark" in part) return [code(part.label, marks[part.mark])];
  if (siteUrl === undefined) return [];
  return [action(part.label, `${siteUrl.replace(/\/+$/, "")}/${part.path}`)];
}

/** The token stands in the fragment, which no server and no referrer sees. */
function acceptance({ siteUrl, carriesToken }: Circumstances): BodyPart {
  if (!carriesToken) return siteUrl === undefined ? "Sign in to accept." : { label: "Sign in to accept", path: "" };
  if (siteUrl === undefined) return { label: "Accept it with this token", mark: "token" };
  return { label: "Accept the invitation", path: `invitations/accept#token=${marks.token}` };
}

/** Whoever names an organization must not find the secret of its invitations in a URL of their own. */
function withoutMarks(text: string): string {
  return text.replaceAll(marks.token, "(token)").replaceAll(marks.unsubscribe, "(unsubscribe)");
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return Array.from(line).slice(0, maxSubjectCharacters).join("");
}

function timeOf(timestampMs: number): string {
  return `${new Date(timestampMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
