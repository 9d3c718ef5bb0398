import { createHmac } from "node:crypto";
import { HostRefusal } from "./errors";

const handleScheme = "function://";
const signatureCharacters = 32;

/**
 * Makes and reads function handles: `function://<signature>#<address>`. A handle is the same for one function of one
 * component for as long as the store lives, and the signature keeps components from making handles that nobody gave them.
 */
export class FunctionHandles {
  readonly #key: string;
  readonly #addresses = new Map<string, string>();

  /** @param key a secret of the deployment */
  constructor(key: string) {
    this.#key = key;
  }

  /** The text that stands for a function where only text can go: its address, signed with the deployment's key. */
  handleOf(address: string): string {
    const signature = createHmac("sha256", this.#key).update(`function handle ${address}`).digest("hex");
    return `${handleScheme}${signature.slice(0, signatureCharacters)}#${address}`;
  }

  /** The address that a handle stands for. @throws {HostRefusal} for a text that this deployment did not make */
  addressOf(handle: string): string {
    const known = this.#addresses.get(handle);
    if (known !== undefined) return known;
    const address = handle.slice(handleScheme.length + signatureCharacters + 1);
    if (handle !== this.handleOf(address)) throw new HostRefusal("Function handle not found");
    this.#addresses.set(handle, address);
    return address;
  }
}
