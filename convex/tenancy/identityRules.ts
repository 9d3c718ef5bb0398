import { emailAddress, httpsUrl, plainName, withoutUnseen } from "../core/schema/fields";

/** What a person's token says of them, as far as it can be stored. */
export interface IdentityValues {
  /** The verified address; undefined for a token that carries none, or one that is not verified. */
  readonly email: string | undefined;
  /** Undefined when the token names nobody. */
  readonly name: string | undefined;
  readonly imageUrl: string | undefined;
}

/**
 * Reads the claims of a verified token. Convex hands `customJwt`
 * claims on under their own names (`email_verified`, `picture`) and those of OIDC providers renamed.
 */
export function identityValues(identity: Readonly<Record<string, unknown>>): IdentityValues {
  const isVerified = (identity["emailVerified"] ?? identity["email_verified"]) === true;
  const email = isVerified ? emailAddress().safeParse(identity["email"]).data : undefined;
  const name =
    typeof identity["name"] === "string"
      ? plainName(1, 120).safeParse(shortened(withoutUnseen(identity["name"]), 120))
      : undefined;
  const imageUrl = httpsUrl().safeParse(identity["pictureUrl"] ?? identity["picture"]);
  return {
    email,
    name: name?.data,
    imageUrl: imageUrl.data,
  };
}

/** The name of somebody who gave none: the local part of the e-mail address, if there is one. */
export function nameFromEmail(email: string | undefined): string {
  if (email === undefined) return "Unnamed user";
  return shortened(email.slice(0, email.lastIndexOf("@")), 120) || email;
}

function shortened(value: string, maximum: number): string {
  const cut = value.trim().slice(0, maximum);
  // A cut may fall between the halves of a surrogate pair.
  return cut.isWellFormed() ? cut.trim() : cut.slice(0, -1).trim();
}
