/** What a generator refuses to generate from: one line that begins with the file to change. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(file: string, message: string) {
    super(`${file}: ${message}`);
  }
}
