import { personalClaim } from "../core/wire/identityProviders";
import { emailAddress, httpsUrl, plainName, withoutUnseen } from "../core/schema/fields";
import type { TokenReading } from "../core/wire/identityProviders";

/** What a person's token says of them, as far as it can be stored. */
export interface IdentityValues {
  /** The verified address; undefined for a token that carries none, or one that is not verified. */
  readonly email: string | undefined;
  /** Undefined when the token names nobody. */
  readonly name: string | undefined;
  readonly imageUrl: string | undefined;
}

/** Reads the claims of a verified token as its issuer's configuration says. Only a boolean true verifies an address. */
export function identityValues(identity: Readonly<Record<string, unknown>>, reading: TokenReading): IdentityValues {
  const isVerified = reading.verifiesEmail || personalClaim(identity, reading, "emailVerified") === true;
  const email = isVerified ? emailAddress().safeParse(personalClaim(identity, reading, "email")).data : undefined;
  const claimedName = personalClaim(identity, reading, "name");
  const name =
    typeof claimedName === "string"
      ? plainName(1, 120).safeParse(shortened(withoutUnseen(claimedName), 120))
      : undefined;
  const imageUrl = httpsUrl().safeParse(personalClaim(identity, reading, "picture"));
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
