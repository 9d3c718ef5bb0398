import { canonicalIssuer } from "./issuers";
import { isJsonObject } from "./unknownJson";

// `auth.config.ts` imports this file, and Convex evaluates that alone at a push: nothing here may need more than the language.

/** A provider as Convex takes it in `auth.config.ts`. */
export type ConvexProvider =
  | { readonly domain: string; readonly applicationID: string }
  | {
      readonly type: "customJwt";
      readonly issuer: string;
      readonly jwks: string;
      readonly algorithm: "RS256" | "ES256";
      readonly applicationID?: string;
    };

/** Which claims of a token say what; a dot leads into an object. */
interface ClaimNames {
  readonly email: string;
  readonly emailVerified: string;
  readonly name: string;
  readonly picture: string;
}

/** A claim that tells a token of a machine, or of nobody in particular, from one of a person. */
interface NoPerson {
  readonly claim: string;
  readonly isNoPerson: (value: unknown) => boolean;
  readonly says: string;
}

/** How the tokens of an issuer are read once Convex has verified them. */
export interface TokenReading {
  readonly claims: ClaimNames;
  /** The claim that names the organization, by what the token says of its own form. */
  readonly tenantClaim: (identity: Claims) => string;
  /** The issuer verifies every address before it issues a token, so that its tokens need not say so. */
  readonly verifiesEmail: boolean;
  readonly noPerson: readonly NoPerson[];
  /** Convex renames OpenID Connect's standard claims for OIDC providers, and for no others. */
  readonly isRenamed: boolean;
}

/** An issuer of people's tokens, or the deployment's own. */
export interface IdentityProvider {
  readonly preset: string | undefined;
  readonly provider: ConvexProvider;
  /** In one spelling. */
  readonly issuer: string;
  readonly reading: TokenReading;
}

type Claims = Readonly<Record<string, unknown>>;
type Entry = Readonly<Record<string, unknown>>;

/** What a preset is: the fields that it needs, what it stands for, and how its tokens read. */
interface Preset {
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  readonly providers: (field: (name: string) => string | undefined) => readonly ConvexProvider[];
  readonly claims?: Partial<ClaimNames>;
  readonly tenantClaim: (identity: Claims) => string;
  readonly noPerson?: readonly NoPerson[];
}

const standardClaims: ClaimNames = {
  email: "email",
  emailVerified: "email_verified",
  name: "name",
  picture: "picture",
};
const renamedClaims = new Map([
  ["email_verified", "emailVerified"],
  ["picture", "pictureUrl"],
]);

const machinesUseKeys = "machines use API keys";
const noUser: NoPerson = {
  claim: "sub",
  isNoPerson: (value) => typeof value !== "string" || !value.startsWith("user_"),
  says: `The token names no user; ${machinesUseKeys}.`,
};

function customJwt(
  issuer: string,
  jwks: string,
  algorithm: string | undefined,
  applicationID: string | undefined,
): ConvexProvider {
  return {
    type: "customJwt",
    issuer,
    jwks,
    algorithm: algorithm === "ES256" ? "ES256" : "RS256",
    ...(applicationID === undefined ? {} : { applicationID }),
  };
}

/** Identity providers by name. What their tokens look like is written beside each; `docs/identity.md` says what to set there. */
const presets: Readonly<Record<string, Preset>> = {
  // Session tokens of version 1 name the organization in `org_id`, those of version 2 (`v: 2`) in `o.id`.
  clerk: {
    needs: ["domain"],
    takes: ["audience", "jwks"],
    providers: (field) => {
      const domain = field("domain") ?? "";
      return [customJwt(domain, field("jwks") ?? `${domain}/.well-known/jwks.json`, "RS256", field("audience"))];
    },
    tenantClaim: ({ v }) => (v === 2 ? "o.id" : "org_id"),
    noPerson: [
      noUser,
      {
        claim: "client_id",
        isNoPerson: (value) => value !== undefined,
        says: "The token was issued to an OAuth application, not to a session of this one.",
      },
    ],
  },
  // Access tokens have no audience: the issuer names the environment. ID tokens of all environments share one issuer.
  workos: {
    needs: ["clientId"],
    takes: ["domain", "jwks"],
    providers: (field) => {
      const [domain, clientId = ""] = [field("domain") ?? "https://api.workos.com", field("clientId")];
      const jwks = field("jwks") ?? `${domain}/sso/jwks/${clientId}`;
      return [
        customJwt(`${domain}/user_management/${clientId}`, jwks, "RS256", undefined),
        customJwt(domain, jwks, "RS256", clientId),
      ];
    },
    tenantClaim: () => "org_id",
    noPerson: [noUser],
  },
  // Access tokens may have two audiences, which Convex takes of no OIDC provider.
  auth0: {
    needs: ["domain", "audience"],
    takes: ["jwks"],
    providers: (field) => {
      const domain = field("domain") ?? "";
      return [customJwt(domain, field("jwks") ?? `${domain}/.well-known/jwks.json`, "RS256", field("audience"))];
    },
    tenantClaim: () => "org_id",
    noPerson: [
      {
        claim: "sub",
        isNoPerson: (value) => typeof value === "string" && value.endsWith("@clients"),
        says: `The token names an application; ${machinesUseKeys}.`,
      },
      {
        claim: "gty",
        isNoPerson: (value) => value === "client-credentials",
        says: `The token was issued for client credentials; ${machinesUseKeys}.`,
      },
    ],
  },
  // Convex verifies EdDSA, the default there, for OIDC providers only, and ES256 for others only.
  "better-auth": {
    needs: ["domain", "algorithm"],
    takes: ["audience", "jwks"],
    providers: (field) => {
      const [domain = "", algorithm] = [field("domain"), field("algorithm")];
      const audience = field("audience") ?? domain;
      if (algorithm === "EdDSA") return [{ domain, applicationID: audience }];
      return [customJwt(domain, field("jwks") ?? `${domain}/api/auth/jwks`, algorithm, audience)];
    },
    claims: { emailVerified: "emailVerified", picture: "image" },
    tenantClaim: () => "activeOrganizationId",
  },
  "convex-better-auth": {
    needs: ["domain"],
    takes: ["jwks"],
    providers: (field) => {
      const domain = field("domain") ?? "";
      return [customJwt(domain, field("jwks") ?? `${domain}/api/auth/convex/jwks`, "RS256", "convex")];
    },
    claims: { emailVerified: "emailVerified", picture: "image" },
    tenantClaim: () => "activeOrganizationId",
  },
  // Users write their own `user_metadata`, `email_verified` in it included; `app_metadata` is the project's.
  supabase: {
    needs: ["domain"],
    takes: ["algorithm", "jwks"],
    providers: (field) => {
      const issuer = `${field("domain") ?? ""}/auth/v1`;
      const jwks = field("jwks") ?? `${issuer}/.well-known/jwks.json`;
      return [customJwt(issuer, jwks, field("algorithm") ?? "ES256", "authenticated")];
    },
    claims: { name: "user_metadata.full_name", picture: "user_metadata.avatar_url" },
    tenantClaim: () => "app_metadata.org_id",
    noPerson: [
      {
        claim: "role",
        isNoPerson: (value) => value !== undefined && value !== "authenticated",
        says: `The token has a role of the database's; ${machinesUseKeys}.`,
      },
      {
        claim: "is_anonymous",
        isNoPerson: (value) => value === true,
        says: "The token names an anonymous user; sign in first.",
      },
    ],
  },
  oidc: {
    needs: ["domain", "audience"],
    takes: [],
    providers: (field) => [{ domain: field("domain") ?? "", applicationID: field("audience") ?? "" }],
    tenantClaim: () => "org_id",
  },
};

const algorithms: Readonly<Record<string, readonly string[]>> = {
  "better-auth": ["EdDSA", "ES256", "RS256"],
  supabase: ["ES256", "RS256"],
};
/** What an entry without a preset takes: Convex's own fields. */
const convexFields = ["type", "issuer", "jwks", "algorithm", "domain", "applicationID"];
/** What every entry takes: where its tokens depart from the preset, or from the standard. */
const readingFields = ["tenantClaim", "claims", "verifiesEmail"];

let known: { readonly text: string; readonly providers: readonly IdentityProvider[] } | undefined;

/**
 * The identity providers of `AUTH_PROVIDERS`, a JSON list: entries with a `preset`, and entries as Convex has them.
 * @throws {Error} with one line that names the entry and its mend
 */
export function identityProviders(text: string | undefined): readonly IdentityProvider[] {
  const configured = text ?? "[]";
  if (known?.text === configured) return known.providers;
  const entries = listOf(configured);
  const providers = entries.flatMap((entry, index) => providersOf(entry, `AUTH_PROVIDERS, entry ${index + 1}`));
  assertReadAlike(providers);
  known = { text: configured, providers: providers.map(({ provider }) => provider) };
  return known.providers;
}

/** How tokens of an issuer read; of one that is not configured, which Convex would refuse, as OpenID Connect has them. */
export function readingOf(text: string | undefined, issuer: string): TokenReading {
  const wanted = canonicalIssuer(issuer);
  return identityProviders(text).find((provider) => provider.issuer === wanted)?.reading ?? unconfigured;
}

const unconfigured: TokenReading = {
  claims: standardClaims,
  tenantClaim: () => "org_id",
  verifiesEmail: false,
  noPerson: [],
  isRenamed: true,
};

/**
 * The value of a claim under either shape that Convex delivers: its dotted name, or objects in objects. Where both are there
 * and differ, or an object is no object, the value is one that nothing takes.
 */
export function claimAt(identity: Claims, path: string): unknown {
  const named = identity[path] ?? (isFlattened(identity, path) ? contradiction : undefined);
  const nested = path.includes(".") ? nestedAt(identity, path) : undefined;
  const [first, second] = [named ?? undefined, nested ?? undefined];
  return first === undefined || second === undefined || first === second ? (first ?? second) : contradiction;
}

/** No text, so that whoever asks for one refuses it or goes without. */
const contradiction: readonly string[] = [];

/** Whether the claim is an object whose members have dotted names. */
function isFlattened(identity: Claims, path: string): boolean {
  return Object.keys(identity).some((name) => name.startsWith(`${path}.`));
}

function nestedAt(identity: Claims, path: string): unknown {
  let value: unknown = identity;
  for (const part of path.split(".")) {
    if (value === undefined || value === null) return undefined;
    if (!isJsonObject(value)) return contradiction;
    value = Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

/** A claim that describes the person, under the name that Convex gives it. */
export function personalClaim(identity: Claims, reading: TokenReading, claim: keyof ClaimNames): unknown {
  const name = reading.claims[claim];
  const renamed = reading.isRenamed ? renamedClaims.get(name) : undefined;
  return claimAt(identity, renamed ?? name);
}

/** Why a verified token stands for no person; undefined if it does. */
export function noPersonReason(identity: Claims, { noPerson }: TokenReading): string | undefined {
  // Convex hands the subject on under a name of its own.
  const valueOf = (claim: string) => (claim === "sub" ? identity["subject"] : identity[claim]);
  return noPerson.find(({ claim, isNoPerson }) => isNoPerson(valueOf(claim)))?.says;
}

function listOf(text: string): readonly unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new Error("AUTH_PROVIDERS is not JSON; set it to a list of providers.");
  }
  if (!Array.isArray(list)) throw new Error("AUTH_PROVIDERS is no list; put its provider in brackets.");
  return list;
}

interface PlacedProvider {
  readonly place: string;
  readonly provider: IdentityProvider;
  /** What the reading was made of, to compare. */
  readonly readingText: string;
}

function providersOf(entry: unknown, place: string): readonly PlacedProvider[] {
  if (!isJsonObject(entry))
    throw new Error(`${place} is no object; write {"preset": …} or a provider as Convex has it.`);
  const preset = entry["preset"] === undefined ? undefined : presetOf(entry["preset"], place);
  const at = preset === undefined ? place : `${place} (preset ${preset.name})`;
  assertFields(
    entry,
    [...(preset ? ["preset", ...preset.needs, ...preset.takes] : convexFields), ...readingFields],
    at,
  );
  const texts = textsOf(entry, preset ? [...preset.needs, ...preset.takes] : convexFields, at);
  for (const need of preset?.needs ?? []) {
    if (texts.get(need) === undefined) throw new Error(`${at} needs ${need}; ${mends.get(need) ?? "set it"}.`);
  }
  const allowed = preset && algorithms[preset.name];
  const algorithm = texts.get("algorithm");
  if (allowed && algorithm !== undefined && !allowed.includes(algorithm))
    throw new Error(`${at}: algorithm ${algorithm} is not one of ${allowed.join(", ")}; set the one that signs there.`);
  const made = preset ? preset.providers((field) => texts.get(field)) : [convexProvider(texts, at)];
  return made.map((provider) => {
    const reading = readingFrom(entry, preset, provider, at);
    const issuer = canonicalIssuer("domain" in provider ? provider.domain : provider.issuer);
    const readingText = JSON.stringify([
      preset?.name,
      entry["tenantClaim"] ?? (preset ? undefined : "org_id"),
      reading.claims,
      reading.verifiesEmail,
      reading.isRenamed,
    ]);
    return { place, readingText, provider: { preset: preset?.name, provider, issuer, reading } };
  });
}

const mends = new Map([
  ["domain", 'set it to the issuer\'s URL, such as "https://id.example.com"'],
  ["audience", "set it to the `aud` of the tokens"],
  ["clientId", "set it to the environment's client id"],
  ["algorithm", "set it to the one that signs the tokens there"],
]);

function presetOf(name: unknown, place: string): Preset & { readonly name: string } {
  const preset = typeof name === "string" && Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset && typeof name === "string") return { name, ...preset };
  throw new Error(
    `${place}: there is no preset ${JSON.stringify(name)}; take one of ${Object.keys(presets).join(", ")}.`,
  );
}

function assertFields(entry: Entry, taken: readonly string[], at: string): void {
  const unknown = Object.keys(entry).find((field) => !taken.includes(field));
  if (unknown !== undefined) throw new Error(`${at} has a field ${unknown}; it takes ${taken.join(", ")}.`);
}

/** The text fields of an entry, URLs without slashes at the end. */
function textsOf(entry: Entry, fields: readonly string[], at: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const field of fields) {
    const value = entry[field];
    if (value === undefined) continue;
    if (typeof value !== "string" || value === "") throw new Error(`${at}: ${field} is no text; write it in quotes.`);
    texts.set(field, field === "domain" || field === "issuer" ? issuerText(value, field, at) : value);
  }
  return texts;
}

function issuerText(value: string, field: string, at: string): string {
  const url = canonicalIssuer(value);
  if (/^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/.test(url)) return url;
  throw new Error(`${at}: ${field} is no URL of an issuer; write it as "https://id.example.com".`);
}

function convexProvider(texts: ReadonlyMap<string, string>, at: string): ConvexProvider {
  const [type, issuer, jwks, algorithm] = ["type", "issuer", "jwks", "algorithm"].map((field) => texts.get(field));
  const [domain, applicationID] = [texts.get("domain"), texts.get("applicationID")];
  if (type === undefined || type === "oidc") {
    if (domain !== undefined && applicationID !== undefined) return { domain, applicationID };
    throw new Error(`${at} needs domain and applicationID; or name a preset of ${Object.keys(presets).join(", ")}.`);
  }
  if (type !== "customJwt") throw new Error(`${at}: there is no type ${type}; leave it out, or write customJwt.`);
  if (issuer === undefined || jwks === undefined) throw new Error(`${at} needs issuer and jwks; set both.`);
  if (algorithm !== "RS256" && algorithm !== "ES256")
    throw new Error(`${at}: algorithm must be RS256 or ES256; for EdDSA leave type out, and set domain.`);
  return customJwt(issuer, jwks, algorithm, applicationID);
}

function readingFrom(entry: Entry, preset: Preset | undefined, provider: ConvexProvider, at: string): TokenReading {
  const { tenantClaim, claims = {}, verifiesEmail = false } = entry;
  if (tenantClaim !== undefined && (typeof tenantClaim !== "string" || tenantClaim === ""))
    throw new Error(`${at}: tenantClaim is no text; set it to the name of the claim that names the organization.`);
  if (typeof verifiesEmail !== "boolean")
    throw new Error(
      `${at}: verifiesEmail is neither true nor false; set it to true only if the provider verifies all.`,
    );
  if (!isJsonObject(claims)) throw new Error(`${at}: claims is no object; write {"email": "…"}.`);
  const names = Object.keys(standardClaims);
  for (const [claim, name] of Object.entries(claims)) {
    if (!names.includes(claim) || typeof name !== "string" || name === "")
      throw new Error(`${at}: claims.${claim} is not known or no text; it names ${names.join(", ")}.`);
  }
  return {
    claims: { ...standardClaims, ...preset?.claims, ...claims },
    tenantClaim: tenantClaim === undefined ? (preset?.tenantClaim ?? (() => "org_id")) : () => tenantClaim,
    verifiesEmail,
    noPerson: preset?.noPerson ?? [],
    isRenamed: "domain" in provider,
  };
}

/**
 * Functions see a token's issuer and not its audience, so entries of one issuer must agree on how its tokens read; and Convex
 * takes the first entry that fits, so that a second for the same tokens would never be asked.
 */
function assertReadAlike(providers: readonly PlacedProvider[]): void {
  providers.forEach(({ place, readingText, provider }, index) => {
    const { issuer } = provider;
    const before = providers.slice(0, index).filter((other) => other.provider.issuer === issuer);
    const other = before.find((placed) => placed.readingText !== readingText);
    if (other)
      throw new Error(
        `${place} reads tokens of ${issuer} otherwise than ${other.place}; let both say the same, or take one away.`,
      );
    const same = before.find((placed) => placed.provider.provider.applicationID === provider.provider.applicationID);
    if (same)
      throw new Error(`${place} has issuer and audience of ${same.place}, which Convex would take; take one away.`);
  });
}
