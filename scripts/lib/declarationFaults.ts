/** The exit code of a generator that refused declarations: its output is exactly the lines to show. */
export const declarationFaultsExitCode = 2;

/** Faults in declarations: a line each, naming the file and what to write there. Shown without a stack. */
export class DeclarationFaults extends Error {
  override readonly name = "DeclarationFaults";

  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

/** @throws {DeclarationFaults} unless there is none. */
export function assertFaultless(faults: readonly string[]): void {
  if (faults.length > 0) throw new DeclarationFaults(faults);
}

/** One fault of one file, to be thrown. */
export function faultIn(file: string, message: string): DeclarationFaults {
  return new DeclarationFaults([`${file}: ${message}`]);
}
