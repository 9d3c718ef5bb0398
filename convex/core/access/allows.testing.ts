/** Whether a rule that throws what it refuses lets this pass. */
export function allows(rule: () => void): boolean {
  try {
    rule();
    return true;
  } catch {
    return false;
  }
}
