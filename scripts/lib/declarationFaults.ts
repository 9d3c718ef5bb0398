/** Of a generator that refused declarations: its output is the lines to show, and nothing else. */
export const declarationFaultsExitCode = 2;

/** What is wrong with declarations, each a line that names the file and what to write there; shown without a stack. */
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
