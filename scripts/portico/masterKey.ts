import { randomBytes } from "node:crypto";
import path from "node:path";
import { loadOrCreatePrivateFile } from "../../host/development/privateFile";
import { isThere } from "./dataDirectory";

/** The key that a start makes where the operator has set none. */
const fileName = "encryption-key";
const present = "ENCRYPTION_MASTER_KEY";
const version = "ENCRYPTION_KEY_VERSION";
const former = /^ENCRYPTION_MASTER_KEY_V(\d+)$/;
const form = /^[0-9a-f]{64}$/i;

/**
 * The variables that functions encrypt secrets by: those that the operator has set, or a key of this installation's own, made at the
 * first start and kept in the data directory. That one stays at hand once the operator sets another, as version 1.
 * @throws {Error} with one line that repeats no key when they are not keys, or contradict each other
 */
export async function encryptionVariables(
  dataDirectory: string,
  environment: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const set = Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => keySetting(name, value)));
  const file = path.join(dataDirectory, fileName);
  if (set[present] === undefined) {
    const [stray] = Object.keys(set);
    if (stray !== undefined) throw new Error(`${stray} is set and ${present} is not: set both, or neither.`);
    return { [present]: await keyIn(file) };
  }
  if (!(await isThere(file))) return set;
  const own = await keyIn(file);
  const ofFirst = (set[version] ?? "1") === "1" ? present : `${present}_V1`;
  if ((set[ofFirst] ?? own).toLowerCase() !== own)
    throw new Error(
      `${ofFirst} is another key than ${file}, which stored secrets may need: set ${version}=2 with the new key, and move the file away once nothing needs it.`,
    );
  return { ...set, [ofFirst]: own };
}

/** A variable of these with its value; nothing for any other, and for an empty one. */
function keySetting(name: string, value: string | undefined): [name: string, value: string][] {
  if (value === undefined || value === "") return [];
  if (name === version) {
    if (!/^[1-9]\d{0,2}$/.test(value) || Number(value) > 255)
      throw new Error(`${version} must be a whole number from 1 to 255, not "${value}".`);
    return [[name, value]];
  }
  if (name !== present && !former.test(name)) return [];
  if (!form.test(value))
    throw new Error(`${name} must be 64 hexadecimal digits, as \`openssl rand -hex 32\` writes them.`);
  return [[name, value]];
}

async function keyIn(file: string): Promise<string> {
  const text = await loadOrCreatePrivateFile(file, () => Promise.resolve(`${randomBytes(32).toString("hex")}\n`));
  const key = text.trim().toLowerCase();
  if (!form.test(key)) throw new Error(`${file} does not hold a key of 64 hexadecimal digits.`);
  return key;
}
